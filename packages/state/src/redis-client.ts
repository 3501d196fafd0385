import { Cluster, Redis } from 'ioredis';
import { silenceMs } from './command-watch.ts';

/** A client of one server, or of a cluster. */
export type RedisClient = Redis | Cluster;

/** How often a command is sent anew while a cluster elects another master, 100 ms after each attempt. */
const redirections = 5;

const everyNode = {
  maxRetriesPerRequest: 0,
  connectTimeout: 5_000,
};

const retryDelay = (attempt: number) => Math.min(2_000, 50 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2);

/** A client that connects again for ever, and fails commands at once while it is not connected. */
export function clientOfServer(url: string): Redis {
  return new Redis(url, {
    ...everyNode,
    enableOfflineQueue: false,
    // While it loads its data it is asked again within what counts as silence.
    maxLoadingRetryTime: 2_000,
    // After a failover the former primary only reads: the way to the new one is a new connection.
    reconnectOnError: (cause) => cause.message.includes('READONLY'),
    retryStrategy: retryDelay,
  });
}

/** The same for a cluster, of which some nodes are given. All have the credentials of the first. */
export function clientOfCluster(urls: readonly string[]): Cluster {
  const { protocol, username, password } = new URL(urls[0] ?? '');
  const credentials = {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
  };
  return new Cluster([...urls], {
    enableOfflineQueue: false,
    clusterRetryStrategy: retryDelay,
    maxRedirections: redirections,
    // Certificates are for names: the system looks them up when it connects.
    dnsLookup: (name, found) => found(null, name),
    redisOptions: {
      ...everyNode,
      socketTimeout: silenceMs,
      ...credentials,
      ...(protocol === 'rediss:' && { tls: {} }),
    },
  });
}

/** Whether a server is a node of a cluster. One that does not say so is none. */
export async function isOfCluster(redis: Redis): Promise<boolean> {
  const told = await redis.info('cluster').catch(() => '');
  return told.includes('cluster_enabled:1');
}
