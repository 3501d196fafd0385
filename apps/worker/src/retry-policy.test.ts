import { namesIn } from '@arrakis/protocol';
import { describe, expect, it } from 'vitest';
import {
  ClaimedElsewhereError,
  ClaimLostError,
  ExpiredInteractionError,
  GuildBusyError,
  HandlerTimeoutError,
  PostponedTooLongError,
  StoppingError,
} from './failure.ts';
import { failureVerdict, type FailedMessage } from './retry-policy.ts';

const rules = { retryTiers: namesIn('x').retryTiers, maxPostponementMs: 60_000 };
const decide = (cause: unknown, message: Partial<FailedMessage> = {}) =>
  failureVerdict(cause, { attempt: 1, firstFailedAt: undefined, mayRetry: true, retryBy: Infinity, ...message }, rules);
const limited = (retryAfterMs: number) => Object.assign(new Error('limited'), { retryable: true, retryAfterMs });

describe('a failure', () => {
  it('is tried again while it may be', () => {
    const cause = new Error('no');
    expect(decide(cause)).toEqual({ kind: 'retry', cause, counts: true });
    expect(decide(cause, { mayRetry: false })).toEqual({ kind: 'reject', cause, expired: false });
  });

  it('after which nothing is left to be done ends the event', () => {
    const gone = Object.assign(new Error('gone'), { remedy: 'none', retryable: false });
    expect(decide(gone)).toEqual({ kind: 'done' });
  });

  it('to end in time is tried three times at most', () => {
    const attempts = [1, 2, 3].map((attempt) => decide(new HandlerTimeoutError(5), { attempt }).kind);
    expect(attempts).toEqual(['retry', 'retry', 'reject']);
  });

  it.each([new ClaimedElsewhereError(), new ClaimLostError(), new GuildBusyError()])(
    'that is the business of others is put off for a moment: %s',
    (cause) => {
      expect(decide(cause)).toEqual({ kind: 'retry', cause, afterMs: 2_000, counts: false });
    },
  );

  it('of a worker that stops goes back to its queue, unless it must not be repeated', () => {
    expect(decide(new StoppingError())).toEqual({ kind: 'return' });
    expect(decide(new StoppingError(), { mayRetry: false }).kind).toBe('reject');
  });
});

describe('a postponement', () => {
  it('costs no attempt, and takes as long as it was told to', () => {
    expect(decide(limited(7_000))).toMatchObject({ kind: 'retry', afterMs: 7_000, counts: false });
  });

  it('has an end, and the dead letter says so', () => {
    const postponed = (ms: number) => decide(limited(7_000), { firstFailedAt: Date.now() - ms });
    expect(postponed(59_000).kind).toBe('retry');
    const verdict = postponed(61_000);
    expect(verdict).toMatchObject({ kind: 'reject', cause: { kind: 'postponed-too-long', retryable: false } });
    expect('cause' in verdict && verdict.cause).toBeInstanceOf(PostponedTooLongError);
    expect('cause' in verdict && String(verdict.cause)).toMatch(/61 s, .*Error: limited/);
  });
});

describe('an interaction', () => {
  it('that would come back when nobody can answer it any more does not come back', () => {
    expect(decide(limited(60_000), { retryBy: Date.now() + 62_000 }).kind).toBe('retry');
    expect(decide(limited(60_000), { retryBy: Date.now() + 60_500 })).toMatchObject({ kind: 'reject', expired: true });
    expect(decide(new Error('no'), { attempt: 4, retryBy: Date.now() + 600_500 })).toMatchObject({ expired: true });
  });

  it('that is too old says so among the dead letters', () => {
    expect(decide(new ExpiredInteractionError(5))).toMatchObject({ kind: 'reject', expired: true });
    expect(decide(new Error('no'), { mayRetry: false, retryBy: Date.now() - 1 })).toMatchObject({ expired: true });
  });
});
