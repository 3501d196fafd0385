import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { startContainer } from './container-services.ts';
import { findRedisServer } from './executables.ts';
import { GuardedProcess } from './guarded-process.ts';
import { createInstanceFolder, recordGroup } from './instance-folder.ts';
import { freePorts } from './loopback.ts';
import type { RedisImage } from './redis-variants.ts';
import { type ProviderContext, ServicesUnavailable } from './service.ts';
import { waitFor } from './wait-for.ts';

const masters = 3;
const slots = 16_384;
const formsWithinMs = 60_000;

/** How long a node may be silent until the others elect another in its place, in ms. */
const nodeTimeoutMs = 1_000;

interface Node {
  readonly port: number;
  readonly busPort: number;
}

const context: ProviderContext = {
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  report: () => undefined,
  signal: undefined,
};

/** A Redis Cluster of one test's own: three masters, each with a replica, all on this machine. */
export class PrivateRedisCluster implements AsyncDisposable {
  /** Of all nodes. */
  readonly urls: readonly string[];
  readonly #remove: () => Promise<void>;

  private constructor(nodes: readonly Node[], remove: () => Promise<void>) {
    this.urls = nodes.map(urlOf);
    this.#remove = remove;
  }

  /**
   * Starts a cluster: of the Redis that is installed, or of an image in one container.
   *
   * @throws ServicesUnavailable or Error when it cannot be had.
   */
  static async start(image?: RedisImage): Promise<PrivateRedisCluster> {
    const ports = await freePorts(4 * masters);
    const nodes = ports.slice(0, 2 * masters).map((port, at) => ({ port, busPort: ports[2 * masters + at] ?? 0 }));
    const remove = image === undefined ? await startPrograms(nodes) : await startInContainer(nodes, image);
    try {
      await form(nodes);
    } catch (error) {
      await remove();
      throw error;
    }
    return new PrivateRedisCluster(nodes, remove);
  }

  /** The master that has a key now, as `url` sees it. */
  async masterOf(key: string, url = this.urls[0] ?? ''): Promise<string> {
    const ranges = slotRanges.parse(await command(url, 'CLUSTER', 'SLOTS'));
    const slot = Number(await command(url, 'CLUSTER', 'KEYSLOT', key));
    const range = ranges.find(([first, last]) => first <= slot && slot <= last);
    if (range === undefined) throw new Error(`Nobody has slot ${slot}`);
    const [, , [, port]] = range;
    return urlOf({ port });
  }

