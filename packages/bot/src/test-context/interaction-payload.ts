import {
  ChannelType,
  PermissionFlagsBits,
  type APIMessage,
  type InteractionType,
  type Locale,
} from 'discord-api-types/v10';
import type { PermissionName } from '../definition/guard.ts';
import type { TestUser } from './entities.ts';

/** Who asks, and where; a member with no special permissions in a guild unless said otherwise. */
export interface TestAsker {
  readonly user?: TestUser;
  /** null: in a private channel. */
  readonly guildId?: string | null;
  readonly channelId?: string;
  readonly locale?: `${Locale}`;
  readonly guildLocale?: `${Locale}`;
  /** What the member may do in the channel. */
  readonly permissions?: readonly PermissionName[];
  /** What the bot may do there; everything unless said otherwise. */
  readonly botPermissions?: readonly PermissionName[];
  /** How long ago Discord created the interaction, in ms. */
  readonly ageMs?: number;
  /** The message that a component is on; otherwise the last one that the bot has written. */
  readonly message?: APIMessage;
}

/** What somebody asks. */
interface Asked {
  readonly id: string;
  readonly type: InteractionType;
  readonly data: object;
}

/** The `d` of an INTERACTION_CREATE. */
export function interactionPayload({ id, type, data }: Asked, asker: TestAsker & { readonly user: TestUser }): object {
  const { user, guildId = '200', channelId = '500', message } = asker;
  const { locale = 'en-US', guildLocale = 'en-US', permissions = [], botPermissions = ['Administrator'] } = asker;
  const common = {
    id,
    application_id: '100',
    type,
    token: `token-${id}`,
    version: 1,
    channel: { id: channelId, type: guildId === null ? ChannelType.DM : ChannelType.GuildText },
    locale,
    app_permissions: bitsOf(botPermissions),
    data: { id: '1', ...data },
    ...(message !== undefined && { message }),
  };
  if (guildId === null) return { ...common, user: user.value };
  const { value, roles, nick } = user;
  const member = { user: value, roles, nick, permissions: bitsOf(permissions), joined_at: '2024-01-01T00:00:00Z' };
  return { ...common, guild_id: guildId, guild_locale: guildLocale, member };
}

function bitsOf(permissions: readonly PermissionName[]): string {
  return String(permissions.reduce((bits, name) => bits | PermissionFlagsBits[name], 0n));
}
