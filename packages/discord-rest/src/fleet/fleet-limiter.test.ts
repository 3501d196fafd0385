import { StateManager } from '@arrakis/state';
import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RestEvent } from '../rest-event.ts';
import { routeTo } from '../route.ts';
import { FleetLimiter } from './fleet-limiter.ts';
import type { Script, ScriptRunner } from './script-runner.ts';

const releases: (() => void)[] = [];
afterEach(() => {
  for (const release of releases.splice(0).toReversed()) release();
});

const route = routeTo('GET /users/@me');

/** How many places are taken, when the last was, and the time, in ms. */
const lookSource = `
local last, time = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES'), redis.call('TIME')
return { redis.call('ZCARD', KEYS[1]), math.floor(tonumber(last[2] or 0)), time[1] * 1000 + math.floor(time[2] / 1000) }`;
const look = { source: lookSource, sha: hash('sha1', lookSource) };
const looks = z.tuple([z.number(), z.number(), z.number()]);

type Call = (script: Script, keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>;

/** A process whose calls of Redis go through `call`, which a test may change. */
async function processOf() {
  const state = new StateManager({
    url: (await testServices()).redisUrl,
    namespace: uniqueNamespace(),
    applicationId: '1',
  });
  releases.push(() => state.close());
  await state.untilAvailable(AbortSignal.timeout(10_000));
  const real = state.scripts;
  const runs: Call = (script, keys, args) => real.run(script, keys, args);
  const way = { call: runs };
  const scripts: ScriptRunner = {
    key: (...parts) => real.key(...parts),
    sharedKey: (owner, ...parts) => real.sharedKey(owner, ...parts),
    run: (...call) => way.call(...call),
  };
  const events: RestEvent[] = [];
  const limiter = new FleetLimiter({ scripts, globalLimit: 50, onEvent: (event) => void events.push(event) });
  releases.push(() => limiter.close());
  const admit = (requests: number) =>
    Promise.all(
      Array.from({ length: requests }, () =>
        limiter.admit(route, { deadline: Date.now() + 10_000, signal: undefined, lane: 'normal' }),
      ),
    );
  const states = () => events.flatMap((event) => (event.type === 'limiter' ? [event.state] : []));
  const log = async () => {
    const [taken, last, now] = looks.parse(await runs(look, [real.key('rest', 'grants')], []));
    return { taken, last, now };
  };
  return { way, runs, admit, states, log };
}

/** Whether a call has an operation of that name. */
function asks(name: string, [request]: readonly (string | number)[]): boolean {
  return String(request).includes(`\n${name}\n`);
}

const isAway: Call = () => Promise.reject(new Error('Redis is away'));

describe('what a process has let in without Redis', () => {
  it('counts for all from its return on, also what it lets in while that is under way', async () => {
    const { way, runs, admit, states, log } = await processOf();
    way.call = isAway;
    await admit(5);
    expect(states()).toEqual(['shaky', 'down']);
    let returns = 0;
    way.call = async (script, keys, args) => {
      const answer = await runs(script, keys, args);
      if (!asks('recover', args)) return answer;
      returns += 1;
      // Redis has done its part, and this process does not know yet.
      if (returns === 1) await admit(10);
      return answer;
    };
    await waitFor(() => states().at(-1) === 'up', { what: 'the return' });
    await waitFor(async () => (await log()).taken === 15, { what: 'all to be put down', timeoutMs: 1_000 });
  });

  it('is told again when Redis is lost as it is being told', async () => {
    const { way, runs, admit, states, log } = await processOf();
    way.call = isAway;
    await admit(5);
    let lost = 0;
    way.call = (script, keys, args) => {
      if (asks('spent', args) && lost === 0) {
        lost += 1;
        return Promise.reject(new Error('Redis is away again'));
      }
      return runs(script, keys, args);
    };
    await waitFor(() => states().filter((state) => state === 'up').length === 2, { what: 'the second return' });
    await waitFor(async () => (await log()).taken === 5, { what: 'all to be put down', timeoutMs: 1_000 });
  });
});

describe('a grant that a busy process sees late', () => {
  it('counts from when it is used', async () => {
    const { way, runs, admit, log } = await processOf();
    const lateMs = 30;
    way.call = async (script, keys, args) => {
      const answer = await runs(script, keys, args);
      if (asks('acquire', args)) await delay(lateMs);
      return answer;
    };
    const before = (await log()).now;
    await admit(1);
    await waitFor(async () => (await log()).last >= before + lateMs, { what: 'its place', timeoutMs: 1_000 });
    expect((await log()).taken).toBe(1);
  });
});
