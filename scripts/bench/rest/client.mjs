// What every measured client is asked to do, so that they differ in nothing but how they send.
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { answer } from '../answer.mjs';

/**
 * @typedef {object} Client
 * @property {(guildId: string, userId: string) => Promise<unknown>} member
 * @property {(channelId: string, content: string) => Promise<unknown>} message
 * @property {(interaction: { id: string, token: string }) => Promise<unknown>} [callback]
 * @property {() => Promise<unknown>} [register] - registers the command `use`
 * @property {() => number[]} [takeWaits] - how long requests were held back since the last call, in ms
 *
 * @typedef {z.output<typeof loadSchema>} Load
 * @typedef {z.output<typeof interactionsSchema>} Interactions
 */

const loadSchema = z.object({
  kind: z.enum(['member', 'message']),
  targets: z.array(z.string()),
  ms: z.number(),
  inFlight: z.number(),
  rate: z.number().optional(),
});
const interactionsSchema = z.array(z.object({ id: z.string(), token: z.string() }));

/** @param {Client} client */
export function offer(client) {
  // Some clients have nothing open while they are asked nothing.
  setInterval(() => undefined, 60_000);
  answer({
    register: async () => void (await client.register?.()),
    run: (/** @type {unknown} */ input) => run(client, loadSchema.parse(input)),
    callbacks: (/** @type {unknown} */ input) => callbacks(client, interactionsSchema.parse(input)),
  });
}

/**
 * @param {Client} client
 * @param {Load} load
 */
async function run(client, load) {
  client.takeWaits?.();
  /** @type {number[]} */
  const tookMs = [];
  let failed = 0;
  let sent = 0;
  const endsAt = performance.now() + load.ms;
  const once = async () => {
    const startedAt = performance.now();
    const target = load.targets[sent % load.targets.length] ?? '';
    sent += 1;
    try {
      await (load.kind === 'member' ? client.member(...membership(target)) : client.message(target, `message ${sent}`));
      tookMs.push(performance.now() - startedAt);
    } catch {
      failed += 1;
    }
  };
  const loops = load.rate === undefined ? closedLoops(load, endsAt, once) : openLoop(load.rate, endsAt, once);
  await loops;
  const waitedMs = client.takeWaits?.();
  return {
    answered: tookMs.length,
    failed,
    p50: percentile(tookMs, 50),
    p99: percentile(tookMs, 99),
    ...(waitedMs && { waitedMs }),
  };
}

/**
 * @param {string} target - `<guild id>/<user id>`
 * @returns {[string, string]}
 */
function membership(target) {
  const [guildId = '', userId = ''] = target.split('/');
  return [guildId, userId];
}

/**
 * @param {Load} load
 * @param {number} endsAt
 * @param {() => Promise<void>} once
 */
async function closedLoops({ inFlight }, endsAt, once) {
  const loop = async () => {
    while (performance.now() < endsAt) await once();
  };
  // What still waits when the time is over is of no interest.
  await Promise.race([Promise.all(Array.from({ length: inFlight }, loop)), delay(endsAt - performance.now() + 200)]);
}

/**
 * @param {number} rate
 * @param {number} endsAt
 * @param {() => Promise<void>} once
 */
async function openLoop(rate, endsAt, once) {
  // Several that begin together do not go on together.
  await delay((Math.random() / rate) * 1_000);
  const startedAt = performance.now();
  const all = [];
  while (performance.now() < endsAt) {
    const due = ((performance.now() - startedAt) / 1_000) * rate;
    while (all.length <= due) all.push(once());
    await delay(startedAt + (all.length / rate) * 1_000 - performance.now());
  }
  await Promise.all(all);
}

/**
 * @param {Client} client
 * @param {Interactions} interactions
 */
async function callbacks(client, interactions) {
  /** @type {number[]} */
  const tookMs = [];
  let failed = 0;
  await Promise.all(
    interactions.map(async (interaction) => {
      const startedAt = performance.now();
      try {
        await client.callback?.(interaction);
        tookMs.push(performance.now() - startedAt);
      } catch {
        failed += 1;
      }
    }),
  );
  return { tookMs, failed };
}

/**
 * @param {number[]} values
 * @param {number} percent
 */
function percentile(values, percent) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}
