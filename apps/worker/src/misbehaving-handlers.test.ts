import { setTimeout as delay } from 'node:timers/promises';
import { ComponentType, InteractionType } from 'discord-api-types/v10';
import { button, opt, Router, select, slash, type Command } from '@arrakis/bot';
import { DiscordRest } from '@arrakis/discord-rest';
import { namesIn } from '@arrakis/protocol';
import { createLog, Pace } from '@arrakis/service';
import { startSimulator, type InteractionHandle, type Simulator } from '@arrakis/simulator';
import { StateUnavailableError } from '@arrakis/state';
import { waitFor } from '@arrakis/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bots } from './bots.ts';
import { Executor } from './executor.ts';
import { interactionLane } from './interaction-lane.ts';
import { Permits } from './permits.ts';
import { answeringParts } from './testing/answering-parts.ts';
import { deliveryOf, eventOf } from './testing/deliveries.ts';
import { causeOf } from './testing/executors.ts';
import { RecordingMetrics } from './testing/recording-metrics.ts';

/** What an author without types may write. */
const untyped: { readonly number: undefined } = JSON.parse('{ "number": 42 }');

const late: unknown[] = [];
const commands: Command[] = [
  slash('silent', { description: 'x', run: () => undefined }),
  slash('silent-later', { description: 'x', defer: 'ephemeral', run: () => undefined }),
  slash('text-thrower', {
    description: 'x',
    run() {
      // oxlint-disable-next-line typescript/only-throw-error -- what is tried here
      throw 'a text';
    },
  }),
  slash('nothing-thrower', {
    description: 'x',
    defer: 'public',
    run() {
      // oxlint-disable-next-line typescript/only-throw-error -- what is tried here
      throw undefined;
    },
  }),
  slash('talkative', {
    description: 'x',
    async run(ctx) {
      await ctx.reply({ content: 'one' });
      await ctx.reply({ content: 'two' });
    },
  }),
  slash('hasty', {
    description: 'x',
    run: async (ctx) => void (await Promise.all([ctx.reply({ content: 'one' }), ctx.reply({ content: 'two' })])),
  }),
  slash('repeating', {
    description: 'x',
    async run(ctx) {
      await ctx.reply({ content: 'one' });
      return { content: 'two' };
    },
  }),
  slash('number', { description: 'x', run: () => untyped.number }),
  slash('empty', { description: 'x', run: () => ({}) }),
  slash('sleepy', {
    description: 'x',
    async run(ctx) {
      await delay(ctx.deadline - Date.now() + 1);
      return { content: 'good morning' };
    },
  }),
  slash('deaf', {
    description: 'x',
    async run(ctx) {
      await delay(400);
      await ctx.reply({ content: 'too late' }).catch((cause: unknown) => late.push(cause));
    },
  }),
  slash('grown', {
    description: 'x',
    options: { size: opt.integer({ description: 'x', required: true }) },
    run: () => undefined,
  }),
];
const press = button('press:{what=yes|no}', { run: () => ({ content: 'pressed' }) });
const pick = select('pick', { of: 'string', values: ['a'], run: () => ({ content: 'picked' }) });
const router = new Router([{ name: 'test', commands, components: [press, pick] }]);

let discord: Simulator;
let rest: DiscordRest;
let by: { guildId: string; userId: string };
const metrics = new RecordingMetrics();

beforeAll(async () => {
  discord = await startSimulator({ guilds: 1 });
  const [bot] = discord.bots;
  if (bot === undefined) throw new Error('the simulator has a bot');
  rest = new DiscordRest({ apiUrl: discord.apiUrl, applicationId: bot.applicationId, token: bot.token });
  const [gone, grown] = [
    { name: 'gone', description: 'x' },
    { name: 'grown', description: 'x', options: [] },
  ];
  const registered = router.registrations.global.filter(({ name }) => name !== 'grown');
  await rest.overwriteCommands([...registered, gone, grown]);
  const [guildId = ''] = discord.world.guilds;
  const people = discord.world.guild(guildId).members.filter(({ user }) => user.bot !== true);
  by = { guildId, userId: people[0]?.user.id ?? '' };
});
afterAll(async () => {
  await rest.close();
  await discord.stop();
});

function executor(handlerTimeoutMs = 10_000): Executor {
  const log = createLog({ name: 'test', level: 'silent' });
  const bots = new Bots(new Map([['100', { router, parts: answeringParts(rest), log }]]));
  const lane = interactionLane({
    queue: 'interactions',
    concurrency: 10,
    maxAttempts: 3,
    handlerTimeoutMs,
    bots,
    metrics,
    elsewhere: () => undefined,
  });
  const idle = new AbortController().signal;
  return new Executor(lane, {
    // As without Redis.
    claimsOf: () => ({ claim: () => Promise.reject(new StateUnavailableError('away')) }),
    pace: new Pace(),
    isolation: new Permits(1),
    retryTiers: namesIn('test').retryTiers,
    maxPostponementMs: 60_000,
    metrics,
    log,
    stopping: idle,
    ending: idle,
    failing: () => false,
  });
}

