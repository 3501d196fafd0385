import type { APIUser } from 'discord-api-types/v10';
import type { Mentions } from './message.ts';

/** Whom an author lets a message notify (docs: Message Resource, Allowed Mentions Object). */
export interface AllowedMentions {
  parse: readonly ('roles' | 'users' | 'everyone')[];
  users: readonly string[];
  roles: readonly string[];
  repliedUser: boolean;
}

export interface MentionSetting {
  user(userId: string): APIUser | undefined;
  isRole(roleId: string): boolean;
  mayMentionEveryone: boolean;
  /** the author of the message that is replied to */
  repliedTo?: APIUser | undefined;
}

const everyMention: AllowedMentions = {
  parse: ['roles', 'users', 'everyone'],
  users: [],
  roles: [],
  repliedUser: true,
};

/** Whom the text notifies. Without `allowed` everything that it names (docs: Allowed Mentions Object). */
export function findMentions(
  content: string,
  allowed: AllowedMentions = everyMention,
  setting: MentionSetting,
): Mentions {
  const userIds = new Set([...content.matchAll(/<@!?(\d+)>/g)].flatMap((match) => match[1] ?? []));
  const roleIds = new Set([...content.matchAll(/<@&(\d+)>/g)].flatMap((match) => match[1] ?? []));
  const users = [...userIds]
    .filter((id) => allowed.parse.includes('users') || allowed.users.includes(id))
    .flatMap((id) => setting.user(id) ?? []);
  const repliedTo = allowed.repliedUser ? setting.repliedTo : undefined;
  if (repliedTo !== undefined && !users.some((user) => user.id === repliedTo.id)) users.push(repliedTo);
  return {
    users,
    roleIds: [...roleIds].filter(
      (id) => setting.isRole(id) && (allowed.parse.includes('roles') || allowed.roles.includes(id)),
    ),
    everyone: /@(?:everyone|here)\b/.test(content) && setting.mayMentionEveryone && allowed.parse.includes('everyone'),
  };
}
