import { setTimeout as delay } from 'node:timers/promises';
import { namesIn } from '@arrakis/protocol';
import { type Channel, connect } from 'amqplib';
import type { Ledger } from './ledger.ts';

export interface CollectOptions {
  readonly url: string;
  /** How many dispatches are known to be in no queue; default 0. */
  readonly missing?: number;
  /** How long events may still be missing before the collection ends without them, in ms; default 20 s. */
  readonly timeoutMs?: number;
}

const prefetch = 2_000;

/** How long nothing more must come, in ms, after the queues say that they are empty. */
const quietMs = 60;

/**
 * Takes everything out of the work queues of the ledger's namespace and enters it, until nothing (more) is missing and
 * the queues are empty, or time is up. Call it when the ingestor has nothing unconfirmed any more: what is published later is not seen.
 */
export async function collectQueues(
  ledger: Ledger,
  { url, missing = 0, timeoutMs = 20_000 }: CollectOptions,
): Promise<void> {
  const names = namesIn(ledger.namespace);
  const queues = [names.interactions, names.guildEvents];
  const connection = await connect(url);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  connection.on('error', failed.reject);
  try {
    const channel = await connection.createChannel();
    channel.on('error', failed.reject);
    await channel.prefetch(prefetch);
    let lastAt = performance.now();
    for (const queue of queues) {
      await channel.consume(queue, (message) => {
        if (message === null) return failed.reject(new Error(`${queue} was deleted while it was read`));
        lastAt = performance.now();
        ledger.received({ queue, content: message.content, properties: message.properties });
        channel.ack(message);
      });
    }
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      await Promise.race([delay(quietMs / 2), failed.promise]);
      if (ledger.missing > missing && performance.now() < deadline) continue;
      if (performance.now() - lastAt > quietMs && (await areEmpty(channel, queues))) break;
    }
    await channel.close();
  } finally {
    await connection.close().catch(() => undefined);
  }
}

async function areEmpty(channel: Channel, queues: readonly string[]): Promise<boolean> {
  const states = await Promise.all(queues.map((queue) => channel.checkQueue(queue)));
  return states.every(({ messageCount }) => messageCount === 0);
}
