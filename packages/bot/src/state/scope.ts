import type { InteractionFacts } from '../interaction/interaction.ts';

/** Whom or what something is counted or kept for: `member` is a user in one guild. */
export type Scope = 'user' | 'member' | 'guild' | 'channel' | 'global';

/** Every scope. */
export const scopes: readonly Scope[] = ['user', 'member', 'guild', 'channel', 'global'];

/** What of an interaction a scope looks at. */
export type ScopedFacts = Pick<InteractionFacts, 'guildId' | 'channelId'> & {
  readonly user: { readonly id: string };
};

/** Names what an interaction belongs to in a scope; outside of guilds, where there are none, the user. */
export function scopeKey(scope: Scope, { guildId, channelId, user }: ScopedFacts): string {
  switch (scope) {
    case 'user':
      return `user:${user.id}`;
    case 'member':
      return guildId === undefined ? `user:${user.id}` : `member:${guildId}:${user.id}`;
    case 'guild':
      return guildId === undefined ? `user:${user.id}` : `guild:${guildId}`;
    case 'channel':
      return channelId === undefined ? `user:${user.id}` : `channel:${channelId}`;
    case 'global':
      return 'global';
  }
}
