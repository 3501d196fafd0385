import { PermissionFlagsBits, type APIInteractionGuildMember } from 'discord-api-types/v10';
import type { AskedContext } from '../interaction/context.ts';
import { Denied } from '../interaction/denied.ts';
import { botTexts } from '../localisation/bot-texts.ts';

/** A promise is an object as well, and `async () => false` would pass for a guard that has found something out. */
type Finding = object & { readonly then?: never };

/** What a guard may return: what it has found out, a denial, or nothing. */
export type GuardResult = Finding | void | Promise<Finding | void>;

/**
 * Lets an interaction pass to its handler or not. What it returns extends the context of the handler, as `ctx.ext`; a
 * {@link Denied} that it returns or throws tells whoever asked why not. It runs before the interaction is deferred, as
 * long as it takes less than half a second: so a denial is seen by whoever asked alone.
 */
export type Guard<Result extends GuardResult = GuardResult> = (context: AskedContext) => Result;

/** Guards by what they return. */
export type Guards<Results extends readonly GuardResult[]> = {
  readonly [Index in keyof Results]: Guard<Results[Index]>;
};

type Found<Result> = Exclude<Awaited<Result>, Denied | void | undefined>;

/** What guards find out together, by what they return. */
export type Extension<Results extends readonly GuardResult[]> = Results extends readonly [
  infer First,
  ...infer Rest extends readonly GuardResult[],
]
  ? ([Found<First>] extends [never] ? unknown : Found<First>) & Extension<Rest>
  : object;

/** Only in guilds: `ctx.ext.guildId` and `ctx.ext.member` are there for certain. */
export function inGuild({
  guildId,
  member,
}: AskedContext): { readonly guildId: string; readonly member: APIInteractionGuildMember } | Denied {
  return guildId === undefined || member === undefined ? new Denied(botTexts.guildOnly()) : { guildId, member };
}

/** Names of permissions, as Discord's documentation has them. */
export type PermissionName = keyof typeof PermissionFlagsBits;

/**
 * Only for members who have these permissions in the channel. `defaultMemberPermissions` only says what a guild begins
 * with, and says nothing about buttons.
 */
export function memberCan(...permissions: readonly PermissionName[]): Guard<void> {
  return ({ member }) => {
    const lacking = lackingOf(permissions, member?.permissions ?? '0');
    if (lacking.length > 0) throw new Denied(botTexts.memberLacks({ permissions: lacking.join(', ') }));
  };
}

/** Only where the bot itself has these permissions. */
export function botCan(...permissions: readonly PermissionName[]): Guard<void> {
  return ({ appPermissions }) => {
    const lacking = lackingOf(permissions, appPermissions);
    if (lacking.length > 0) throw new Denied(botTexts.botLacks({ permissions: lacking.join(', ') }));
  };
}

function lackingOf(permissions: readonly PermissionName[], given: string): readonly PermissionName[] {
  const bits = BigInt(given);
  if ((bits & PermissionFlagsBits.Administrator) !== 0n) return [];
  return permissions.filter((permission) => (bits & PermissionFlagsBits[permission]) === 0n);
}