/** Executes an interaction as its message arrives. */
function execute({ id, token }: InteractionHandle, data: object, handlerTimeoutMs?: number) {
  const type = 'custom_id' in data ? InteractionType.MessageComponent : InteractionType.ApplicationCommand;
  const body = { id, token, application_id: '100', type, user: { id: by.userId, username: 'paul' }, data };
  return executor(handlerTimeoutMs).execute(deliveryOf(eventOf('interaction.command.x', body, { id })));
}

const use = (name: string) => discord.interactions.slash({ ...by, name });
const run = (name: string, interaction: InteractionHandle, handlerTimeoutMs?: number) =>
  execute(interaction, { type: 1, name }, handlerTimeoutMs);
const seen = async (interaction: InteractionHandle) =>
  (await interaction.settled()).messages.map(({ content, flags }) => `${flags === 64 ? 'ephemeral: ' : ''}${content}`);
const sorry = ({ id }: InteractionHandle) =>
  `ephemeral: Something went wrong. If it happens again, tell the team this reference: ${id}`;

describe('a handler that', () => {
  it.each<[string, string, string | object]>([
    ['returns nothing', 'silent', { kind: 'response-state', message: 'The handler has not answered.' }],
    ['returns nothing after a deferral', 'silent-later', { kind: 'response-state' }],
    ['throws a text', 'text-thrower', 'a text'],
    ['returns a number', 'number', { message: 'The handler has returned a number, which is no message.' }],
    ['returns an empty message', 'empty', { kind: 'invalid' }],
  ])('%s makes a dead letter, and the member is told its reference', async (_, name, cause) => {
    const interaction = use(name);
    const verdict = await run(name, interaction);
    expect(verdict.kind).toBe('reject');
    if (typeof cause === 'string') expect(causeOf(verdict)).toBe(cause);
    else expect(causeOf(verdict)).toMatchObject(cause);
    expect(await seen(interaction)).toEqual([sorry(interaction)]);
  });

  it('throws nothing at all makes a dead letter, and ends the thinking', async () => {
    const interaction = use('nothing-thrower');
    expect((await run('nothing-thrower', interaction)).kind).toBe('reject');
    expect(await seen(interaction)).toEqual([expect.stringContaining('Something went wrong.')]);
  });

  it.each([
    ['answers twice', 'talkative'],
    ['answers and returns another answer', 'repeating'],
    ['answers twice at once', 'hasty'],
  ])('%s has answered once; the rest is a dead letter', async (_, name) => {
    const interaction = use(name);
    const verdict = await run(name, interaction);
    expect(causeOf(verdict)).toMatchObject({ kind: 'response-state', message: /comes too late/ });
    expect(await seen(interaction)).toEqual(['one', sorry(interaction)]);
  });

  it('answers after three seconds without a deferral is a dead letter, and Discord says that nobody answered', async () => {
    const interaction = use('sleepy');
    const verdict = await run('sleepy', interaction);
    expect(verdict).toMatchObject({ kind: 'reject', cause: { kind: 'too-late' } });
    await expect(interaction.settled()).rejects.toThrow('did not respond');
  });

  it('does not heed the end of its time cannot answer any more; the member is told by then', async () => {
    const interaction = use('deaf');
    const verdict = await run('deaf', interaction, 100);
    expect(verdict).toMatchObject({ kind: 'reject', cause: { kind: 'timeout' } });
    expect(await seen(interaction)).toEqual([sorry(interaction)]);
    await waitFor(() => late.length === 1, { what: 'the late answer' });
    expect(await seen(interaction)).toEqual([sorry(interaction)]);
  });
});

describe('an interaction that no handler takes', () => {
  it.each<[string, () => [InteractionHandle, object], string, string]>([
    [
      'since its command is gone',
      () => [use('gone'), { type: 1, name: 'gone' }],
      'command unknown',
      'This is not available any more.',
    ],
    [
      'since its command has changed',
      () => [use('grown'), { type: 1, name: 'grown' }],
      'command changed',
      'This has changed meanwhile. Please start again.',
    ],
    [
      'since its custom id is forged',
      () => [use('silent'), { custom_id: 'press:maybe', component_type: ComponentType.Button }],
      'component unknown',
      'This is not available any more.',
    ],
    [
      'since its custom id is of nobody',
      () => [use('silent'), { custom_id: '__proto__:{what}', component_type: ComponentType.Button }],
      'component unknown',
      'This is not available any more.',
    ],
    [
      'since what was selected is forged',
      () => [use('silent'), { custom_id: 'pick', component_type: ComponentType.StringSelect, values: ['b'] }],
      'component changed',
      'This has changed meanwhile. Please start again.',
    ],
  ])('%s is answered and counted, and is no dead letter', async (_, start, refusal, text) => {
    metrics.refusals.length = 0;
    const [interaction, data] = start();
    expect(await execute(interaction, data)).toEqual({ kind: 'done' });
    expect(metrics.refusals).toEqual([refusal]);
    expect(await seen(interaction)).toEqual([`ephemeral: ${text}`]);
  });
});
