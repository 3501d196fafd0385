import type { Channel } from 'amqplib';
import { z } from 'zod';
import { BrokerError } from './errors.ts';

/**
 * What amqplib keeps to itself and this needs: the channel's number, and the socket below the connection. The
 * version of amqplib is pinned; another one that differs here is refused when a channel is opened.
 */
const internals = z.object({
  ch: z.number().int().min(1),
  connection: z.object({
    frameMax: z.number().int().min(4_096),
    sendBytes: z.custom<(bytes: Buffer) => void>((value) => typeof value === 'function'),
    stream: z.custom<{ readonly writable: boolean }>((value) => typeof value === 'object' && value !== null),
  }),
});

/** A channel below amqplib's own methods. */
export interface RawChannel {
  readonly number: number;
  /** Largest frame that was agreed with the broker, in bytes. */
  readonly frameMax: number;
  /** Writes whole frames at once, before whatever amqplib itself still holds back; nothing once the socket is at its end. */
  readonly write: (frames: Buffer) => void;
}

/** @throws {BrokerError} of kind `settings` when this version of amqplib cannot be used so. */
export function rawChannel(channel: Channel): RawChannel {
  const found = internals.safeParse(channel);
  if (!found.success) {
    throw new BrokerError('settings', 'This version of amqplib is not the one Arrakis was written for.');
  }
  const { connection } = channel;
  const { ch: number, connection: parts } = found.data;
  return {
    number,
    frameMax: parts.frameMax,
    write: (frames) => {
      // A socket that is at its end takes nothing more; the loss of the connection is on its way.
      if (parts.stream.writable) parts.sendBytes.call(connection, frames);
    },
  };
}
