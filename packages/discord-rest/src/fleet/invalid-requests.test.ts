import { StateManager } from '@arrakis/state';
import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lane } from '../rate-limiter.ts';
import type { RestEvent } from '../rest-event.ts';
import { routeTo } from '../route.ts';
import { InvalidRequests } from './invalid-requests.ts';

const normal = routeTo('GET /users/@me');
const interaction = routeTo('PATCH /webhooks/{application.id}/{interaction.token}/messages/@original', {
  parameters: { 'application.id': '1', 'interaction.token': 'x' },
});
const refused = { status: 403, headers: {}, body: undefined };

const releases: (() => void)[] = [];
let namespace: string;
beforeEach(() => {
  namespace = uniqueNamespace();
});
afterEach(() => {
  for (const release of releases.splice(0).toReversed()) release();
});

/** A process behind an address. */
async function behind(egress: string, applicationId = '1') {
  const state = new StateManager({ url: (await testServices()).redisUrl, namespace, applicationId });
  await state.untilAvailable(AbortSignal.timeout(10_000));
  const events: RestEvent[] = [];
  const requests = new InvalidRequests({
    scripts: state.scripts,
    egress,
    onEvent: (event) => void events.push(event),
  });
  releases.push(
    () => state.close(),
    () => requests.close(),
  );
  const meet = (times: number) => {
    for (let index = 0; index < times; index += 1) requests.note(refused);
  };
  const isRefused = (lane: Lane) => requests.refusal(normal, lane)?.kind === 'blocked';
  const counted = () => events.flatMap((event) => (event.type === 'invalid-requests' ? [event.count] : [])).at(-1);
  return { requests, meet, isRefused, counted, scripts: state.scripts };
}

describe('requests that count towards a ban', () => {
  it('stop bulk requests at half of them, then all but interactions, then all', async () => {
    const { requests, meet, isRefused } = await behind('a');
    meet(4_999);
    expect(isRefused('bulk')).toBe(false);
    meet(1);
    expect(isRefused('bulk')).toBe(true);
    expect(isRefused('normal')).toBe(false);
    meet(3_000);
    expect(isRefused('normal')).toBe(true);
    expect(requests.refusal(interaction, 'normal')).toBeUndefined();
    meet(1_500);
    expect(requests.refusal(interaction, 'normal')).toMatchObject({ kind: 'blocked', remedy: 'retry' });
  });

  it('are counted by all processes and bots behind an address, and by those alone', async () => {
    const [one, other, elsewhere] = [await behind('a'), await behind('a', '2'), await behind('b')];
    one.meet(5_000);
    await waitFor(() => one.counted() === 5_000, { what: 'the count to be told' });
    for (const process of [other, elsewhere]) process.meet(1);
    await waitFor(() => other.isRefused('bulk'), { what: 'the other to learn of it' });
    await waitFor(() => elsewhere.counted() === 1, { what: 'the count of another address' });
    expect(elsewhere.isRefused('bulk')).toBe(false);
  });

  it('are 401, 403 and 429, but for a limit that others share', async () => {
    const { requests, counted } = await behind('a');
    for (const status of [200, 400, 404, 500, 401, 403, 429]) requests.note({ status, headers: {}, body: undefined });
    requests.note({ status: 429, headers: { 'x-ratelimit-scope': 'shared' }, body: undefined });
    await waitFor(() => counted() === 3, { what: 'three of them' });
  });

  it('are forgotten after ten minutes', async () => {
    const { meet, counted, scripts } = await behind('a');
    const source = `
      local slot = math.floor(redis.call('TIME')[1] / 30)
      redis.call('HSET', KEYS[1], slot - 21, 7000, slot - 18, 20)
      return 1`;
    await scripts.run({ source, sha: hash('sha1', source) }, [scripts.sharedKey('a', 'rest', 'invalid')], []);
    meet(1);
    await waitFor(() => counted() === 21, { what: 'what is not older than that' });
  });
});
