import { startSimulator, type Simulator } from '@arrakis/simulator';
import { waitFor } from '@arrakis/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import {
  FatalGatewayError,
  LocalIdentifyGate,
  Shard,
  type Dispatch,
  type ShardEvent,
  type StoredSession,
} from './index.ts';

const intents = 0b111;
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function discordWith(gateway: object = {}): Promise<Simulator> {
  const discord = await startSimulator({
    guilds: 3,
    gateway: { heartbeatIntervalMs: 200, identifyWindowMs: 40, ...gateway },
  });
  stops.push(() => discord.stop());
  return discord;
}

interface Options {
  readonly session?: StoredSession;
  readonly token?: string;
  /** Whether dispatches are confirmed at once; otherwise the test does it. */
  readonly confirm?: boolean;
}

function shardOf(discord: Simulator, { session, token, confirm: confirmsAtOnce = true }: Options = {}) {
  const received: Dispatch[] = [];
  const confirms: (() => void)[] = [];
  const events: ShardEvent[] = [];
  const shard = new Shard({
    id: 0,
    count: 1,
    token: token ?? discord.bots[0]?.token ?? '',
    intents,
    gatewayUrl: discord.gatewayUrl,
    ...(session !== undefined && { session }),
    identifyGate: new LocalIdentifyGate(1, { windowMs: 50 }),
    sink: (dispatch, confirm) => {
      received.push(dispatch);
      if (confirmsAtOnce) confirm();
      else confirms.push(confirm);
    },
    onEvent: (event) => events.push(event),
  });
  const running = shard.run();
  running.catch(() => undefined);
  stops.push(async () => {
    shard.stop();
    await running.catch(() => undefined);
  });
  const ready = () =>
    waitFor(() => shard.status().state === 'ready', { what: 'the shard to be ready', timeoutMs: 15_000 });
  const numbers = () =>
    received.filter((dispatch) => dispatch.name === 'GUILD_MEMBER_ADD').map((dispatch) => numberOf(dispatch));
  return { shard, running, received, confirms, events, ready, numbers };
}

function numberOf(dispatch: Dispatch): number {
  const { data } = dispatch;
  return typeof data === 'object' && data !== null && 'number' in data ? Number(data.number) : Number.NaN;
}

let counter = 0;
function send(discord: Simulator, count = 1): number[] {
  const applicationId = discord.bots[0]?.applicationId ?? '';
  const [guildId = null] = discord.bots[0]?.guildIds() ?? [];
  return Array.from({ length: count }, () => {
    counter += 1;
    discord.gateway.dispatch({
      applicationId,
      guildId,
      type: 'GUILD_MEMBER_ADD',
      data: { guild_id: guildId, number: counter, user: { id: '1' } },
    });
    return counter;
  });
}

const receivedAll = (numbers: () => number[], sent: number[]) =>
  waitFor(() => numbers().length >= sent.length, { what: `${sent.length} dispatches` });

