import { inGuild, moduleSettings, on, slash, type EventContext, type EventPayloads, type Module } from '@arrakis/bot';
import { InteractionContextType } from 'discord-api-types/v10';
import { DiscordRestError } from '@arrakis/discord-rest';
import { integerSetting } from '@arrakis/service';
import type { GuildRecord, MemberChange } from '@arrakis/state';

const settings = moduleSettings({
  /** At most one welcome in this time, in ms: when many come at once, a greeting of each would be noise. */
  WELCOME_EVERY_MS: integerSetting({ min: 1, max: 86_400_000, defaultsTo: 10_000 }),
});

const memberJoined = on('member.join', async (ctx, member) => {
  const record = await count(ctx, member, 'joined');
  if (member.user.bot !== true) await welcome(ctx, { member, record });
});
const memberLeft = on('member.leave', async (ctx, member) => void (await count(ctx, member, 'left')));
const memberUpdated = on('member.update', async (ctx, member) => void (await count(ctx, member, 'updated')));

const guildJoined = on('guild.create', remember);
const guildAvailable = on('guild.available', remember);
const guildUpdated = on('guild.update', (ctx, guild) =>
  ctx.state.guilds.present({
    guildId: guild.id,
    name: guild.name,
    memberCount: undefined,
    systemChannelId: guild.system_channel_id ?? undefined,
  }),
);
const guildLeft = on('guild.delete', (ctx, guild) => ctx.state.guilds.remove(guild.id));

const show = slash('community', {
  description: 'How members come and go here',
  contexts: [InteractionContextType.Guild],
  guards: [inGuild],
  async run({ ext, state }) {
    const { joined = 0, left = 0, updated = 0 } = (await state.guilds.read(ext.guildId)) ?? {};
    return { content: `joined ${joined}, left ${left}, updated ${updated}` };
  },
});

/** Keeps count of how members of each guild come, go and change, and welcomes those who come one by one. */
export const community: Module = {
  name: 'community',
  commands: [show],
  events: [memberJoined, memberLeft, memberUpdated, guildJoined, guildAvailable, guildUpdated, guildLeft],
  settings,
};

interface MemberPayload {
  readonly guild_id: string;
  readonly user: { readonly id: string };
}

function count(ctx: EventContext, member: MemberPayload, change: MemberChange): Promise<GuildRecord> {
  const { guild_id: guildId, user } = member;
  return ctx.state.guilds.count({ eventId: ctx.id, guildId, userId: user.id, change });
}

async function remember({ state }: EventContext, guild: EventPayloads['guild.create']): Promise<void> {
  if (guild.unavailable === true) return;
  const { id: guildId, name, member_count: memberCount, system_channel_id: systemChannelId } = guild;
  await state.guilds.present({ guildId, name, memberCount, systemChannelId: systemChannelId ?? undefined });
}

interface Welcome {
  readonly member: EventPayloads['member.join'];
  readonly record: GuildRecord;
}

/** Greets in the channel that the guild has for this, once however often the event is delivered. */
async function welcome(ctx: EventContext, { member, record }: Welcome): Promise<void> {
  const { systemChannelId } = record;
  const { guild_id: guildId, user } = member;
  if (systemChannelId === undefined) return;
  const windowMs = ctx.settings(settings).WELCOME_EVERY_MS;
  const place = await ctx.state.limits.take({ name: `welcome:${guildId}`, id: ctx.id, limit: 1, windowMs });
  if (!place.taken) return;
  const message = { content: `Welcome, <@${user.id}>!`, allowed_mentions: { users: [user.id] } };
  try {
    await ctx.rest.createMessage(systemChannelId, message, { nonce: ctx.nonce('welcome'), signal: ctx.signal });
  } catch (cause) {
    const pointless = cause instanceof DiscordRestError && (cause.kind === 'forbidden' || cause.kind === 'not-found');
    if (!pointless) throw cause;
    ctx.log.info({ guildId, channelId: systemChannelId, reason: cause.kind }, 'a member could not be welcomed');
  }
}
