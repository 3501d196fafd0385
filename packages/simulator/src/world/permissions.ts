import { OverwriteType, PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIOverwrite, APIRole } from 'discord-api-types/v10';

/** Every permission bit that exists. */
const allPermissions: bigint = Object.values(PermissionFlagsBits).reduce((all, bit) => all | bit, 0n);

const timedOutPermissions = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory;

export interface PermissionSubject {
  userId: string;
  /** the guild's id is also the id of its @everyone role */
  guildId: string;
  isOwner: boolean;
  isTimedOut: boolean;
  /** the member's roles, without @everyone */
  roles: readonly APIRole[];
  everyone: APIRole;
}

/** Permissions in the guild as a whole (docs: Permissions, Permission Overwrites). */
export function guildPermissions(subject: PermissionSubject): bigint {
  if (subject.isOwner) return allPermissions;
  const granted = subject.roles.reduce(
    (all, role) => all | BigInt(role.permissions),
    BigInt(subject.everyone.permissions),
  );
  if ((granted & PermissionFlagsBits.Administrator) !== 0n) return allPermissions;
  return subject.isTimedOut ? granted & timedOutPermissions : granted;
}

/** Permissions in a channel with these overwrites; none at all where the channel cannot be seen. */
export function channelPermissions(subject: PermissionSubject, overwrites: readonly APIOverwrite[]): bigint {
  const base = guildPermissions(subject);
  if (base === allPermissions) return base;
  const everyone = overwrites.filter((overwrite) => overwrite.id === subject.guildId);
  const roleIds = new Set(subject.roles.map((role) => role.id));
  const roles = overwrites.filter((overwrite) => overwrite.type === OverwriteType.Role && roleIds.has(overwrite.id));
  const member = overwrites.filter(
    (overwrite) => overwrite.type === OverwriteType.Member && overwrite.id === subject.userId,
  );
  const permissions = [everyone, roles, member].reduce(applyOverwrites, base);
  const visible = (permissions & PermissionFlagsBits.ViewChannel) !== 0n ? permissions : 0n;
  return subject.isTimedOut ? visible & timedOutPermissions : visible;
}

/** Overwrites of one level are merged before they apply: an allow beats a deny of the same level. */
function applyOverwrites(permissions: bigint, overwrites: readonly APIOverwrite[]): bigint {
  const deny = overwrites.reduce((bits, overwrite) => bits | BigInt(overwrite.deny), 0n);
  const allow = overwrites.reduce((bits, overwrite) => bits | BigInt(overwrite.allow), 0n);
  return (permissions & ~deny) | allow;
}
