import { REST } from '@discordjs/rest';
import { Routes } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { RestFixture } from '../testing/rest-fixture.ts';

const route = '/channels/{channel.id}/messages';

async function send(discord: RestFixture): Promise<unknown> {
  return discord.call('POST', `/channels/${discord.general}/messages`, { body: { content: 'x' } });
}

it('answers with a status, as often as asked, on one route', async () => {
  await using discord = await RestFixture.start();
  const fault = discord.rest.addFault({ method: 'POST', route, status: 503, times: 2 });
  expect(await discord.call('GET', '/users/@me')).toMatchObject({ status: 200 });
  expect(await send(discord)).toMatchObject({ status: 503, body: expect.stringContaining('Service Unavailable') });
  expect(await send(discord)).toMatchObject({ status: 503 });
  expect(await send(discord)).toMatchObject({ status: 200 });
  expect(fault.hits).toBe(2);
  expect(discord.recording.requests({ status: 503 })).toMatchObject([{ fault: 'status 503' }, {}]);
  expect(discord.world.conversations.inChannel(discord.general)).toHaveLength(1);
});

it('answers 500 in JSON', async () => {
  await using discord = await RestFixture.start();
  discord.rest.addFault({ status: 500 });
  expect(await send(discord)).toMatchObject({ status: 500, body: { message: '500: Internal Server Error', code: 0 } });
});

it('resets the connection before the request is handled', async () => {
  await using discord = await RestFixture.start();
  discord.rest.addFault({ route, reset: true, times: 1 });
  await expect(send(discord)).rejects.toThrow('fetch failed');
  expect(discord.world.conversations.inChannel(discord.general)).toEqual([]);
  expect(discord.recording.requests()).toMatchObject([{ status: null, fault: 'reset' }]);
  expect(await send(discord)).toMatchObject({ status: 200 });
  expect(discord.rest.statistics()).toMatchObject({ requests: 2, resets: 1 });
});

it('loses the response of a request that was handled', async () => {
  await using discord = await RestFixture.start();
  discord.rest.addFault({ route, loseResponse: true, times: 1 });
  await expect(send(discord)).rejects.toThrow('fetch failed');
  expect(discord.world.conversations.inChannel(discord.general)).toHaveLength(1);
  expect(discord.recording.requests()).toMatchObject([
    { status: null, fault: 'lost response', body: { content: 'x' } },
  ]);
});

it('delays requests, within a range', async () => {
  await using discord = await RestFixture.start();
  discord.rest.addFault({ latencyMs: [40, 60] });
  await send(discord);
  const [request] = discord.recording.requests();
  expect((request?.finishedAtMs ?? 0) - (request?.atMs ?? 0)).toBeGreaterThanOrEqual(39);
});

it('strikes as often as its probability says, the same for the same seed', async () => {
  await using discord = await RestFixture.start();
  const fault = discord.rest.addFault({ status: 500, probability: 0.5 });
  for (let index = 0; index < 40; index += 1) await discord.call('GET', '/gateway');
  expect(fault.hits).toBeGreaterThan(8);
  expect(fault.hits).toBeLessThan(32);
});

it('can be taken back', async () => {
  await using discord = await RestFixture.start();
  const fault = discord.rest.addFault({ status: 500 });
  fault.remove();
  discord.rest.addFault({ status: 500 });
  discord.rest.clearFaults();
  expect(await discord.call('GET', '/gateway')).toMatchObject({ status: 200 });
  expect(discord.rest.removeFault(fault.id)).toBe(false);
});

it('refuses a fault that does nothing', async () => {
  await using discord = await RestFixture.start();
  expect(() => discord.rest.addFault({ route })).toThrow('at least one of');
});

it('ends with the simulator, however long its latency', async () => {
  const discord = await RestFixture.start();
  discord.rest.addFault({ latencyMs: 60_000 });
  const pending = send(discord).catch((error: unknown) => error);
  await expect.poll(() => discord.recording.totals.requests).toBe(1);
  await discord[Symbol.asyncDispose]();
  expect(await pending).toBeInstanceOf(Error);
});

it('is survived by @discordjs/rest, which sends again', async () => {
  await using discord = await RestFixture.start();
  discord.rest.addFault({ status: 502, times: 2 });
  const rest = new REST({ api: `${discord.origin}/api` }).setToken(discord.bot.token);
  const files = [{ name: 'a.txt', data: Buffer.from('spice') }];
  const message = await rest.post(Routes.channelMessages(discord.general), { body: { content: 'again' }, files });
  expect(message).toMatchObject({ content: 'again', attachments: [{ filename: 'a.txt', size: 5 }] });
  expect(discord.recording.requests()).toHaveLength(3);
  expect(discord.recording.violations()).toEqual([]);
});
