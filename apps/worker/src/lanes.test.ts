import { waitFor } from '@arrakis/testkit';
import { expect, it } from 'vitest';
import { eventOf } from './testing/deliveries.ts';
import { Trial } from './testing/trial.ts';

it.concurrent('a saturated lane holds up no other, and at the end every event is given back', async () => {
  await using trial = await Trial.prepare({
    settings: {
      WORKER_EVENT_CONCURRENCY: '2',
      WORKER_LOW_CONCURRENCY: '1',
      WORKER_SYNC_COMMANDS: 'true',
    },
  });
  const { discord, broker } = trial;
  const { guildEvents, longJobs } = broker.names;
  const worker = trial.start();
  await worker.ready();
  const lane = (name: string, what: string) => worker.metric(`bot_lane_${what}_messages{lane="${name}"}`);
  const publish = (type: string, deed: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => trial.publish(type, deed)));

  const jobs = await publish('member.update', 'obedient', 5);
  await waitFor(async () => (await trial.ready(longJobs)) === 4, { what: 'a full low lane' });
  expect([await lane('low', 'running'), await lane('low', 'waiting')]).toEqual([1, 0]);

  const quick = await publish('member.join', 'innocent', 10);
  await waitFor(() => trial.said('effect').length === quick.length, { what: 'the normal lane to go on' });

  const events = await publish('member.join', 'obedient', 6);
  await waitFor(async () => (await trial.ready(guildEvents)) === 2, { what: 'a full normal lane' });
  expect([await lane('normal', 'running'), await lane('normal', 'waiting')]).toEqual([2, 2]);

  const [guildId = ''] = discord.world.guilds;
  const user = discord.world.guild(guildId).members.find((member) => member.user.bot !== true)?.user;
  const asked = discord.interactions.slash({ guildId, userId: user?.id ?? '', name: 'ping' });
  const data = { type: 1, name: 'ping' };
  const question = { id: asked.id, token: asked.token, type: 2, application_id: trial.applicationId, data, user };
  await trial.send(eventOf('interaction.command.ping', question, { id: asked.id }));
  expect((await asked.settled()).messages.map(({ content }) => content)).toEqual(['Pong!']);

  await worker.end('SIGTERM');
  expect(worker.exitCode).toBe(0);
  const left = async () => [await trial.ready(guildEvents), await trial.ready(longJobs)];
  await waitFor(async () => (await left()).join() === [events.length, jobs.length].join(), { what: 'all to be back' });
  expect(worker.log.find(({ msg }) => msg.startsWith('all messages in flight'))).toMatchObject({
    left: { high: 0, normal: 0, low: 0 },
  });
  // Somebody else has them at once: nothing is claimed any more, and nothing was an attempt.
  const heir = trial.start({ WORKER_EVENT_CONCURRENCY: '10' });
  await heir.ready();
  await waitFor(() => trial.said('begun').length >= quick.length + 3 + events.length, { what: 'the heir to begin' });
  expect(trial.deadLetters).toEqual([]);
}, 90_000);

it.concurrent('what heeds no signal is counted at the end, by lane', async () => {
  await using trial = await Trial.prepare();
  const worker = trial.start();
  await worker.ready();
  await trial.publish('member.join', 'deaf');
  await trial.publish('member.update', 'deaf');
  await waitFor(() => trial.said('begun').length === 2, { what: 'both to begin' });
  await worker.end('SIGTERM');
  expect(worker.log.find(({ msg }) => msg.includes('left to others'))).toMatchObject({
    left: { high: 0, normal: 1, low: 1 },
  });
  const { guildEvents, longJobs } = trial.broker.names;
  await waitFor(async () => (await trial.ready(guildEvents)) + (await trial.ready(longJobs)) === 2, { what: 'both' });
}, 60_000);

it.concurrent('events of one guild are handled one at a time and in their order, those of others meanwhile', async () => {
  await using trial = await Trial.prepare({ settings: { WORKER_GUILD_ORDER: 'true', WORKER_EVENT_CONCURRENCY: '4' } });
  const ids: Record<string, string[]> = { 1: [], 2: [], 3: [] };
  for (const [guildId, published] of Object.entries(ids)) {
    for (let count = 0; count < 3; count += 1) {
      published.push(await trial.publish('member.join', 'innocent', { guildId }));
    }
  }
  const worker = trial.start();
  await worker.ready();
  await waitFor(() => trial.said('effect').length === 9, { what: 'all effects' });
  const told = worker.log.filter(({ msg }) => msg === 'begun' || msg === 'effect');
  for (const [guildId, published] of Object.entries(ids)) {
    const steps = told.filter((record) => record['guildId'] === guildId).map(({ id, msg }) => `${String(id)} ${msg}`);
    expect(steps).toEqual(published.flatMap((id) => [`${id} begun`, `${id} effect`]));
  }
  // Three guilds at once: the second begins before the first is through.
  expect(told.slice(0, 3).map(({ msg }) => msg)).toEqual(['begun', 'begun', 'begun']);
}, 60_000);

it.concurrent('events of one guild are handled one at a time over several workers', async () => {
  await using trial = await Trial.prepare({ settings: { WORKER_GUILD_ORDER: 'true', WORKER_EVENT_CONCURRENCY: '2' } });
  const [one, other] = [trial.start(), trial.start()];
  await Promise.all([one.ready(), other.ready()]);
  await Promise.all(Array.from({ length: 10 }, () => trial.publish('member.join', 'innocent')));
  await waitFor(() => trial.said('effect').length === 10, { what: 'all effects', timeoutMs: 40_000 });
  const told = trial.workers.flatMap(({ log }) => log.filter(({ msg }) => msg === 'begun' || msg === 'effect'));
  const steps = told.toSorted((a, b) => a.time.localeCompare(b.time) || (a.msg === 'effect' ? -1 : 1));
  expect(steps.map(({ msg }) => msg)).toEqual(Array.from({ length: 20 }, (_, step) => (step % 2 ? 'effect' : 'begun')));
  expect(trial.workers.map(({ log }) => log.some(({ msg }) => msg === 'effect'))).toEqual([true, true]);
}, 90_000);
