import { setTimeout as delay } from 'node:timers/promises';
import { decodeDeadLetter } from '@arrakis/protocol';
import { waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { eventOf } from '../testing/deliveries.ts';
import { Trial } from '../testing/trial.ts';

/** What a broker writes on a message at each delivery. */
const counters = /^x-(delivery|acquired)-count$/;

describe.concurrent('a dead letter', () => {
  it('that is put back twice is done once, when its handler is mended', { tags: ['fault-17'] }, async ({ task }) => {
    await using trial = await Trial.prepare({ keepDeadLetters: true });
    const client = await trial.connectClient();
    const { deadLetters } = trial.broker.names;
    await trial.startReady();
    const id = await trial.publish('member.join', 'failsAtFirst');
    await waitFor(async () => (await trial.ready(deadLetters)) === 1, { what: 'the dead letter' });
    await delay(2_000);
    const [letter] = await client.peek(deadLetters);
    const { content = Buffer.alloc(0), properties } = letter ?? {};
    const { origin: queue = '' } = decodeDeadLetter({ body: content, properties });
    const { messageId, type, appId, headers } = properties ?? {};
    const options = { messageId, type, appId, headers, persistent: true };
    await trial.sendAs(client, { queue, content, options });
    await trial.sendAs(client, { queue, content, options });
    await waitFor(() => trial.effects().includes(id), { what: 'the effect' });
    trial.takeDeadLetters();
    const report = await trial.settle(task);
    expect(report.faults).toEqual([]);
  });

  it(
    'of an interaction that is too old is never answered, if it is put back',
    { tags: ['fault-17'] },
    async ({ task }) => {
      await using trial = await Trial.prepare();
      await trial.startReady();
      const { discord } = trial;
      const id = String(BigInt(Date.now() - 4_000 - 1_420_070_400_000) << 22n);
      const data = { type: 1, name: 'ping' };
      const user = { id: '7', username: 'paul' };
      const payload = { id, token: 'secret', type: 2, application_id: trial.applicationId, data, user };
      const event = eventOf('interaction.command.ping', payload, { id });
      for (const count of [1, 2]) {
        await trial.send(event);
        await waitFor(() => trial.deadLetters.length === count, { what: 'the dead letter' });
      }
      const report = await trial.settle(task);
      expect(report).toMatchObject({ lost: 0, twice: 0, faults: ['1 dead letters twice'] });
      expect(trial.deadLetters).toMatchObject([
        { id, expired: true },
        { id, expired: true },
      ]);
      expect(trial.deadLetters.map(({ body }) => body.toString()).join()).not.toContain('"secret"');
      expect(discord.recording.requests().filter(({ path }) => path.includes(id))).toEqual([]);
    },
  );

  it('is as it was when it has been looked at 50 times', { tags: ['fault-18'] }, async ({ task }) => {
    await using trial = await Trial.prepare({ keepDeadLetters: true });
    const client = await trial.connectClient();
    const { deadLetters } = trial.broker.names;
    await trial.startReady();
    await trial.publishMany(5, 'fails');
    await waitFor(async () => (await trial.ready(deadLetters)) === 5, { what: 'all dead letters' });
    const look = async () => {
      await waitFor(async () => (await trial.ready(deadLetters)) === 5, { what: 'all to be there again' });
      const seen = await client.peek(deadLetters);
      return seen.map(({ content, properties }) => {
        const headers = Object.entries(properties.headers ?? {}).filter(([name]) => !counters.test(name));
        return { ...properties, headers: Object.fromEntries(headers), content };
      });
    };
    const first = await look();
    for (let times = 1; times < 50; times += 1) await look();
    expect(await look()).toEqual(first);
    trial.takeDeadLetters();
    const report = await trial.settle(task);
    expect(report.faults).toEqual([]);
    expect(trial.deadLetters).toHaveLength(5);
  });
});
