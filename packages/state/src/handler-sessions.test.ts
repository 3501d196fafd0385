import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StateManager } from './index.ts';

let state: StateManager;
beforeAll(async () => {
  const { redisUrl: url } = await testServices();
  state = new StateManager({ url, namespace: uniqueNamespace(), applicationId: '100000000000000001' });
  await waitFor(() => state.whyUnavailable() === undefined, { what: 'Redis' });
});
afterAll(() => state.close());

const ttlMs = 60_000;
const valueOf = async (name: string) => (await state.handlerSessions.read(name))?.value;

describe('a session', () => {
  it('is kept until it is ended', async () => {
    const { handlerSessions: sessions } = state;
    expect(await sessions.read('kept')).toBeUndefined();
    await sessions.write('kept', { value: 'one', ttlMs });
    await sessions.write('kept', { value: 'two', ttlMs });
    expect(await valueOf('kept')).toBe('two');
    await sessions.delete('kept');
    expect(await sessions.read('kept')).toBeUndefined();
  });

  it('ends by itself', async () => {
    await state.handlerSessions.write('short', { value: 'one', ttlMs: 20 });
    await waitFor(async () => (await valueOf('short')) === undefined, { what: 'its end' });
  });

  it('is only written by who has seen what is there', async () => {
    const { handlerSessions: sessions } = state;
    expect(await sessions.write('shared', { value: 'one', ttlMs, version: '' })).toBe(true);
    expect(await sessions.write('shared', { value: 'uno', ttlMs, version: '' })).toBe(false);
    const seen = await sessions.read('shared');
    expect(await sessions.write('shared', { value: 'two', ttlMs, version: seen?.version ?? '' })).toBe(true);
    expect(await sessions.write('shared', { value: undefined, ttlMs, version: seen?.version ?? '' })).toBe(false);
    expect(await valueOf('shared')).toBe('two');
  });

  it('that was ended and begun again is another one', async () => {
    const { handlerSessions: sessions } = state;
    await sessions.write('again', { value: 'first', ttlMs });
    const seen = await sessions.read('again');
    await sessions.delete('again');
    await sessions.write('again', { value: 'second', ttlMs });
    expect(await sessions.write('again', { value: 'late', ttlMs, version: seen?.version ?? '' })).toBe(false);
  });
});
