// The second half of the bare path: amqplib's consumer, which acknowledges every message by itself, as soon as it comes.
import amqplib from 'amqplib';
import { handled } from '../handled.mjs';

const namespace = process.env['ARRAKIS_NAMESPACE'] ?? '';
const broker = await amqplib.connect(process.env['RABBITMQ_URL'] ?? '');
const channel = await broker.createChannel();
await channel.prefetch(Number(process.env['WORKER_EVENT_CONCURRENCY']));
await channel.consume(`${namespace}.events.guild`, (message) => {
  if (message === null) throw new Error('the consumer was cancelled');
  channel.ack(message);
  handled();
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
