import { ApplicationCommandType, InteractionType } from 'discord-api-types/v10';
import { parseInteraction, type Interaction } from '../interaction/interaction.ts';

/** Who uses everything in tests. */
export const member = {
  user: { id: '300', username: 'paul', discriminator: '0', global_name: 'Paul', avatar: null },
  permissions: '2048',
  roles: [],
  joined_at: '2024-01-01T00:00:00.000000+00:00',
  deaf: false,
  mute: false,
  flags: 0,
};

/** An id of something created now. */
function freshId(ageMs = 0): string {
  return String(BigInt(Date.now() - ageMs - 1_420_070_400_000) << 22n);
}

/** The `d` of an INTERACTION_CREATE. */
export function payload(type: InteractionType, data: unknown, fields: object = {}) {
  return {
    id: freshId(),
    application_id: '100',
    type,
    token: 'interaction-token',
    version: 1,
    guild_id: '200',
    channel: { id: '500', type: 0 },
    member,
    locale: 'de',
    data,
    ...fields,
  };
}

export function slashCommand(name: string, options: unknown[] = [], resolved: unknown = {}): Interaction {
  const data = { id: '1', type: ApplicationCommandType.ChatInput, name, options, resolved };
  return parseInteraction(payload(InteractionType.ApplicationCommand, data));
}

export function autocomplete(name: string, options: unknown[]): Interaction {
  const data = { id: '1', type: ApplicationCommandType.ChatInput, name, options };
  return parseInteraction(payload(InteractionType.ApplicationCommandAutocomplete, data));
}

export function menuCommand(type: ApplicationCommandType, name: string, data: object): Interaction {
  return parseInteraction(payload(InteractionType.ApplicationCommand, { id: '1', type, name, ...data }));
}

export function component(componentType: number, customId: string, data: object = {}): Interaction {
  return parseInteraction(
    payload(InteractionType.MessageComponent, { component_type: componentType, custom_id: customId, ...data }),
  );
}

export function modalSubmit(customId: string, components: unknown[]): Interaction {
  return parseInteraction(payload(InteractionType.ModalSubmit, { custom_id: customId, components }));
}
