import { describe, expect, it } from 'vitest';
import { Admission, prefetchOf, type AdmissionOptions, type Pass, type TakeTurn } from './admission.ts';

const entered = (result: Pass | 'full' | 'closed'): Pass => {
  if (typeof result === 'string') throw new Error(`let in expected, not ${result}`);
  return result;
};

/** What of promises has come by now. */
async function settledOf<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled: T[] = [];
  for (const promise of promises) void promise.then((value) => settled.push(value));
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

const applicationId = '100';
const guild = (guildId: string) => ({ guildId, applicationId });
const outside = { applicationId };
const ours = async () => ({ release: async () => undefined });
const laneOf = (options: AdmissionOptions, takeTurn: TakeTurn = ours) => new Admission(options, takeTurn);

describe('a lane', () => {
  it('lets in as many as it has permits, and the next when one leaves', async () => {
    const admission = laneOf({ concurrency: 2, ordered: false });
    const entering = Array.from({ length: 4 }, () => admission.enter(guild('1')));
    const inside = await settledOf(entering);
    expect([inside.length, admission.running, admission.waiting]).toEqual([2, 2, 2]);
    const [first] = inside.map(entered);
    first?.leave();
    first?.leave();
    expect(await settledOf(entering)).toHaveLength(3);
    expect([admission.running, admission.waiting]).toEqual([2, 1]);
  });

  it('that is closed lets nobody in, those that wait included', async () => {
    const admission = laneOf({ concurrency: 1, ordered: true });
    entered(await admission.enter(guild('1')));
    const waiting = [admission.enter(guild('1')), admission.enter(guild('2')), admission.enter(outside)];
    admission.close();
    expect(await Promise.all([...waiting, admission.enter(outside)])).toEqual(Array(4).fill('closed'));
    expect(admission.waiting).toBe(0);
  });
});

describe('an ordered lane', () => {
  it('runs the events of a guild one at a time, in their order, and those of others meanwhile', async () => {
    const admission = laneOf({ concurrency: 3, ordered: true });
    const order: string[] = [];
    const enter = async (name: string) => {
      const pass = entered(await admission.enter(guild(name.charAt(0))));
      order.push(name);
      return pass;
    };
    const passes = ['a1', 'a2', 'a3', 'b1', 'b2'].map(enter);
    await settledOf(passes);
    expect([order, admission.running, admission.waiting]).toEqual([['a1', 'b1'], 2, 3]);
    for (const pass of await settledOf(passes)) pass.leave();
    await settledOf(passes);
    expect(order).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  it('has room for few that wait, so that one guild does not take all places', async () => {
    const options = { name: 'normal', concurrency: 2, ordered: true } as const;
    const admission = laneOf(options);
    const hot = Array.from({ length: prefetchOf(options) - 1 }, () => admission.enter(guild('1')));
    expect((await settledOf(hot)).filter((result) => result === 'full')).toHaveLength(hot.length - 5);
    expect(admission.running).toBe(1);
    entered(await admission.enter(guild('2')));
  });

  it('leaves events outside guilds alone', async () => {
    const admission = laneOf({ concurrency: 2, ordered: true });
    entered(await admission.enter(outside));
    entered(await admission.enter(outside));
    expect(admission.running).toBe(2);
  });

  it('gives the turn of a guild back with its place, and makes room when another worker has it for long', async () => {
    let answer: 'turn' | 'full' = 'turn';
    const steps: string[] = [];
    const takeTurn: TakeTurn = async (guildId, bot) => {
      steps.push(`take ${bot} ${guildId}`);
      return answer === 'full' ? 'full' : { release: async () => void steps.push(`release ${guildId}`) };
    };
    const admission = laneOf({ concurrency: 2, ordered: true }, takeTurn);
    entered(await admission.enter(guild('1'))).leave();
    answer = 'full';
    expect(await admission.enter(guild('1'))).toBe('full');
    expect(await admission.enter(guild('1'))).toBe('full');
    expect(steps).toEqual(['take 100 1', 'release 1', 'take 100 1', 'take 100 1']);
    expect([admission.running, admission.waiting]).toEqual([0, 0]);
  });
});
