import type { Scripts } from '@arrakis/state';
import type { RateLimiter } from '@arrakis/simulator';
import { hash } from 'node:crypto';
import { z } from 'zod';
import { acquiredOf, type Acquired } from '../fleet/limit-calls.ts';
import { limitRequest, limitScript, type Operation } from '../fleet/limit-script.ts';
import { straightLua } from '../fleet/straight-lua.ts';
import type { SimulatedTime } from './simulated-time.ts';

const source = limitScript('local now = tonumber(ARGV[2])');
const script = { source, sha: hash('sha1', source) };

const straightSource = `${source.slice(0, source.indexOf(straightLua) + straightLua.length)} return 'too much'`;
const straightScript = { source: straightSource, sha: hash('sha1', straightSource) };

const forgetSource = `
for _, key in ipairs(redis.call('KEYS', KEYS[1] .. ARGV[1])) do redis.call('DEL', key) end`;
const forgetful = { source: forgetSource, sha: hash('sha1', forgetSource) };

/** A request of a simulated worker. */
export interface SimulatedRequest {
  readonly lane: 'interaction' | 'normal' | 'bulk';
  readonly method: string;
  readonly template: string;
  readonly params: Readonly<Record<string, string>>;
  readonly major: string;
  readonly patienceMs: number;
  /** Dies while it waits or while its answer is under way. */
  readonly dies?: boolean;
  /** Nobody waits for it any more: it leaves its queue instead of coming again. */
  readonly leaves?: boolean;
  /** Is let in and surely never sent: its place is given back. */
  readonly unsent?: boolean;
  /** Arrives, and its answer is lost or says nothing of limits. */
  readonly unanswered?: boolean;
}

/** What became of a request, in simulated ms. */
export interface Outcome {
  readonly request: SimulatedRequest;
  readonly askedAt: number;
  /** When it was let in for the last time; undefined when it was denied. */
  grantedAt: number | undefined;
  /** Let in to find out what nobody knew of its route. */
  probe: boolean;
  arrivedAt: number | undefined;
  deniedAt: number | undefined;
  /** When it left, or gave its place back. */
  gaveUpAt: number | undefined;
  calls: number;
}

export interface FleetConditions {
  readonly time: SimulatedTime;
  readonly scripts: Scripts;
  readonly root: string;
  readonly globalLimit: number;
  readonly discord: RateLimiter;
  /** In [0, 1). */
  readonly random: () => number;
  /** How long a request is under way to Discord, in ms: at least and at most. */
  readonly latencyMs: readonly [number, number];
  /** How much later than told workers come, in ms. */
  readonly latenessMs: () => number;
  /** Whether something else is asked in every call, as busy workers do. */
  readonly busy?: boolean;
}

/** Workers that keep the limits by the script, before a simulated Discord that says what it thinks of it. */
export class SimulatedFleet {
  readonly outcomes: Outcome[] = [];
  readonly rejections: string[] = [];
  /** When requests that count to the global limit were let in. */
  readonly grants: number[] = [];
  /** How far Redis' clock has been set forward. */
  clockOffsetMs = 0;
  readonly #conditions: FleetConditions;
  #asked = 0;
  #calledAt = 0;

  constructor(conditions: FleetConditions) {
    this.#conditions = conditions;
  }

