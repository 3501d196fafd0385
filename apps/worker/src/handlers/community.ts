import { InteractionContextType } from 'discord-api-types/v10';
import { on, slash, type EventContext, type EventPayloads, type Handler } from '@arrakis/bot';
import { DiscordRestError } from '@arrakis/discord-rest';
import type { Logger } from '@arrakis/service';
import type { GuildRecord, MemberChange, StateManager } from '@arrakis/state';

/** At most one welcome in this time, in ms: when many come at once, a greeting of each would be noise. */
const welcomeEveryMs = 10_000;

export interface CommunityParts {
  readonly state: Pick<StateManager, 'guilds' | 'windows'>;
  readonly log: Logger;
}

/** Keeps count of how members of each guild come, go and change, and welcomes those who come one by one. */
export function community({ state, log }: CommunityParts): Handler[] {
  const { guilds } = state;
  const count = (ctx: EventContext, { guild_id: guildId, user }: MemberPayload, change: MemberChange) =>
    guilds.count({ eventId: ctx.id, guildId, userId: user.id, change });
  const remember = async (_: EventContext, guild: EventPayloads['guild.create']) => {
    if (guild.unavailable === true) return;
    const { id: guildId, name, member_count: memberCount, system_channel_id: systemChannelId } = guild;
    await guilds.present({ guildId, name, memberCount, systemChannelId: systemChannelId ?? undefined });
  };
  return [
    on('member.join', async (ctx, member) => {
      const record = await count(ctx, member, 'joined');
      if (member.user.bot !== true) await welcome({ ctx, member, record, state, log });
    }),
    on('member.leave', async (ctx, member) => void (await count(ctx, member, 'left'))),
    on('member.update', async (ctx, member) => void (await count(ctx, member, 'updated'))),
    on('guild.create', remember),
    on('guild.available', remember),
    on('guild.update', (_, guild) =>
      guilds.present({
        guildId: guild.id,
        name: guild.name,
        memberCount: undefined,
        systemChannelId: guild.system_channel_id ?? undefined,
      }),
    ),
    on('guild.delete', (_, guild) => guilds.remove(guild.id)),
    slash('community', {
      description: 'How members come and go here',
      contexts: [InteractionContextType.Guild],
      async run({ guildId = '' }) {
        const { joined = 0, left = 0, updated = 0 } = (await guilds.read(guildId)) ?? {};
        return { content: `joined ${joined}, left ${left}, updated ${updated}` };
      },
    }),
  ];
}

interface MemberPayload {
  readonly guild_id: string;
  readonly user: { readonly id: string };
}

interface Welcome extends CommunityParts {
  readonly ctx: EventContext;
  readonly member: EventPayloads['member.join'];
  readonly record: GuildRecord;
}

/** Greets in the channel that the guild has for this, once however often the event is delivered. */
async function welcome({ ctx, member, record, state, log }: Welcome): Promise<void> {
  const { systemChannelId } = record;
  const { guild_id: guildId, user } = member;
  if (systemChannelId === undefined) return;
  const window = { name: `welcome:${guildId}`, id: ctx.id, limit: 1, windowMs: welcomeEveryMs };
  if (!(await state.windows.take(window))) return;
  const message = { content: `Welcome, <@${user.id}>!`, allowed_mentions: { users: [user.id] } };
  try {
    await ctx.rest.createMessage(systemChannelId, message, { nonce: ctx.nonce('welcome'), signal: ctx.signal });
  } catch (cause) {
    const pointless = cause instanceof DiscordRestError && (cause.kind === 'forbidden' || cause.kind === 'not-found');
    if (!pointless) throw cause;
    log.info({ guildId, channelId: systemChannelId, reason: cause.kind }, 'a member could not be welcomed');
  }
}
