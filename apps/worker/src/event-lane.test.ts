import { on, Router } from '@arrakis/bot';
import { DiscordRest } from '@arrakis/discord-rest';
import { createLog } from '@arrakis/service';
import { afterAll, expect, it } from 'vitest';
import { Bots } from './bots.ts';
import { eventLane } from './event-lane.ts';
import { isPostponement } from './failure.ts';
import { answeringParts } from './testing/answering-parts.ts';
import { eventOf } from './testing/deliveries.ts';

const rest = new DiscordRest({ apiUrl: 'http://127.0.0.1:1/api/v10', applicationId: '100', token: 'x' });
afterAll(() => rest.close());

const log = createLog({ name: 'test', level: 'silent' });
const router = new Router([{ name: 'known', events: [on('member.leave', () => undefined)] }]);
const lane = eventLane({
  name: 'normal',
  queue: 'events',
  longJobs: 'jobs',
  concurrency: 1,
  ordered: false,
  maxAttempts: 3,
  handlerTimeoutMs: 5_000,
  bots: new Bots(new Map([['100', { router, parts: answeringParts(rest), log }]])),
  elsewhere: () => undefined,
});
const facts = { attempt: 1, delivered: true, limit: { signal: new AbortController().signal } };
const leaving = eventOf('member.leave', { guild_id: '200', user: { id: '7', username: 'paul' } }, { guildId: '200' });

it('an event that no module handles is of no interest', async () => {
  expect(await lane.prepare(eventOf('member.join', {}), facts)).toBeUndefined();
});

it('what a module of another version has begun is put off, and not taken for done', async () => {
  expect(await lane.prepare({ ...leaving, module: 'known' }, facts)).toMatchObject({ claimId: `${leaving.id}/known` });
  const cause: unknown = await lane.prepare({ ...leaving, module: 'newer' }, facts).catch((error: unknown) => error);
  expect(cause).toMatchObject({ kind: 'unknown-module', message: expect.stringContaining("'newer'") });
  expect(isPostponement(cause)).toBe(true);
});