  /** What the script says to one operation. */
  async call(...operation: Operation): Promise<string> {
    const { time, busy = false } = this.#conditions;
    // Scripts run one after the other, and take a little time each.
    this.#calledAt = Math.max(time.now, this.#calledAt + 0.005);
    const operations = busy ? [operation, ['leave', 'nobody', 'nothing', 'nowhere']] : [operation];
    const [, answer] = (await this.#run(script, operations, this.#calledAt + this.clockOffsetMs)).split('\n');
    if (answer === undefined) throw new Error('the script said nothing');
    return answer;
  }

  async acquire(...words: Operation): Promise<Acquired> {
    return acquiredOf(await this.call('acquire', ...words));
  }

  /** Whether the straight way lets a request in, at this moment and for good. */
  async goesStraight({ lane, method, template, major, patienceMs }: SimulatedRequest): Promise<boolean> {
    const operation = ['acquire', 'straight', '0', lane, `${method} ${template}`, major, patienceMs];
    return (await this.#run(straightScript, [operation], this.#conditions.time.now)) !== 'too much';
  }

  async #run(which: typeof script, operations: readonly Operation[], now: number): Promise<string> {
    const { scripts, root, globalLimit } = this.#conditions;
    return z.string().parse(await scripts.run(which, [root], [limitRequest(globalLimit, operations), now]));
  }

  /** Redis loses all that the fleet has written, or of it the keys that go on like this. */
  async forget(pattern = '*'): Promise<void> {
    const { scripts, root } = this.#conditions;
    await scripts.run(forgetful, [root], [pattern]);
  }

  ask(request: SimulatedRequest): void {
    this.#asked += 1;
    const outcome: Outcome = {
      request,
      askedAt: this.#conditions.time.now,
      grantedAt: undefined,
      probe: false,
      arrivedAt: undefined,
      deniedAt: undefined,
      gaveUpAt: undefined,
      calls: 0,
    };
    this.outcomes.push(outcome);
    const id = `r${this.#asked}`;
    this.#conditions.time.in(0, () => this.#acquire(outcome, { id, order: '0' }));
  }

  async #acquire(outcome: Outcome, { id, order }: { id: string; order: string }): Promise<void> {
    const { time, latenessMs } = this.#conditions;
    const { request } = outcome;
    outcome.calls += 1;
    const patience = outcome.askedAt + request.patienceMs - time.now;
    const route = `${request.method} ${request.template}`;
    const answer = await this.acquire(id, order, request.lane, route, request.major, patience);
    if (answer.type === 'deny') {
      outcome.deniedAt = time.now;
    } else if (answer.type === 'wait') {
      const { ms, order: told } = answer;
      if (request.leaves === true) {
        outcome.gaveUpAt = time.now;
        await this.call('leave', id, route, request.major);
      } else if (request.dies !== true) time.in(ms + latenessMs(), () => this.#acquire(outcome, { id, order: told }));
    } else {
      const grant = { id, ...answer };
      const go = () => (request.unsent === true ? this.#giveBack(outcome, grant) : this.#send(outcome, grant));
      time.in(answer.delayMs, go);
    }
  }

  async #giveBack(outcome: Outcome, { id, group, window, probe }: Grant): Promise<void> {
    const { method, template, major } = outcome.request;
    outcome.gaveUpAt = this.#conditions.time.now;
    await this.call('refund', id, `${method} ${template}`, major, group, window, probe);
  }

  #send(outcome: Outcome, grant: Grant): void {
    const { time } = this.#conditions;
    outcome.grantedAt = time.now;
    outcome.probe = grant.probe === 1;
    if (outcome.request.lane !== 'interaction') this.grants.push(time.now);
    time.in(this.#latency(), () => this.#arrive(outcome, grant));
  }

  #arrive(outcome: Outcome, { id, group, window, probe }: Grant): void {
    const { time, discord } = this.#conditions;
    const { request } = outcome;
    const { headers, rejection } = discord.take({ ...request, body: undefined, identity: 'bot' });
    if (rejection === undefined) outcome.arrivedAt = time.now;
    else this.rejections.push(rejection.scope);
    if (request.dies === true) return;
    const number = (name: string) => Number(headers[`X-RateLimit-${name}`] ?? 0);
    const hashed = headers['X-RateLimit-Bucket'] ?? '';
    const result = rejection === undefined ? 'ok' : resultOf(rejection.scope, number('Remaining'));
    const retry = rejection?.retryAfterMs ?? 0;
    const told = [result, hashed, number('Limit'), number('Remaining'), number('Reset-After') * 1000, retry];
    const route = `${request.method} ${request.template}`;
    const feedback = request.unanswered === true && rejection === undefined ? lost : told;
    time.in(1, async () => {
      await this.call('settle', route, request.major, group, window, probe, 0, ...feedback);
      if (rejection !== undefined) await this.#acquire(outcome, { id: `${id}'`, order: '0' });
    });
  }

  #latency(): number {
    const [least, most] = this.#conditions.latencyMs;
    return least + this.#conditions.random() * (most - least);
  }
}

/** An answer that says nothing of limits, as it is told to the script. */
const lost = ['lost', '', 0, 0, 0, 0] as const;

interface Grant {
  readonly id: string;
  readonly group: string;
  readonly window: number;
  readonly probe: number;
}

/** A 429 that leaves something in the bucket is about another limit. */
function resultOf(scope: 'user' | 'shared' | 'global', remaining: number): 'bucket' | 'narrow' | 'global' {
  if (scope === 'global') return 'global';
  return scope === 'shared' || remaining > 0 ? 'narrow' : 'bucket';
}
