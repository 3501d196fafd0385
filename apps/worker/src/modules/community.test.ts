import { Router, type EventContext } from '@arrakis/bot';
import { DiscordRest, nonceFor } from '@arrakis/discord-rest';
import { createLog } from '@arrakis/service';
import { startSimulator, type Simulator } from '@arrakis/simulator';
import { StateManager } from '@arrakis/state';
import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { botState } from '../bots.ts';
import { noGateway } from '../testing/answering-parts.ts';
import { community } from './community.ts';

let discord: Simulator;
let rest: DiscordRest;
let state: StateManager;
let router: Router;
let guildId = '';

beforeAll(async () => {
  discord = await startSimulator({ guilds: 1 });
  const [bot] = discord.bots;
  if (bot === undefined) throw new Error('the simulator has a bot');
  const { applicationId, token } = bot;
  rest = new DiscordRest({ apiUrl: discord.apiUrl, applicationId, token });
  state = new StateManager({ url: (await testServices()).redisUrl, namespace: uniqueNamespace(), applicationId });
  await waitFor(() => state.whyUnavailable() === undefined, { what: 'Redis' });
  router = new Router([community]);
});
afterAll(async () => {
  state.close();
  await rest.close();
  await discord.stop();
});
beforeEach(() => {
  guildId = discord.world.addGuild({ members: 2 }).id;
  discord.rest.clearFaults();
});

const log = createLog({ name: 'test', level: 'silent' });
let events = 0;
async function handle(type: string, payload: unknown, id = `event-${(events += 1)}`): Promise<void> {
  const context: EventContext = {
    id,
    type,
    guildId,
    userId: undefined,
    receivedAt: Date.now(),
    attempt: 1,
    fence: undefined,
    deadline: Date.now() + 5_000,
    signal: AbortSignal.timeout(5_000),
    rest,
    gateway: noGateway,
    state: botState(state),
    log,
    settings: (settings) => settings.in({}),
    nonce: (purpose) => nonceFor(id, purpose),
  };
  const [{ handler } = {}] = router.events(type);
  if (handler === undefined) throw new Error(`nobody handles ${type}`);
  await handler.prepare(payload).run(context);
}

const channelNamed = (name: string) => discord.world.guild(guildId).channelNamed(name).id;
const present = (channelId: string | null) => {
  const guild = { id: guildId, name: 'Sietch Tabr', member_count: 3, system_channel_id: channelId };
  return handle('guild.available', guild);
};
const join = (userId: string, fields: { bot?: boolean; eventId?: string } = {}) =>
  handle('member.join', { guild_id: guildId, user: { id: userId, bot: fields.bot } }, fields.eventId);
const welcomes = (channel = 'general') =>
  discord.world.conversations
    .inChannel(channelNamed(channel))
    .map(({ content }) => content)
    .filter((content) => content.startsWith('Welcome'));

describe('a welcome', () => {
  it('greets one of those who come together, where the guild wants it', async () => {
    await present(channelNamed('general'));
    await Promise.all(['11', '12', '13'].map((userId) => join(userId)));
    expect(welcomes()).toEqual([expect.stringMatching(/^Welcome, <@1[123]>!$/)]);
    expect(await state.guilds.read(guildId)).toMatchObject({ joined: 3, members: 6 });
  });

  it('is not for bots, and not where the guild wants none', async () => {
    await present(channelNamed('general'));
    await join('11', { bot: true });
    expect(welcomes()).toEqual([]);
    await handle('guild.update', { id: guildId, name: 'Sietch Tabr', system_channel_id: null });
    await join('12');
    expect(welcomes()).toEqual([]);
    expect(await state.guilds.read(guildId)).toMatchObject({ joined: 2, members: 5 });
  });

  it('that failed is sent when the event comes again, and counted once', async () => {
    await present(channelNamed('general'));
    const fault = discord.rest.addFault({ method: 'POST', route: '/channels/{channel.id}/messages', status: 400 });
    await expect(join('11', { eventId: `${guildId}:1` })).rejects.toMatchObject({ kind: 'invalid' });
    fault.remove();
    await join('11', { eventId: `${guildId}:1` });
    await join('11', { eventId: `${guildId}:1` });
    expect(welcomes()).toEqual(['Welcome, <@11>!']);
    expect(await state.guilds.read(guildId)).toMatchObject({ joined: 1 });
  });

  it.each(['staff', 'a channel that is gone'])('that cannot be sent, to %s, is let be', async (where) => {
    await present(where === 'staff' ? channelNamed('staff') : '900000000000000009');
    await join('11');
    expect(await state.guilds.read(guildId)).toMatchObject({ joined: 1 });
  });
});

describe('a guild', () => {
  it('that is there but unavailable changes nothing', async () => {
    await present(channelNamed('general'));
    await handle('guild.create', { id: guildId, unavailable: true });
    expect(await state.guilds.read(guildId)).toMatchObject({ name: 'Sietch Tabr', members: 3 });
  });

  it('that removes the bot is forgotten', async () => {
    await present(null);
    await handle('guild.delete', { id: guildId });
    expect(await state.guilds.read(guildId)).toBeUndefined();
  });
});
