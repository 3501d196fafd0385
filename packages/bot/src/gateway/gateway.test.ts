import { ActivityType, PresenceUpdateStatus } from 'discord-api-types/v10';
import { Broker, type Subscriptions } from '@arrakis/broker';
import { decodeGatewayCommand, gatewayCommandQueue } from '@arrakis/protocol';
import { deleteAfterTests, TcpProxy, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayClient, GatewayCommandError } from '../index.ts';

const applicationId = '100000000000000001';
/** A guild of the shard, of four. */
const guildOn = (shardId: number) => String((BigInt(shardId) << 22n) + 5n);
const guilds = { zeroth: guildOn(0), first: guildOn(1), third: guildOn(3) };

const releases: (() => Promise<unknown>)[] = [];
let namespace: string;
let proxy: TcpProxy;
let broker: Broker;
let owned: Subscriptions;

beforeEach(async () => {
  namespace = uniqueNamespace();
  const { rabbitmqUrl } = await testServices();
  const { hostname, port } = new URL(rabbitmqUrl);
  proxy = await TcpProxy.start(hostname, Number(port));
  releases.push(() => proxy.stop());
  broker = new Broker({ url: proxy.rewrite(rabbitmqUrl), namespace, connectionName: 'test' });
  releases.push(() => broker.close());
  owned = broker.subscriptions(1);
  // Connects.
  void broker.publisher;
  await waitFor(() => broker.whyNotReady() === undefined, { what: 'the broker' });
});
afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
});

const client = (shardCount: () => Promise<number | undefined> = async () => 4) =>
  new GatewayClient({ namespace, applicationId, publisher: broker.publisher, shardCount });

/** Holds a shard as an ingestor does, and returns what it is told. */
async function own(shardId: number): Promise<{ shardId: number; op: number; d: unknown; inMs: number }[]> {
  const told: { shardId: number; op: number; d: unknown; inMs: number }[] = [];
  const queue = gatewayCommandQueue(namespace, { applicationId, shardId });
  deleteAfterTests(queue.name);
  const subscription = owned.subscribe({
    queue,
    async handle(message) {
      const { command, deadline = 0 } = decodeGatewayCommand(message);
      told.push({ shardId, ...command, inMs: deadline - Date.now() });
      return 'done';
    },
  });
  await waitFor(() => subscription.consuming, { what: 'the queue' });
  return told;
}

const failing = async (call: Promise<void>): Promise<unknown> => {
  const thrown: unknown = await call.catch((cause: unknown) => cause);
  expect(thrown).toBeInstanceOf(GatewayCommandError);
  return thrown;
};

