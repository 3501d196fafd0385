import { MalformedPayloadError } from '../errors.ts';
import type { Resolved } from './interaction.ts';
import type { OptionTypes } from '../definition/options.ts';

/** The types whose values travel as ids, with what they stand for beside them. */
export type ResolvedType = 'user' | 'role' | 'channel' | 'mentionable' | 'attachment';

/** Finds what an id stands for, by the type of what holds it. */
export const resolvers: { readonly [Type in ResolvedType]: (id: string, resolved: Resolved) => OptionTypes[Type] } = {
  user: (id, { users, members }) => ({ user: found(users, id), member: members?.[id] }),
  role: (id, { roles }) => found(roles, id),
  channel: (id, { channels }) => found(channels, id),
  attachment: (id, { attachments }) => found(attachments, id),
  mentionable: (id, resolved) => resolved.roles?.[id] ?? resolvers.user(id, resolved),
};

function found<T>(entries: Readonly<Record<string, T>> | undefined, id: string): T {
  const entry = entries?.[id];
  if (entry === undefined) throw new MalformedPayloadError('Not the payload of interaction: an id is not resolved');
  return entry;
}