describe('a shard', () => {
  it('identifies once, tells available guilds from joined ones, and hands on what comes', async () => {
    const discord = await discordWith();
    const { ready, received, numbers, shard } = shardOf(discord);
    await ready();
    await waitFor(() => received.filter(({ name }) => name === 'GUILD_CREATE').length === 3, { what: 'the guilds' });
    const sent = send(discord, 20);
    await receivedAll(numbers, sent);
    expect(numbers()).toEqual(sent);
    discord.world.addGuild({});
    await waitFor(() => received.filter(({ name }) => name === 'GUILD_CREATE').length === 4, { what: 'the join' });
    const guilds = received.filter(({ name }) => name === 'GUILD_CREATE');
    expect(guilds.map(({ guildWasUnavailable }) => guildWasUnavailable)).toEqual([true, true, true, false]);
    expect(shard.status()).toMatchObject({ identifies: 1, resumes: 0, lag: 0 });
  });

  it('acknowledges to Discord only what is confirmed, without a hole', async () => {
    const discord = await discordWith();
    const { ready, received, confirms, shard } = shardOf(discord, { confirm: false });
    await ready();
    await waitFor(() => received.length === 4, { what: 'READY and three guilds' });
    const acknowledged = () => discord.gateway.sessions()[0]?.lastHeartbeatSequence;
    for (const index of [0, 1, 3]) confirms[index]?.();
    await waitFor(() => acknowledged() === received[1]?.sequence, { what: 'the heartbeat to follow' });
    expect(shard.snapshot()?.sequence).toBe(received[1]?.sequence);
    confirms[2]?.();
    await waitFor(() => acknowledged() === received[3]?.sequence, { what: 'the heartbeat to follow' });
  });

  it.each([
    ['its TCP connection is cut', (discord: Simulator) => discord.gateway.disconnect({})],
    ['Discord closes with 4000', (discord: Simulator) => discord.gateway.disconnect({ code: 4000 })],
    ['Discord asks for a reconnect', (discord: Simulator) => discord.gateway.requestReconnect({})],
    ['Discord sends something that is not JSON', (discord: Simulator) => discord.gateway.sendRaw({}, 'x{')],
    ['Discord goes silent', (discord: Simulator) => discord.gateway.silence({}, true)],
    [
      'Discord says the session may be resumed',
      (discord: Simulator) => discord.gateway.invalidateSession({ resumable: true }),
    ],
  ])('resumes without a loss or a repetition when %s', async (_cause, disturb) => {
    const discord = await discordWith();
    const { ready, numbers, shard } = shardOf(discord);
    await ready();
    const sent = send(discord, 10);
    disturb(discord);
    sent.push(...send(discord, 10));
    await waitFor(() => shard.status().resumes > 0, { what: 'a RESUME', timeoutMs: 15_000 });
    await ready();
    sent.push(...send(discord, 10));
    await receivedAll(numbers, sent);
    expect(numbers()).toEqual(sent);
    expect(discord.gateway.identifies).toBe(1);
  });

  it('identifies anew when the session is gone, and says that it was lost', async () => {
    const discord = await discordWith();
    const { ready, events, shard } = shardOf(discord);
    await ready();
    discord.gateway.invalidateSession({ resumable: false });
    await waitFor(() => shard.status().identifies === 2 && shard.status().state === 'ready', {
      what: 'a new session',
      timeoutMs: 15_000,
    });
    expect(events.filter(({ type }) => type === 'session-lost')).toHaveLength(1);
    const wait = events.find((event) => event.type === 'disconnected');
    expect(wait?.type === 'disconnected' && wait.retryInMs).toBeGreaterThanOrEqual(1_000);
  });

  it('stopped keeps its session, and a successor goes on from the cursor with what was not confirmed', async () => {
    const discord = await discordWith();
    const first = shardOf(discord, { confirm: false });
    await first.ready();
    await waitFor(() => first.received.length === 4, { what: 'READY and three guilds' });
    for (const confirm of first.confirms) confirm();
    const sent = send(discord, 10);
    await receivedAll(first.numbers, sent);
    for (const confirm of first.confirms.slice(0, 4 + 6)) confirm();
    first.shard.stop();
    await first.running;
    expect(first.shard.status().state).toBe('stopped');
    sent.push(...send(discord, 5));
    const session = first.shard.snapshot();
    if (session === undefined) throw new Error('a session was there');
    const successor = shardOf(discord, { session });
    await successor.ready();
    await receivedAll(successor.numbers, sent.slice(6));
    expect(successor.numbers()).toEqual(sent.slice(6));
    expect(discord.gateway.identifies).toBe(1);
  });

  it('paused reads nothing and stays connected; resumed it reads all', async () => {
    const discord = await discordWith();
    const { ready, numbers, shard } = shardOf(discord);
    await ready();
    shard.pause('test');
    const sent = send(discord, 50);
    const beats = discord.gateway.statistics.heartbeats;
    // Five heartbeats: a connection taken for a zombie would be gone by then.
    await waitFor(() => discord.gateway.statistics.heartbeats > beats + 5, { what: 'heartbeats', timeoutMs: 10_000 });
    expect(numbers()).toEqual([]);
    shard.resume('test');
    await receivedAll(numbers, sent);
    expect(numbers()).toEqual(sent);
    expect(discord.gateway.statistics.connectionsOpened).toBe(1);
  });

  it('paused before a reconnect reads the replay only when resumed', async () => {
    const discord = await discordWith();
    const { ready, numbers, shard } = shardOf(discord);
    await ready();
    shard.pause('test');
    discord.gateway.disconnect({});
    const sent = send(discord, 50);
    await waitFor(() => shard.status().resumes === 1 && discord.gateway.statistics.resumes === 1, { what: 'a RESUME' });
    expect(numbers()).toEqual([]);
    shard.resume('test');
    await receivedAll(numbers, sent);
    expect(numbers()).toEqual(sent);
  });

  it('ends with what to do when Discord refuses the token, and does not try again', async () => {
    const discord = await discordWith();
    const { running, shard } = shardOf(discord, { token: 'MTIz.abcdef.wrong' });
    await expect(running).rejects.toThrow(FatalGatewayError);
    await expect(running).rejects.toThrow(/4004.*DISCORD_TOKEN/s);
    expect(shard.status().state).toBe('failed');
    expect(discord.gateway.statistics.connectionsOpened).toBe(1);
  });
});
