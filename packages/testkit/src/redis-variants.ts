import { fileURLToPath } from 'node:url';
import { startContainer } from './container-services.ts';
import { isDockerRunning } from './docker.ts';
import { waitFor } from './wait-for.ts';

/** A server that understands Redis' commands, and how it runs. */
export interface RedisVariant {
  /** Of a container. */
  readonly image: 'redis:7-alpine' | 'valkey/valkey:8-alpine';
  /** As the one node of a cluster: keys of different slots may then not be used together. */
  readonly cluster: boolean;
}

/** A {@link RedisVariant} that answers. */
export interface VariantServer extends AsyncDisposable {
  readonly url: string;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Starts a server for what has to work on several of them; undefined without a container engine.
 *
 * @throws Error when the image cannot be had.
 */
export async function startRedisVariant({ image, cluster }: RedisVariant): Promise<VariantServer | undefined> {
  if (!(await isDockerRunning())) return undefined;
  const program = image.startsWith('valkey') ? 'valkey-server' : 'redis-server';
  const command = [program, '--save', '', '--protected-mode', 'no', '--cluster-enabled', cluster ? 'yes' : 'no'];
  const context = { root, report: () => undefined, signal: undefined };
  const container = await startContainer('redis', context, { image, command });
  if (cluster) await giveAllSlots(container.url);
  return { url: container.url, [Symbol.asyncDispose]: () => container.stop() };
}

async function giveAllSlots(url: string): Promise<void> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url);
  try {
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    const isReady = async () => String(await redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok');
    await waitFor(isReady, { what: 'the cluster' });
  } finally {
    redis.disconnect();
  }
}
