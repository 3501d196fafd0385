import { GatewayIntentBits } from 'discord-api-types/v10';
import type { APIUser } from 'discord-api-types/v10';
import type { GatewayBot } from '../gateway/directory.ts';
import { newUser } from './records.ts';
import { defaultBotPermissions } from './seed.ts';
import type { SeededPast } from './seed.ts';
import type { World } from './world.ts';

export interface BotOptions {
  /** default: drawn from the seed */
  applicationId?: string;
  /** default: drawn from the seed, in the form of a real token */
  token?: string;
  name?: string;
  /** privileged intents switched on in the portal; default: all three */
  privilegedIntents?: number;
  /** what the bot's own role grants in each guild; default: enough to moderate and manage roles */
  permissions?: bigint;
}

const allPrivilegedIntents: number =
  GatewayIntentBits.GuildMembers | GatewayIntentBits.GuildPresences | GatewayIntentBits.MessageContent;

/** A bot of the simulated Discord, and the application that it belongs to. */
export interface Bot extends GatewayBot {
  readonly applicationId: string;
  readonly token: string;
  /** the same as the application id, as for every application made since 2016 */
  readonly userId: string;
  readonly user: APIUser;
  readonly privilegedIntents: number;
  readonly permissions: bigint;
  /** ids of the guilds that the bot is in, unavailable ones included */
  guildIds(): readonly string[];
  /** From now on only a new token is valid, as after too many IDENTIFYs in a day. */
  resetToken(): void;
}

export function createBot(
  options: BotOptions,
  home: { world: World; past: SeededPast; users: Map<string, APIUser> },
): Bot {
  const { world, past, users } = home;
  const applicationId = options.applicationId ?? past.id();
  users.set(
    applicationId,
    newUser(applicationId, { username: options.name ?? 'Arrakis', globalName: null, bot: true }),
  );
  let token = options.token ?? past.token(applicationId);
  return {
    applicationId,
    userId: applicationId,
    get token() {
      return token;
    },
    resetToken: () => {
      token = past.token(applicationId);
    },
    privilegedIntents: options.privilegedIntents ?? allPrivilegedIntents,
    permissions: options.permissions ?? defaultBotPermissions,
    get user() {
      return world.user(applicationId);
    },
    guildIds: () => world.guilds.filter((guildId) => world.guild(guildId).hasMember(applicationId)),
  };
}
