import { waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { eventOf } from '../testing/deliveries.ts';
import { Trial } from '../testing/trial.ts';

const leaseMs = 1_000;

class SharedTrial {
  readonly #trial: Trial;

  constructor(trial: Trial) {
    this.#trial = trial;
  }

  /** Which modules have begun with the event or had their effect, with the attempt, in the order of their names. */
  said(what: 'begun' | 'effect', id: string): string[] {
    return this.#trial.workers
      .flatMap(({ log }) => log.filter((line) => line.msg === `shared ${what}` && line.id === id))
      .map(({ module, attempt }) => `${String(module)} ${String(attempt)}`)
      .toSorted();
  }

  /** The effects of the event when all of these are there, and nothing is under way any more. */
  async effects(id: string, awaited: readonly string[]): Promise<string[]> {
    const areThere = () => awaited.every((effect) => this.said('effect', id).includes(effect));
    await waitFor(areThere, { what: `the effects of ${awaited.join(', ')}`, timeoutMs: 30_000 });
    await waitFor(() => this.#trial.idle(), { what: 'the queues to be empty', timeoutMs: 30_000 });
    return this.said('effect', id);
  }
}

/** An event about a member of this name, which says what the handler of `shaky` does. */
const leaving = (username: string) =>
  eventOf('member.leave', { guild_id: '200', user: { id: '7', username } }, { guildId: '200' });

describe.concurrent('an event that several modules handle', () => {
  it('is done once by each, in the lane of each, however often it comes', async () => {
    await using trial = await Trial.prepare();
    const shared = new SharedTrial(trial);
    await trial.startReady();
    const event = leaving('nothing');
    for (let times = 0; times < 3; times += 1) await trial.send(event);
    const effects = ['patient 1', 'shaky 1', 'steady 1'];
    expect(await shared.effects(event.id, effects)).toEqual(effects);
  });

  it('is tried again for the one alone that has failed', async () => {
    await using trial = await Trial.prepare();
    const shared = new SharedTrial(trial);
    await trial.startReady();
    const event = leaving('failsOnce');
    await trial.send(event);
    const effects = ['patient 1', 'shaky 2', 'steady 1'];
    expect(await shared.effects(event.id, effects)).toEqual(effects);
    expect(shared.said('begun', event.id)).toEqual(['patient 1', 'shaky 1', 'shaky 2', 'steady 1']);
    expect(trial.deadLetters).toEqual([]);
  });

  it('is a dead letter for the one alone that fails for good, and says for which', async () => {
    await using trial = await Trial.prepare();
    const shared = new SharedTrial(trial);
    await trial.startReady();
    const event = leaving('fails');
    await trial.send(event);
    const effects = ['patient 1', 'steady 1'];
    expect(await shared.effects(event.id, effects)).toEqual(effects);
    await waitFor(() => trial.deadLetters.length > 0, { what: 'the dead letter' });
    expect(trial.deadLetters).toMatchObject([{ id: event.id, module: 'shaky', error: { name: 'LastingError' } }]);
  });

  it('and in the middle of which a worker is killed is done once by each', async () => {
    await using trial = await Trial.prepare({ settings: { WORKER_CLAIM_LEASE_MS: String(leaseMs) } });
    const shared = new SharedTrial(trial);
    const state = trial.connectState();
    const worker = await trial.startReady();
    const event = leaving('slow');
    await trial.send(event);
    await waitFor(() => shared.said('begun', event.id).includes('shaky 1'), { what: 'the slow handler to begin' });
    await waitFor(async () => (await state.claims.claim(`${event.id}/steady`)).outcome === 'done', {
      what: 'the mark',
    });
    await worker.end('SIGKILL');
    await trial.startReady();
    const effects = ['patient 1', 'shaky 1', 'steady 1'];
    expect(await shared.effects(event.id, effects)).toEqual(effects);
    expect(trial.deadLetters).toEqual([]);
  });

  it('is given back as a whole by a worker that stops, and then done once by each', async () => {
    await using trial = await Trial.prepare();
    const shared = new SharedTrial(trial);
    const worker = await trial.startReady();
    const event = leaving('slow');
    await trial.send(event);
    await waitFor(() => shared.said('begun', event.id).includes('shaky 1'), { what: 'the slow handler to begin' });
    await waitFor(() => shared.said('effect', event.id).includes('steady 1'), { what: 'the other effect' });
    await worker.end('SIGTERM');
    await trial.startReady();
    const effects = ['patient 1', 'shaky 1', 'steady 1'];
    expect(await shared.effects(event.id, effects)).toEqual(effects);
  });
});
