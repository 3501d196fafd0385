import type { Verdict } from '@arrakis/broker';
import { namesIn } from '@arrakis/protocol';
import { createLog, Pace } from '@arrakis/service';
import { StateManager, type ClaimStore } from '@arrakis/state';
import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterEach, beforeEach } from 'vitest';
import type { DeliveryFacts, Execution, Lane, Transfer } from '../execution.ts';
import { Executor, type ExecutorParts } from '../executor.ts';
import { Permits } from '../permits.ts';
import { RecordingMetrics } from './recording-metrics.ts';

const log = createLog({ name: 'test', level: 'silent' });
let namespace: string;

/** What a test has opened, to be ended after it, last in first out. */
export const releases: (() => void | Promise<void>)[] = [];

/** To be called at the top of a test file: each test has a namespace of its own. */
export function executorsPerTest(): void {
  beforeEach(() => {
    namespace = uniqueNamespace();
  });
  afterEach(async () => {
    for (const release of releases.splice(0).toReversed()) await release();
  });
}

/** The state of one worker; all of a test share theirs. */
export async function connectState(url: string, leaseMs = 60_000): Promise<StateManager> {
  const state = new StateManager({ url, namespace, applicationId: '100', claims: { leaseMs } });
  releases.push(() => state.close());
  await waitFor(() => state.whyUnavailable() === undefined, { what: 'Redis' });
  return state;
}

export interface LaneOptions extends Partial<Omit<Lane, 'prepare' | 'partsOf'>> {
  readonly handle?: (signal: AbortSignal, fence?: number) => Promise<void>;
  readonly mayRetry?: boolean;
  readonly prepare?: (facts: DeliveryFacts) => Execution | Transfer | undefined;
}

/** A lane in which one handler handles everything. */
function laneOf({ handle = async () => undefined, mayRetry = true, prepare, ...fields }: LaneOptions) {
  const steps: string[] = [];
  const lane: Lane = {
    name: 'normal',
    queue: 'queue',
    concurrency: 10,
    ordered: false,
    maxAttempts: 3,
    handlerTimeoutMs: 5_000,
    retryBy: () => Infinity,
    withoutClaims: 'wait',
    ...fields,
    partsOf: () => undefined,
    async prepare(event, facts) {
      if (prepare !== undefined) return prepare(facts);
      return {
        event,
        claimId: event.id,
        handler: 'test',
        mayRetry: () => mayRetry,
        async handle(fence) {
          steps.push('handle');
          await handle(facts.limit.signal, fence);
        },
        acknowledge: async () => void steps.push('acknowledge'),
        apologize: async () => void steps.push('apologize'),
      };
    },
  };
  return { lane, steps };
}

export interface ExecutorTestParts extends Partial<Omit<ExecutorParts, 'claimsOf'>> {
  readonly claims?: ClaimStore;
}

/** An executor over a lane of one handler, with claims of its own unless given. */
export async function executorOf(options: LaneOptions, { claims: given, ...parts }: ExecutorTestParts = {}) {
  const { lane, steps } = laneOf(options);
  const metrics = new RecordingMetrics();
  const idle = new AbortController().signal;
  const claims = given ?? (await connectState((await testServices()).redisUrl)).claims;
  const { retryTiers } = namesIn(namespace);
  const common = {
    metrics,
    log,
    stopping: idle,
    ending: idle,
    retryTiers,
    pace: new Pace(),
    isolation: new Permits(1),
    maxPostponementMs: 60_000,
    failing: () => false,
  };
  const executor = new Executor(lane, { ...common, ...parts, claimsOf: () => claims });
  return { executor, metrics, steps, claims };
}

export const causeOf = (verdict: Verdict) => ('cause' in verdict ? verdict.cause : undefined);
