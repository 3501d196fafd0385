// The second half of the bare path: amqplib's consumer, which acknowledges every message by itself, as soon as it comes.
import amqplib from 'amqplib';
import { answer } from '../answer.mjs';
import { handled } from '../handled.mjs';
import { monotonicMicros, sentAtHeader } from './message.mjs';

const namespace = process.env['ARRAKIS_NAMESPACE'] ?? '';
const broker = await amqplib.connect(process.env['RABBITMQ_URL'] ?? '', { noDelay: true });
const channel = await broker.createChannel();
await channel.prefetch(Number(process.env['WORKER_EVENT_CONCURRENCY']));
await channel.consume(`${namespace}.events.guild`, (message) => {
  if (message === null) throw new Error('the consumer was cancelled');
  channel.ack(message);
  handled();
});

/** How long each interaction was on its way, in ms. @type {number[]} */
let delaysMs = [];
await channel.consume(`${namespace}.interactions`, (message) => {
  if (message === null) throw new Error('the consumer was cancelled');
  delaysMs.push((monotonicMicros() - Number(message.properties.headers?.[sentAtHeader])) / 1_000);
  channel.ack(message);
});

answer({
  /** Those since it was asked last. */
  takeDelays() {
    const taken = delaysMs;
    delaysMs = [];
    return taken;
  },
});

// What is acknowledged has to be written first.
process.once(
  'SIGTERM',
  () =>
    void channel
      .close()
      .then(() => broker.close())
      .then(() => process.exit()),
);
