import { fileURLToPath } from 'node:url';
import { startContainer } from './container-services.ts';
import { isDockerRunning } from './docker.ts';
import { PrivateRedisCluster } from './private-redis-cluster.ts';

/** Images of servers that understand Redis' commands. */
export type RedisImage = 'redis:7-alpine' | 'valkey/valkey:8-alpine';

/** A server that understands Redis' commands, and how it runs. */
export interface RedisVariant {
  readonly image: RedisImage;
  /** As three masters with a replica each: keys of different slots may then not be used together. */
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
  if (cluster) {
    const started = await PrivateRedisCluster.start(image);
    return { url: started.urls[0] ?? '', [Symbol.asyncDispose]: () => started[Symbol.asyncDispose]() };
  }
  const program = image.startsWith('valkey') ? 'valkey-server' : 'redis-server';
  const command = [program, '--save', '', '--protected-mode', 'no'];
  const context = { root, report: () => undefined, signal: undefined };
  const container = await startContainer('redis', context, { image, command });
  return { url: container.url, [Symbol.asyncDispose]: () => container.stop() };
}
