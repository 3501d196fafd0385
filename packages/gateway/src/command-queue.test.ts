import { GatewayOpcodes } from 'discord-api-types/gateway/v10';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CommandQueue } from './command-queue.ts';

const op = GatewayOpcodes.PresenceUpdate;

it('writes each command once and in order, whatever connections come, break and refuse', async () => {
  const fates = fc.array(fc.constantFrom('taken', 'refused', 'refused late'), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fates, async (count, plan) => {
      const queue = new CommandQueue();
      const written: string[] = [];
      const fate = plan.values();
      const connect = (): void => queue.open({ commandIn: () => 0, write });
      const write = (payload: string, done: (error?: Error) => void): void => {
        const next = fate.next().value ?? 'taken';
        if (next === 'taken') written.push(payload);
        process.nextTick(() => {
          if (next !== 'refused late') done(next === 'taken' ? undefined : new Error('closing'));
        });
        if (next !== 'taken') setImmediate(reconnect, next, done);
      };
      const reconnect = (how: string, done: (error?: Error) => void): void => {
        queue.close();
        connect();
        if (how === 'refused late') done(new Error('broken'));
      };
      const sent = Array.from({ length: count }, (_, index) => queue.send(op, index));
      connect();
      await Promise.all(sent);
      expect(written).toEqual(Array.from({ length: count }, (_, d) => JSON.stringify({ op, d })));
      expect(queue.size).toBe(0);
    }),
  );
});

it('does not write again what was given up while it was being written', async () => {
  const queue = new CommandQueue();
  const giveUp = new AbortController();
  const payloads: string[] = [];
  const pending: ((error?: Error) => void)[] = [];
  const writer = {
    commandIn: () => 0,
    write: (payload: string, done: (error?: Error) => void) => {
      payloads.push(payload);
      pending.push(done);
    },
  };
  queue.open(writer);
  const first = queue.send(op, 1, giveUp.signal);
  const second = queue.send(op, 2);
  giveUp.abort(new Error('too late'));
  await expect(first).rejects.toMatchObject({ kind: 'aborted', cause: new Error('too late') });
  queue.close();
  pending.shift()?.(new Error('broken'));
  queue.open(writer);
  pending.shift()?.();
  await second;
  expect(payloads).toEqual([1, 2].map((d) => JSON.stringify({ op, d })));
});
