// The first half of the bare path: messages that are ready before the clock runs, published with amqplib, persistent and
// confirmed. No more wait for their confirm than Arrakis lets wait.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import amqplib from 'amqplib';
import { z } from 'zod';
import { answer } from '../answer.mjs';
import { Frames } from '../discord/frames.ts';
import { monotonicMicros, propertiesOf, sentAtHeader, typeOf } from './message.mjs';

const applicationId = process.env['DISCORD_APPLICATION_ID'] ?? '';
const exchange = `${process.env['ARRAKIS_NAMESPACE'] ?? ''}.events`;
const maximumUnconfirmed = 5_000;
const pace = z.object({ count: z.number(), rate: z.number() });

const broker = await amqplib.connect(process.env['RABBITMQ_URL'] ?? '', { noDelay: true });
const channel = await broker.createConfirmChannel();
const sessionId = randomUUID().replaceAll('-', '');
let sequence = 0;
const unconfirmed = { count: 0 };
let onConfirm = () => {};
/** @type {{ type: string, body: Buffer, properties: import('amqplib').Options.Publish }[]} */
let prepared = [];

answer({
  prepare(/** @type {unknown} */ count) {
    const frames = new Frames({ guilds: false, interactions: false });
    prepared = Array.from({ length: Number(count) }, (_, index) => prepare(frames.frame(index)));
  },
  /** Publishes what is prepared, as fast as possible without a rate; resolves when all of it is confirmed. */
  async publish(/** @type {unknown} */ rate) {
    const startedAt = performance.now();
    let published = 0;
    while (published < prepared.length) {
      const due =
        typeof rate === 'number' ? Math.ceil(((performance.now() - startedAt) / 1_000) * rate) : prepared.length;
      for (const { type, body, properties } of prepared.slice(published, due)) {
        while (unconfirmed.count >= maximumUnconfirmed) await confirmation();
        unconfirmed.count += 1;
        published += 1;
        channel.publish(exchange, type, body, properties, confirmed);
      }
      if (typeof rate === 'number') await delay(1);
    }
    while (unconfirmed.count > 0) await confirmation();
    prepared = [];
  },
  /** Publishes interactions with the time in a header, evenly spread; resolves when all are published. */
  async publishInteractions(/** @type {unknown} */ load) {
    const { count, rate } = pace.parse(load);
    const frames = new Frames({ guilds: false });
    const startedAt = performance.now();
    let published = 0;
    for (let index = 0; published < count; index += 1) {
      const { type: name, data } = frames.frame(index);
      if (name !== 'INTERACTION_CREATE') continue;
      while (published > ((performance.now() - startedAt) / 1_000) * rate) await delay(1);
      const { type, body, properties } = prepare({ type: name, data });
      const headers = { ...properties.headers, [sentAtHeader]: monotonicMicros() };
      channel.publish(exchange, type, body, { ...properties, headers });
      published += 1;
    }
  },
});

/** @param {import('../discord/frames.ts').Frame} frame */
function prepare({ type: name, data }) {
  sequence += 1;
  const type = typeOf(name, data) ?? '';
  const properties = propertiesOf({ type, s: sequence, d: data, shardId: 0 }, { applicationId, sessionId });
  return { type, body: Buffer.from(JSON.stringify(data)), properties };
}

/** @returns {Promise<void>} */
function confirmation() {
  return new Promise((resolve) => (onConfirm = resolve));
}

/** @param {Error | null} cause */
function confirmed(cause) {
  if (cause !== null) throw cause;
  unconfirmed.count -= 1;
  onConfirm();
}
