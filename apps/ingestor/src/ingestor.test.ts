import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Broker, done, type Delivery } from '@arrakis/broker';
import { decodeEvent, type Event } from '@arrakis/protocol';
import { startSimulator, type Simulator } from '@arrakis/simulator';
import { StateManager } from '@arrakis/state';
import { TcpProxy, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterEach, describe, expect, it } from 'vitest';

const releases: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
});

/** An ingestor as in production: a process of its own, with its settings in the environment. */
class IngestorProcess {
  readonly child: ChildProcess;
  readonly lines: string[] = [];

  constructor(env: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, ['--conditions=source', fileURLToPath(new URL('main.ts', import.meta.url))], {
      env: { HEALTH_HOST: '127.0.0.1', HEALTH_PORT: '0', APP_ENV: 'test', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
  }

  get healthUrl(): string | undefined {
    const port = this.lines.map((line) => /"healthPort":(\d+)/.exec(line)?.[1]).find((found) => found !== undefined);
    return port === undefined ? undefined : `http://127.0.0.1:${port}`;
  }

  async readiness(): Promise<{ status: number; text: string }> {
    if (this.healthUrl === undefined) return { status: 0, text: '' };
    const response = await fetch(`${this.healthUrl}/readyz`).catch(() => undefined);
    return { status: response?.status ?? 0, text: (await response?.text()) ?? '' };
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.healthUrl}/metrics`)).text();
  }

  async ready(): Promise<void> {
    await waitFor(async () => (await this.readiness()).status === 200, { what: 'readiness', timeoutMs: 15_000 });
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill(signal);
      await once(this.child, 'close');
    }
    return this.child.exitCode;
  }
}

async function setUp() {
  const namespace = uniqueNamespace();
  const { rabbitmqUrl, redisUrl } = await testServices();
  const discord = await startSimulator({ guilds: 2, gateway: { identifyWindowMs: 40 } });
  releases.push(() => discord.stop());
  const broker = new Broker({ url: rabbitmqUrl, namespace, connectionName: 'test' });
  releases.push(() => broker.close());
  const start = (settings: NodeJS.ProcessEnv = {}) => {
    const ingestor = new IngestorProcess({
      DISCORD_TOKEN: discord.bots[0]?.token,
      DISCORD_API_URL: discord.apiUrl,
      RABBITMQ_URL: rabbitmqUrl,
      REDIS_URL: redisUrl,
      ARRAKIS_NAMESPACE: namespace,
      ...settings,
    });
    releases.push(() => ingestor.end('SIGKILL'));
    return ingestor;
  };
  return { namespace, rabbitmqUrl, redisUrl, discord, broker, start };
}

/** Everything that arrives in the queue of guild events. */
function collect(broker: Broker): Event[] {
  const events: Event[] = [];
  broker.consume({
    queue: broker.names.guildEvents,
    prefetch: 100,
    handle: async (delivery: Delivery) => {
      events.push(decodeEvent({ body: delivery.body, properties: delivery.properties }));
      return done;
    },
  });
  return events;
}

let counter = 0;
function sendMembers(discord: Simulator, count: number): number[] {
  const [bot] = discord.bots;
  const [guildId = ''] = bot?.guildIds() ?? [];
  return Array.from({ length: count }, () => {
    counter += 1;
    const data = { guild_id: guildId, number: counter, user: { id: '4' } };
    discord.gateway.dispatch({ applicationId: bot?.applicationId ?? '', guildId, type: 'GUILD_MEMBER_ADD', data });
    return counter;
  });
}

function numberOf(event: Event): number {
  return Number(/"number":(\d+)/.exec(event.body.toString())?.[1]);
}

const numbersOf = (events: readonly Event[]) => events.filter(({ type }) => type === 'member.join').map(numberOf);
const allArrived = (events: readonly Event[], sent: readonly number[]) =>
  waitFor(() => new Set(numbersOf(events)).size === sent.length, { what: `${sent.length} members`, timeoutMs: 20_000 });

describe('the ingestor', () => {
  it('publishes what the gateway sends, as Discord wrote it', async () => {
    const { discord, broker, start } = await setUp();
    const events = collect(broker);
    await start().ready();
    const sent = sendMembers(discord, 50);
    await allArrived(events, sent);
    expect(numbersOf(events)).toEqual(sent);
    expect(events.filter(({ type }) => type === 'guild.available')).toHaveLength(2);
    expect(events.filter(({ type }) => type === 'guild.create')).toHaveLength(0);
  });

  it('killed without warning loses nothing: its successor resumes where the broker had confirmed', async () => {
    const { discord, broker, start } = await setUp();
    const events = collect(broker);
    const first = start();
    await first.ready();
    const sent = sendMembers(discord, 300);
    await waitFor(() => numbersOf(events).length > 20, { what: 'the first events' });
    sent.push(...sendMembers(discord, 700));
    await first.end('SIGKILL');
    sent.push(...sendMembers(discord, 100));
    await start().ready();
    sent.push(...sendMembers(discord, 100));
    await allArrived(events, sent);
    expect(new Set(numbersOf(events))).toEqual(new Set(sent));
    // What was published twice has the same id both times.
    const joins = events.filter(({ type }) => type === 'member.join');
    expect(new Set(joins.map(({ id }) => id)).size).toBe(sent.length);
    expect(discord.gateway.identifies).toBe(1);
  });

  it('asked to stop leaves its session to a successor, which repeats nothing', async () => {
    const { discord, broker, start } = await setUp();
    const events = collect(broker);
    const first = start();
    await first.ready();
    const sent = sendMembers(discord, 200);
    expect(await first.end('SIGTERM')).toBe(0);
    sent.push(...sendMembers(discord, 100));
    await start().ready();
    await allArrived(events, sent);
    expect(numbersOf(events)).toEqual(sent);
    expect(discord.gateway.identifies).toBe(1);
    expect(discord.gateway.statistics.closesByClient[1000]).toBeUndefined();
  });

  it('stores its sessions at the end even if nothing has changed and Redis has lost them', async () => {
    const { discord, namespace, redisUrl, start } = await setUp();
    const first = start();
    await first.ready();
    const applicationId = discord.bots[0]?.applicationId ?? '';
    const state = new StateManager({ url: redisUrl, namespace, applicationId });
    releases.push(async () => state.close());
    const shard = { id: 0, count: 1 };
    const stored = await waitFor(() => state.sessions.load(shard), { what: 'the stored session' });
    await waitFor(async () => (await state.sessions.load(shard))?.unavailableGuilds.length === 0, {
      what: 'the guilds',
    });
    await state.sessions.remove(shard, Number.MAX_SAFE_INTEGER);
    expect(await first.end('SIGTERM')).toBe(0);
    expect(await state.sessions.load(shard)).toMatchObject({ sessionId: stored.sessionId });
    await start().ready();
    expect(discord.gateway.identifies).toBe(1);
  });

  it('stops reading as well when events that nobody wants pile up behind one that waits for the broker', async () => {
    const { discord, rabbitmqUrl, start } = await setUp();
    const target = new URL(rabbitmqUrl);
    await using proxy = await TcpProxy.start(target.hostname, Number(target.port));
    const ingestor = start({ RABBITMQ_URL: proxy.rewrite(rabbitmqUrl), INGESTOR_MAX_UNCONFIRMED: '2' });
    await ingestor.ready();
    // The guilds' own events would fill the outbox, and reading would stop for that.
    await waitFor(async () => /event_type="guild.available"\} 2$/m.test(await ingestor.metrics()), {
      what: 'the guilds',
    });
    proxy.refuse(true);
    proxy.cut();
    sendMembers(discord, 1);
    const [bot] = discord.bots;
    const [guildId = ''] = bot?.guildIds() ?? [];
    const data = { id: '5', guild_id: guildId, type: 0, name: 'x'.repeat(4_000) };
    for (let sent = 0; sent < 2_000; sent += 1) {
      discord.gateway.dispatch({ applicationId: bot?.applicationId ?? '', guildId, type: 'CHANNEL_UPDATE', data });
    }
    const lag = async () => Number(/^bot_shard_lag\{.*shard="0"\} (\d+)$/m.exec(await ingestor.metrics())?.[1]);
    await waitFor(async () => (await lag()) > 40, { what: 'a lag' });
    // Whatever was on its way when reading stopped: a socket's buffer, not two thousand.
    expect(await lag()).toBeLessThan(500);
    proxy.refuse(false);
    await waitFor(async () => (await lag()) === 0, { what: 'everything to be read', timeoutMs: 15_000 });
    expect(discord.gateway.identifies).toBe(1);
  });

  it('goes on when the broker is away: it stops reading, says so, and loses nothing', async () => {
    const { discord, rabbitmqUrl, broker, start } = await setUp();
    const events = collect(broker);
    const target = new URL(rabbitmqUrl);
    const proxy = await TcpProxy.start(target.hostname, Number(target.port));
    releases.push(() => proxy.stop());
    target.hostname = '127.0.0.1';
    target.port = String(proxy.port);
    const ingestor = start({ RABBITMQ_URL: target.toString(), INGESTOR_MAX_UNCONFIRMED: '100' });
    await ingestor.ready();
    proxy.refuse(true);
    proxy.cut();
    const sent = sendMembers(discord, 2_000);
    await waitFor(async () => /broker.*connecting/.test((await ingestor.readiness()).text), {
      what: 'being not ready',
    });
    proxy.refuse(false);
    await allArrived(events, sent);
    expect(new Set(numbersOf(events))).toEqual(new Set(sent));
    await ingestor.ready();
    expect(discord.gateway.identifies).toBe(1);
  });

  it('stops with what to do when Discord refuses its token', async () => {
    const { start } = await setUp();
    const ingestor = start({
      DISCORD_TOKEN: `${Buffer.from('100000000000000001').toString('base64')}.abcdef.${'x'.repeat(27)}`,
    });
    await waitFor(() => ingestor.child.exitCode !== null, { what: 'the end', timeoutMs: 15_000 });
    expect(ingestor.child.exitCode).toBe(1);
    expect(ingestor.lines.join('\n')).toMatch(/"level":"fatal".*token/i);
    expect(ingestor.lines.join('\n')).not.toContain('xxxxxxx');
  });

  it('says all that is wrong with its settings at once, and exits with 2', async () => {
    const ingestor = new IngestorProcess({ SHARD_COUNT: '0' });
    releases.push(() => ingestor.end('SIGKILL'));
    await once(ingestor.child, 'close');
    expect(ingestor.child.exitCode).toBe(2);
    expect(ingestor.lines.join('\n')).toMatch(
      /4 settings are wrong.*DISCORD_TOKEN.*RABBITMQ_URL.*REDIS_URL.*SHARD_COUNT/s,
    );
  });
});
