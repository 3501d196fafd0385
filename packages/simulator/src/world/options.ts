import type { BotOptions } from './bot.ts';

export interface WorldOptions {
  /** the same seed makes the same ids, tokens and names; default 1 */
  seed?: number;
  /** how many guilds there are at first; default 2 */
  guilds?: number;
  /** people in each of them, the owner included; default 5 */
  membersPerGuild?: number;
  /** how many bots, or which; each is in every guild at first; default 1 */
  bots?: number | readonly BotOptions[];
  /** messages kept over all channels; default 20,000 */
  messageCapacity?: number;
  now?: () => number;
}

export interface NewUserOptions {
  username?: string;
  globalName?: string | null;
  bot?: boolean;
  /** false: messages to this user fail with 50007; default true */
  acceptsDirectMessages?: boolean;
}

export interface NewMemberOptions extends NewUserOptions {
  /** an existing user who joins; without it somebody new does */
  userId?: string;
  nick?: string | null;
  roles?: string[];
  pending?: boolean;
}

export interface NewGuildOptions {
  name?: string;
  /** people in it, the owner included; default 1 */
  members?: number;
  /** the bots that join; default all */
  applicationIds?: readonly string[];
}