  /**
   * Gives a key's slot to another master, key by key while clients go on, as `redis-cli --cluster reshard` does (Redis docs,
   * "CLUSTER SETSLOT").
   * @returns the address of that master
   */
  async move(key: string): Promise<string> {
    const from = await this.masterOf(key);
    const to = this.urls.slice(0, masters).find((url) => url !== from) ?? '';
    const slot = String(await command(from, 'CLUSTER', 'KEYSLOT', key));
    const [source, target] = [await nodeId(from), await nodeId(to)];
    await command(to, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', source);
    await command(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', target);
    for (;;) {
      const [one] = z.array(z.string()).parse(await command(from, 'CLUSTER', 'GETKEYSINSLOT', slot, '1'));
      if (one === undefined) break;
      const { hostname, port } = new URL(to);
      await command(from, 'MIGRATE', hostname, port, one, '0', '5000', 'REPLACE');
    }
    for (const url of [to, from]) await command(url, 'CLUSTER', 'SETSLOT', slot, 'NODE', target);
    return to;
  }

  /** Sets a parameter of every node (Redis docs, "CONFIG SET"). */
  async configure(parameter: string, value: string): Promise<void> {
    await Promise.all(this.urls.map((url) => command(url, 'CONFIG', 'SET', parameter, value)));
  }

  /** Ends a node without a word to the others or to its clients' requests. */
  async end(url: string): Promise<void> {
    await command(url, 'SHUTDOWN', 'NOSAVE', 'NOW', 'FORCE').catch(() => undefined);
  }

  /** Has a node answer nothing for so long, while its connections stay open. Does not wait for its end. */
  async silence(url: string, seconds: number): Promise<void> {
    const redis = new Redis(url);
    await redis.ping();
    void redis
      .call('DEBUG', 'SLEEP', String(seconds))
      .catch(() => undefined)
      .finally(() => redis.disconnect());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove();
  }
}

/** First and last slot, and the master's address; replicas follow (Redis docs, "CLUSTER SLOTS"). */
const slotRanges = z.array(
  z.tuple([z.number(), z.number(), z.tuple([z.string(), z.number()]).rest(z.unknown())]).rest(z.unknown()),
);

function urlOf({ port }: Pick<Node, 'port'>): string {
  return `redis://127.0.0.1:${port}`;
}

async function command(url: string, name: string, ...args: string[]): Promise<unknown> {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    return await redis.call(name, ...args);
  } finally {
    redis.disconnect();
  }
}

async function nodeId(url: string): Promise<string> {
  return String(await command(url, 'CLUSTER', 'MYID'));
}

function settingsOf({ port, busPort }: Node): Record<string, string> {
  return {
    '--port': String(port),
    '--cluster-enabled': 'yes',
    '--cluster-port': String(busPort),
    // In a container too: its ports have the same numbers outside.
    '--cluster-announce-ip': '127.0.0.1',
    '--cluster-config-file': `nodes-${port}.conf`,
    '--cluster-node-timeout': String(nodeTimeoutMs),
    '--save': '',
    '--protected-mode': 'no',
    '--enable-debug-command': 'yes',
    // A replica is told at once what to start from.
    '--repl-diskless-sync-delay': '0',
  };
}

async function startPrograms(nodes: readonly Node[]): Promise<() => Promise<void>> {
  const program = await findRedisServer();
  if (program === undefined) throw new ServicesUnavailable('There is no redis-server.');
  const folder = await createInstanceFolder(context.root);
  const processes: GuardedProcess[] = [];
  for (const node of nodes) {
    const settings = { ...settingsOf(node), '--bind': '127.0.0.1', '--dir': folder };
    const server = GuardedProcess.start({
      command: [program, ...Object.entries(settings).flat()],
      env: { PATH: process.env['PATH'] },
      logFile: `${folder}/${node.port}.log`,
    });
    processes.push(server);
    // Redis shows its address where its arguments were.
    await recordGroup(folder, server.group, `127.0.0.1:${node.port}`);
  }
  return async () => {
    await Promise.all(processes.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  };
}

async function startInContainer(nodes: readonly Node[], image: RedisImage): Promise<() => Promise<void>> {
  const program = image.startsWith('valkey') ? 'valkey-server' : 'redis-server';
  const starts = nodes.map((node) => [program, ...Object.entries(settingsOf(node)).flat()]);
  const lines = starts.map((words) => words.map((word) => `'${word}'`).join(' '));
  const ports = nodes.map(({ port }) => port);
  const script = ['sh', '-c', `${lines.map((line) => `${line} &`).join('\n')}\nwait`];
  const container = await startContainer('redis', context, { image, command: script, ports });
  return () => container.stop();
}

/** Makes nodes that know nothing of each other a cluster: masters first, then a replica for each. */
async function form(nodes: readonly Node[]): Promise<void> {
  const connections = nodes.map((node) => new Redis(urlOf(node)));
  for (const redis of connections) redis.on('error', () => undefined);
  try {
    const ids = await Promise.all(connections.map(async (redis) => String(await redis.call('CLUSTER', 'MYID'))));
    const share = Math.ceil(slots / masters);
    for (const [at, redis] of connections.entries()) {
      await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', String(at + 1));
      if (at >= masters) continue;
      const last = Math.min((at + 1) * share, slots) - 1;
      await redis.call('CLUSTER', 'ADDSLOTSRANGE', String(at * share), String(last));
    }
    const [first] = connections;
    for (const { port, busPort } of nodes) {
      await first?.call('CLUSTER', 'MEET', '127.0.0.1', String(port), String(busPort));
    }
    const options = { what: 'the cluster', timeoutMs: formsWithinMs };
    await waitFor(() => everyone(connections, (told) => told.nodes === nodes.length), options);
    await Promise.all(connections.slice(masters).map((redis, at) => redis.call('CLUSTER', 'REPLICATE', ids[at] ?? '')));
    await waitFor(() => everyone(connections, (told) => told.state === 'ok' && told.replicas === masters), options);
    await waitFor(() => everyReplicaFollows(connections.slice(masters)), options);
  } finally {
    for (const redis of connections) redis.disconnect();
  }
}

interface Told {
  readonly state: string | undefined;
  readonly nodes: number;
  readonly replicas: number;
}

async function everyone(connections: readonly Redis[], agrees: (told: Told) => boolean): Promise<boolean> {
  const told = await Promise.all(
    connections.map(async (redis) => {
      const info = String(await redis.call('CLUSTER', 'INFO'));
      const list = String(await redis.call('CLUSTER', 'NODES'));
      return {
        state: /cluster_state:(\w+)/.exec(info)?.[1],
        nodes: list
          .trim()
          .split('\n')
          .filter((line) => !line.includes('handshake')).length,
        replicas: list.match(/\bslave\b/g)?.length ?? 0,
      };
    }),
  );
  return told.every(agrees);
}

async function everyReplicaFollows(replicas: readonly Redis[]): Promise<boolean> {
  const infos = await Promise.all(replicas.map((redis) => redis.info('replication')));
  return infos.every((info) => info.includes('master_link_status:up'));
}
