import { waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import type { Claim, ClaimOptions, ClaimRequest, ClaimStore } from '../claim-store.ts';

/** Opens what one worker has of a store; all that are opened within a test share their claims. */
export type OpenClaimStore = (options?: ClaimOptions) => Promise<ClaimStore>;

const eventId = 'application:session:1';

async function claimed(store: ClaimStore, request?: ClaimRequest): Promise<Claim> {
  const result = await store.claim(eventId, request);
  if (result.outcome !== 'claimed') throw new Error(`claimed expected, not ${result.outcome}`);
  return result.claim;
}

const outcomeOf = async (store: ClaimStore, request?: ClaimRequest) => (await store.claim(eventId, request)).outcome;

/** Waits until what another has claimed is free, one way or another. */
const untilFree = (store: ClaimStore) =>
  waitFor(async () => (await outcomeOf(store)) === 'suspected', { what: 'the lease to run out' });

/** A worker that does not renew, and another that has taken its event over. */
async function overtaken(open: OpenClaimStore, die: (store: ClaimStore) => void) {
  const [sleeper, other] = [await open({ leaseMs: 40 }), await open()];
  const late = await claimed(sleeper);
  die(sleeper);
  await untilFree(other);
  return { late, next: await claimed(other, { isolated: true }), other };
}

/** What every {@link ClaimStore} keeps to. `die` ends a store's renewals as the death of its process would. */
export function claimStoreContract(open: OpenClaimStore, die: (store: ClaimStore) => void): void {
  claiming(open);
  dying(open, die);
  sleeping(open, die);
}

function claiming(open: OpenClaimStore): void {
  describe('a claim', () => {
    it('is given to one worker, and remembered once done', async () => {
      const [one, other] = [await open(), await open()];
      const claim = await claimed(one);
      expect([await outcomeOf(other), await outcomeOf(one)]).toEqual(['busy', 'busy']);
      expect(await claim.done()).toBe(true);
      expect([await outcomeOf(other), await outcomeOf(one)]).toEqual(['done', 'done']);
    });

    it('of many at once goes to exactly one', async () => {
      const stores = await Promise.all([open(), open(), open()]);
      const asked = Array.from({ length: 300 }, (_, index) => outcomeOf(stores[index % 3] ?? stores[0]));
      const outcomes = await Promise.all(asked);
      expect(outcomes.toSorted()).toEqual([...Array<string>(299).fill('busy'), 'claimed']);
    });

    it('of many events at once goes to whoever asks', async () => {
      const store = await open();
      const results = await Promise.all(Array.from({ length: 1_000 }, (_, index) => store.claim(`many ${index}`)));
      const claims = results.flatMap((result) => (result.outcome === 'claimed' ? [result.claim] : []));
      expect(new Set(claims.map(({ fence }) => fence)).size).toBe(1_000);
      expect(await Promise.all(claims.map((claim) => claim.done()))).toEqual(Array(1_000).fill(true));
    });

    it('that is released can be had at once, with a higher fence', async () => {
      const [one, other] = [await open(), await open()];
      const first = await claimed(one);
      await first.release();
      expect((await claimed(other)).fence).toBeGreaterThan(first.fence);
    });

    it('is renewed for as long as it is held', async () => {
      const [one, other] = [await open({ leaseMs: 400 }), await open()];
      let lost = 0;
      const claim = await claimed(one, { onLost: () => (lost += 1) });
      const until = performance.now() + 1_200;
      while (performance.now() < until) expect(await outcomeOf(other)).toBe('busy');
      expect(await claim.done()).toBe(true);
      expect(lost).toBe(0);
    });

    it('that was left is free when the lease is over, and nobody is suspected', async () => {
      const [one, other] = [await open({ leaseMs: 400 }), await open()];
      await (await claimed(one)).leave();
      expect(await outcomeOf(other)).toBe('busy');
      await waitFor(async () => (await outcomeOf(other)) === 'claimed', { what: 'the lease to run out' });
    });
  });
}

function dying(open: OpenClaimStore, die: (store: ClaimStore) => void): void {
  describe('a worker that dies in the middle of an event', () => {
    it('leaves it to others, as suspected, with its deaths', async () => {
      const other = await open({ leaseMs: 40 });
      for (const deaths of [1, 2, 3]) {
        const victim = await open({ leaseMs: 40 });
        await claimed(victim, { isolated: true });
        die(victim);
        await untilFree(other);
        expect(await other.claim(eventId)).toEqual({ outcome: 'suspected', deaths });
      }
      const claim = await claimed(other, { isolated: true });
      await claim.done();
      expect(await outcomeOf(other)).toBe('done');
    });

    it('can say so, and it is free at once', async () => {
      const [one, other] = [await open(), await open()];
      await (await claimed(one)).release({ suspected: true });
      expect(await other.claim(eventId)).toEqual({ outcome: 'suspected', deaths: 1 });
    });

    it('is forgiven when the event fails in a way of its own', async () => {
      const [one, other] = [await open(), await open()];
      await (await claimed(one)).release({ suspected: true });
      await (await claimed(other, { isolated: true })).release();
      expect(await outcomeOf(one)).toBe('claimed');
    });
  });
}

function sleeping(open: OpenClaimStore, die: (store: ClaimStore) => void): void {
  describe('a worker that sleeps through its lease', () => {
    it('can neither mark as done, nor release, what another has taken over', async () => {
      const { late, next, other } = await overtaken(open, die);
      expect(await late.done()).toBe(false);
      await late.release();
      await late.leave();
      expect(await outcomeOf(await open())).toBe('busy');
      expect(next.fence).toBeGreaterThan(late.fence);
      expect(await next.done()).toBe(true);
      expect(await outcomeOf(other)).toBe('done');
    });

    it('marks as done what nobody has taken over: the effect is there', async () => {
      const [sleeper, other] = [await open({ leaseMs: 40 }), await open()];
      const late = await claimed(sleeper);
      die(sleeper);
      await untilFree(other);
      expect(await late.done()).toBe(true);
      expect(await outcomeOf(other)).toBe('done');
    });
  });
}
