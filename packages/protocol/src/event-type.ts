import { InteractionType } from 'discord-api-types/payloads/v10';

/** Event types of the dispatches whose own name would not say what they mean to a bot author. */
const namedTypes: ReadonlyMap<string, string> = new Map([
  ['GUILD_MEMBER_ADD', 'member.join'],
  ['GUILD_MEMBER_REMOVE', 'member.leave'],
  ['GUILD_MEMBER_UPDATE', 'member.update'],
]);

/** How `GUILD_CREATE` came about: only the session that was told of the guilds in READY can tell. */
export type GuildCreateCause = 'joined' | 'available';

/** The event type of a `GUILD_CREATE`: a guild the bot has just joined, or one that became available (again). */
export function guildCreateType(cause: GuildCreateCause): string {
  return cause === 'joined' ? 'guild.create' : 'guild.available';
}

/**
 * The event type of a `GUILD_DELETE`: `unavailable: true` is an outage, anything else means that the bot left.
 * Source: Discord docs, Gateway Events, "Guild Delete".
 */
export function guildDeleteType(unavailable: boolean): string {
  return unavailable ? 'guild.unavailable' : 'guild.delete';
}

/** The parts of an interaction that decide its event type. */
export interface InteractionShape {
  readonly type: number;
  /** Name of the command, for commands and autocomplete. */
  readonly commandName?: string | undefined;
}

/** The event type of an interaction; unknown kinds get `interaction.type.<number>` rather than being lost. */
export function interactionType({ type, commandName = 'unnamed' }: InteractionShape): string {
  switch (type) {
    case InteractionType.ApplicationCommand:
      return `interaction.command.${commandName}`;
    case InteractionType.ApplicationCommandAutocomplete:
      return `interaction.autocomplete.${commandName}`;
    case InteractionType.MessageComponent:
      return 'interaction.component';
    case InteractionType.ModalSubmit:
      return 'interaction.modal';
    default:
      return `interaction.type.${type}`;
  }
}

/**
 * The event type of every dispatch that is named by its own name alone: `MESSAGE_CREATE` is `message.create`.
 * `GUILD_CREATE`, `GUILD_DELETE` and `INTERACTION_CREATE` need their content; see the functions above.
 */
export function dispatchType(name: string): string {
  return namedTypes.get(name) ?? name.toLowerCase().replaceAll('_', '.');
}

/**
 * AMQP priority of an event type: a person waits for an interaction, and for a command's first answer most
 * of all; everything else has none.
 */
export function priorityOf(eventType: string): number {
  if (!eventType.startsWith('interaction.')) return 0;
  if (eventType.startsWith('interaction.command.')) return 10;
  if (eventType.startsWith('interaction.autocomplete.')) return 9;
  return 8;
}

/**
 * The event type with an unbounded part cut off, for metric labels: `interaction.command.ping` becomes
 * `interaction.command`. The names of commands are in the logs.
 */
export function eventTypeLabel(eventType: string): string {
  if (!eventType.startsWith('interaction.')) return eventType;
  return eventType.split('.', 2).join('.');
}
