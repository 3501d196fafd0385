import type { StateManager } from '@arrakis/state';
import { TcpProxy, testServices, waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { Trial } from '../testing/trial.ts';

/** What a killed worker was at is free after this, in ms; 10,000 unless a setting says otherwise. */
const leaseMs = 1_000;

/** Everything that was sent before `killed`, and how far the event in question has come by then. */
interface Death {
  readonly trial: Trial;
  /** Between the worker that is to be killed and its broker and Redis. */
  readonly broker: TcpProxy;
  readonly redis: TcpProxy;
  readonly state: StateManager;
  readonly id: string;
}

/** The moments at which it is killed, found from outside: what it has written last is kept from arriving. */
const deaths: readonly [string, string, (death: Death) => Promise<void>][] = [
  ['claimed', 'slow', async () => undefined],
  [
    'had its effect',
    'poster',
    async ({ trial, redis, id }) => {
      redis.pause('requests');
      await waitFor(() => trial.effects().includes(id), { what: 'the effect' });
    },
  ],
  [
    'been marked as done',
    'poster',
    async ({ redis, state, id }) => {
      redis.pause('answers');
      // Until then its worker holds the claim, and nobody else gets it.
      await waitFor(async () => (await state.claims.claim(`${id}/tried`)).outcome === 'done', { what: 'the mark' });
    },
  ],
  [
    'been published to a retry tier',
    'failsOnce',
    async ({ trial, broker }) => {
      const [tier] = trial.broker.names.retryTiers;
      broker.delay(400);
      await waitFor(async () => (await trial.ready(tier?.name ?? '')) > 0, { what: 'the copy' });
      broker.pause();
    },
  ],
  [
    'been settled, and not yet been acknowledged',
    'poster',
    async ({ trial, broker }) => {
      broker.pause('requests');
      const done = 'bot_events_total{priority="0",event_type="member.join",result="done"}';
      const [worker] = trial.workers;
      await waitFor(async () => (await worker?.metric(done)) === 1, { what: 'the end of the handler' });
    },
  ],
];

describe.concurrent('a worker that is killed when an event has', { tags: ['fault-1'] }, () => {
  it.for(deaths)('%s leaves it to its successor, and no effect is had twice', async ([, deed, untilThen], { task }) => {
    const { rabbitmqUrl, redisUrl } = await testServices();
    await using broker = await TcpProxy.before(rabbitmqUrl);
    await using redis = await TcpProxy.before(redisUrl);
    await using trial = await Trial.prepare({ settings: { WORKER_CLAIM_LEASE_MS: String(leaseMs) } });
    const state = trial.connectState();
    const worker = await trial.startReady({
      RABBITMQ_URL: broker.rewrite(rabbitmqUrl),
      REDIS_URL: redis.rewrite(redisUrl),
    });
    const id = await trial.publish('member.join', deed);
    await waitFor(() => trial.said('begun').includes(id), { what: 'the event to begin' });
    await untilThen({ trial, broker, redis, state, id });
    await worker.end('SIGKILL');
    trial.faultEnds();
    // What was held back is lost with the connection.
    for (const proxy of [broker, redis]) proxy.cut();
    await trial.publishMany(20, 'innocent');
    trial.start();
    const report = await trial.settle(task);
    expect(report.faults).toEqual([]);
    expect(trial.deadLetters).toEqual([]);
  });
});