describe('commands to the gateway', () => {
  it('about a guild go to its shard, in order, as Discord documents them', async () => {
    const [zero, one] = [await own(0), await own(1)];
    const gateway = client();
    await gateway.joinVoice({ guildId: guilds.first, channelId: '7', selfDeaf: true });
    await gateway.leaveVoice(guilds.first);
    await gateway.requestGuildMembers({ guildId: guilds.first, query: '', limit: 0, nonce: 'n', presences: true });
    await gateway.requestGuildMembers({ guildId: guilds.zeroth, userIds: ['5', '6'] });
    await waitFor(() => one.length === 3 && zero.length === 1, { what: 'the commands' });
    expect(one.map(({ op, d }) => [op, d])).toEqual([
      [4, { guild_id: guilds.first, channel_id: '7', self_mute: false, self_deaf: true }],
      [4, { guild_id: guilds.first, channel_id: null, self_mute: false, self_deaf: false }],
      [8, { guild_id: guilds.first, query: '', limit: 0, nonce: 'n', presences: true }],
    ]);
    expect(zero).toMatchObject([{ op: 8, d: { guild_id: guilds.zeroth, user_ids: ['5', '6'] } }]);
  });

  it('about several guilds are parted by their shards', async () => {
    const [zero, three] = [await own(0), await own(3)];
    await client().requestSoundboardSounds([guilds.third, guilds.zeroth, guilds.third]);
    await waitFor(() => zero.length + three.length === 2, { what: 'the commands' });
    expect(zero).toMatchObject([{ op: 31, d: { guild_ids: [guilds.zeroth] } }]);
    expect(three).toMatchObject([{ op: 31, d: { guild_ids: [guilds.third, guilds.third] } }]);
  });

  it('about the bot go to every shard, or to one', async () => {
    const told = await Promise.all([0, 1, 2, 3].map(own));
    const gateway = client();
    const activities = [{ name: 'the spice', type: ActivityType.Watching }];
    await gateway.setPresence({ status: PresenceUpdateStatus.Idle, activities });
    await gateway.setPresence({ status: PresenceUpdateStatus.Online }, { shardId: 2 });
    await waitFor(() => told.flat().length === 5, { what: 'the commands' });
    expect(told.map((commands) => commands.length)).toEqual([1, 1, 2, 1]);
    expect(told[2]?.map(({ d }) => d)).toEqual([
      { status: 'idle', activities, since: null, afk: false },
      { status: 'online', activities: [], since: null, afk: false },
    ]);
    await expect(failing(gateway.setPresence({ status: PresenceUpdateStatus.Online }, { shardId: 4 })))
      .resolves //
      .toMatchObject({ kind: 'invalid', retryable: false });
  });

  it('have a time after which they are of no use: 30 s unless told otherwise, and ten minutes at most', async () => {
    const told = await own(1);
    const gateway = client();
    await gateway.leaveVoice(guilds.first);
    await gateway.leaveVoice(guilds.first, { expiresAfterMs: 5_000.5 });
    await gateway.leaveVoice(guilds.first, { expiresAfterMs: 86_400_000 });
    await waitFor(() => told.length === 3, { what: 'the commands' });
    for (const expiresAfterMs of [0, -1, NaN]) {
      expect(await failing(gateway.leaveVoice(guilds.first, { expiresAfterMs }))).toMatchObject({ kind: 'invalid' });
    }
    const seconds = told.map(({ inMs }) => Math.ceil(inMs / 10_000) * 10);
    expect(seconds).toEqual([30, 10, 600]);
  });

  it('say why they were not accepted, and whether it is worth another try', async () => {
    await own(0);
    const gateway = client();
    expect(await failing(gateway.leaveVoice(guilds.first))).toMatchObject({ kind: 'unowned', retryable: true });
    const many = Array.from({ length: 101 }, (_, id) => String(id));
    const tooMany = gateway.requestGuildMembers({ guildId: guilds.zeroth, userIds: many });
    expect(await failing(tooMany)).toMatchObject({ kind: 'invalid', retryable: false });
    expect(await failing(gateway.leaveVoice('nowhere'))).toMatchObject({ kind: 'invalid', retryable: false });
    const undecided = client(async () => undefined);
    expect(await failing(undecided.leaveVoice('5'))).toMatchObject({ kind: 'unavailable', retryable: true });
    const lost = client(() => Promise.reject(new Error('Redis is away')));
    expect(await failing(lost.leaveVoice('5'))).toMatchObject({
      kind: 'unavailable',
      cause: { message: 'Redis is away' },
    });
    proxy.refuse(true);
    proxy.cut();
    await waitFor(() => broker.whyNotReady() !== undefined, { what: 'the loss' });
    expect(await failing(gateway.leaveVoice(guilds.zeroth))).toMatchObject({ kind: 'unavailable', retryable: true });
  });

  it('are refused when a shard has more of them than it could send in time', async () => {
    const queue = gatewayCommandQueue(namespace, { applicationId, shardId: 1 });
    deleteAfterTests(queue.name);
    const held = owned.subscribe({
      queue,
      handle: ({ signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve('requeue'), { once: true })),
    });
    await waitFor(() => held.consuming, { what: 'the queue' });
    const gateway = client();
    const outcomes = await Promise.allSettled(Array.from({ length: 1_050 }, () => gateway.leaveVoice(guilds.first)));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    // Beside the thousand, one is in the shard's hands.
    expect(refused.length).toBeGreaterThanOrEqual(49);
    expect(refused[0]).toMatchObject({ reason: { kind: 'full', retryable: true } });
    await held.end(5_000);
  });
});
