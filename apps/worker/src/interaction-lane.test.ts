import { InteractionType, type APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { Router, select, slash, opt } from '@arrakis/bot';
import { DiscordRest } from '@arrakis/discord-rest';
import { createLog } from '@arrakis/service';
import { startSimulator, type InteractionHandle, type Simulator } from '@arrakis/simulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Bots } from './bots.ts';
import type { DeliveryFacts, Execution } from './execution.ts';
import { interactionLane } from './interaction-lane.ts';
import { eventOf } from './testing/deliveries.ts';
import { answeringParts } from './testing/answering-parts.ts';
import { RecordingMetrics } from './testing/recording-metrics.ts';

let discord: Simulator;
let rest: DiscordRest;
let by: { guildId: string; userId: string };
const metrics = new RecordingMetrics();

class Failure extends Error {
  readonly retryable: boolean;
  constructor(retryable: boolean) {
    super('failed');
    this.retryable = retryable;
  }
}

const failing = (retryable: boolean) => () => Promise.reject(new Failure(retryable));
const log = createLog({ name: 'test', level: 'silent' });
const commands = [
  slash('fine', { description: 'x', run: () => ({ content: 'fine' }) }),
  slash('slow', { description: 'x', defer: 'ephemeral', run: () => ({ content: 'slow' }) }),
  slash('failing', { description: 'x', run: failing(true) }),
  slash('failing-later', { description: 'x', defer: 'public', run: failing(true) }),
  slash('answered', {
    description: 'x',
    async run(ctx) {
      await ctx.reply({ content: 'so far so good' });
      throw new Failure(true);
    },
  }),
  slash('colour', {
    description: 'x',
    options: { name: opt.string({ description: 'x', autocomplete: failing(true) }) },
    run: () => undefined,
  }),
];
const topics = select('topics', { of: 'string', values: ['news'], defer: 'update', run: failing(false) });
const router = new Router([{ name: 'test', commands, components: [topics] }]);

beforeAll(async () => {
  discord = await startSimulator({ guilds: 1 });
  const [bot] = discord.bots;
  if (bot === undefined) throw new Error('the simulator has a bot');
  rest = new DiscordRest({ apiUrl: discord.apiUrl, applicationId: bot.applicationId, token: bot.token });
  const gone = { name: 'gone', description: 'x' };
  const option = { type: 3, name: 'name', description: 'x', autocomplete: true } as const;
  await rest.overwriteCommands([
    ...router.registrations.global,
    gone,
    { ...gone, name: 'gone-too', options: [option] },
  ]);
  const [guildId = ''] = discord.world.guilds;
  const people = discord.world.guild(guildId).members.filter(({ user }) => user.bot !== true);
  by = { guildId, userId: people[0]?.user.id ?? '' };
});
afterAll(async () => {
  await rest.close();
  await discord.stop();
});
afterEach(() => {
  metrics.acknowledgements.length = 0;
});

const lane = () => {
  const bots = new Bots(new Map([['100', { router, parts: answeringParts(rest), log }]]));
  return interactionLane({
    queue: 'interactions',
    concurrency: 1,
    maxAttempts: 3,
    handlerTimeoutMs: 5_000,
    bots,
    metrics,
    elsewhere: () => undefined,
  });
};

interface Payload {
  readonly id: string;
  readonly token: string;
  readonly type?: InteractionType;
  readonly data: unknown;
  readonly message?: unknown;
}

async function prepare(payload: Payload, facts: Partial<DeliveryFacts> = {}): Promise<Execution> {
  const body = {
    application_id: '100',
    type: InteractionType.ApplicationCommand,
    user: { id: by.userId, username: 'paul' },
    ...payload,
  };
  const event = eventOf('interaction.command.x', body, { id: payload.id });
  const signal = AbortSignal.timeout(5_000);
  const execution = await lane().prepare(event, { attempt: 1, delivered: false, limit: { signal }, ...facts });
  if (execution === undefined || 'queue' in execution) throw new Error('every interaction is handled');
  return execution;
}

const command = (name: string, { id, token }: { id: string; token: string }): Payload => {
  return { id, token, data: { type: 1, name } };
};
const use = (name: string) => discord.interactions.slash({ ...by, name });

/** Fails for good, as the executor sees it. */
async function fail(execution: Execution): Promise<unknown> {
  const cause: unknown = await execution.handle().catch((thrown: unknown) => thrown);
  await execution.apologize();
  return cause;
}

/** An interaction that Discord created `ageMs` ago. */
function aged(ageMs: number) {
  const id = String(BigInt(Date.now() - ageMs - 1_420_070_400_000) << 22n);
  return { id, token: 'token' };
}

const callbackRoute = '/interactions/{interaction.id}/{interaction.token}/callback';

const createdAgo = (id: string) => Date.now() - Number((BigInt(id) >> 22n) + 1_420_070_400_000n);

const seen = async (interaction: InteractionHandle) =>
  (await interaction.settled()).messages.map(({ content, flags }) => `${flags === 64 ? 'ephemeral: ' : ''}${content}`);

describe('an interaction', () => {
  it('is answered, and its first response is told by its kind', async () => {
    const interaction = use('slow');
    const execution = await prepare(command('slow', interaction));
    await execution.handle();
    expect(execution.handler).toBe('slash slow');
    expect(await seen(interaction)).toEqual(['ephemeral: slow']);
    expect(metrics.acknowledgements).toEqual(['command']);
  });

  it.each([
    ['more than three seconds old', 3_100, {}],
    ['more than 15 minutes old, even if acknowledged', 15 * 60_000 + 100, { attempt: 2, delivered: true }],
  ])('%s is never answered', async (_, ageMs, facts) => {
    const before = discord.recording.requests().length;
    await expect(prepare(command('fine', aged(ageMs)), facts)).rejects.toMatchObject({
      kind: 'expired',
      retryable: false,
    });
    expect(discord.recording.requests()).toHaveLength(before);
  });

  it('that Discord does not know as acknowledged is expired when it comes again late', async () => {
    await expect(prepare(command('fine', aged(3_100)), { delivered: true })).rejects.toMatchObject({
      kind: 'expired',
    });
  });

  it('that is delivered again in time shows one answer', async () => {
    const interaction = use('slow');
    for (const delivered of [false, true]) {
      const execution = await prepare(command('slow', interaction), { delivered });
      await execution.handle();
    }
    expect(await seen(interaction)).toEqual(['ephemeral: slow']);
  });

  it('that an earlier delivery has deferred is answered, when it comes again shortly before it is too late too', async () => {
    const interaction = use('slow');
    await rest.deferReply(interaction, { ephemeral: true });
    const callbacks = () => discord.recording.requests({ route: callbackRoute }).length;
    const before = callbacks();
    await expect.poll(() => createdAgo(interaction.id), { timeout: 3_000 }).toBeGreaterThan(2_100);
    await (await prepare(command('slow', interaction), { delivered: true })).handle();
    expect(await seen(interaction)).toEqual(['ephemeral: slow']);
    expect(callbacks()).toBe(before);
  });

  it('that another worker has begun and lost is deferred, so that it can be answered later', async () => {
    const interaction = use('slow');
    await (await prepare(command('slow', interaction), { delivered: true })).acknowledge();
    expect(await rest.isAcknowledged(interaction)).toBe(true);
    await (await prepare(command('slow', interaction), { attempt: 2, delivered: true })).handle();
    expect(await seen(interaction)).toEqual(['ephemeral: slow']);
  });

  it('that another worker is at for all one knows is left to it', async () => {
    const interaction = use('slow');
    await (await prepare(command('slow', interaction))).acknowledge();
    expect(await rest.isAcknowledged(interaction)).toBe(false);
  });

  it('that has been acknowledged otherwise meanwhile stays so', async () => {
    const interaction = use('slow');
    const execution = await prepare(command('slow', interaction), { delivered: true });
    await rest.respond(interaction, { type: 4, data: { content: 'fast', flags: 64 } });
    await execution.acknowledge();
    expect(await seen(interaction)).toEqual(['ephemeral: fast']);
  });

  it('is refused when it is none', async () => {
    const event = eventOf('interaction.command.x', { id: 'x' });
    const facts = { attempt: 1, delivered: false, limit: { signal: AbortSignal.timeout(1_000) } };
    await expect(lane().prepare(event, facts)).rejects.toMatchObject({ kind: 'malformed' });
    const garbled = { ...event, body: Buffer.from('{') };
    await expect(lane().prepare(garbled, facts)).rejects.toMatchObject({ kind: 'malformed' });
  });
});

describe('what the bot no longer has', () => {
  it('answers the member', async () => {
    const interaction = use('gone');
    const execution = await prepare(command('gone', interaction));
    await execution.handle();
    expect(await seen(interaction)).toEqual(['ephemeral: This is not available any more.']);
  });

  it('suggests nothing', async () => {
    const typing = discord.interactions.autocomplete({
      ...by,
      name: 'gone-too',
      options: { name: 'x' },
      focused: 'name',
    });
    const type = InteractionType.ApplicationCommandAutocomplete;
    await (await prepare({ ...command('gone-too', typing), type })).handle();
    expect((await typing.settled()).choices).toEqual([]);
  });
});

describe('a failed interaction', () => {
  it('tells the member a reference', async () => {
    const interaction = use('failing');
    await fail(await prepare(command('failing', interaction)));
    expect(await seen(interaction)).toEqual([
      `ephemeral: Something went wrong. If it happens again, tell the team this reference: ${interaction.id}`,
    ]);
  });

  it('that was deferred ends the thinking', async () => {
    const interaction = use('failing-later');
    await fail(await prepare(command('failing-later', interaction)));
    expect((await seen(interaction))[0]).toMatch(/^Something went wrong/);
  });

  it('leaves an answer as it is', async () => {
    const interaction = use('answered');
    await fail(await prepare(command('answered', interaction)));
    expect(await seen(interaction)).toEqual([
      'so far so good',
      expect.stringMatching(/^ephemeral: Something went wrong/),
    ]);
  });

  it('leaves the message that was to be updated as it is', async () => {
    const posted = use('fine');
    const option = { label: 'News', value: 'news' };
    const components: APIMessageTopLevelComponent[] = [
      { type: 1, components: [{ type: 3, custom_id: 'topics', options: [option] }] },
    ];
    await rest.respond(posted, { type: 4, data: { content: 'pick', components } });
    const picked = discord.interactions.select({ ...by, customId: 'topics', values: ['news'] });
    const data = { component_type: 3, custom_id: 'topics', values: ['news'] };
    await fail(await prepare({ ...command('', picked), type: InteractionType.MessageComponent, data }));
    expect(await seen(picked)).toEqual(['pick', expect.stringMatching(/^ephemeral: Something went wrong/)]);
  });

  it('is silent among suggestions', async () => {
    const typing = discord.interactions.autocomplete({
      ...by,
      name: 'colour',
      options: { name: 'x' },
      focused: 'name',
    });
    const data = { type: 1, name: 'colour', options: [{ name: 'name', type: 3, value: 'x', focused: true }] };
    const type = InteractionType.ApplicationCommandAutocomplete;
    await fail(await prepare({ ...command('colour', typing), type, data }));
    expect(typing.callback()).toBeUndefined();
  });

  it.each([
    ['acknowledged, may pass', 'failing-later', 1, new Failure(true), true],
    ['acknowledged, will not pass', 'failing-later', 1, new Failure(false), false],
    ['acknowledged, a bug', 'failing-later', 1, new Error('a bug'), false],
    ['acknowledged, a text', 'failing-later', 1, 'a text', false],
    ['acknowledged, the last attempt', 'failing-later', 3, new Failure(true), false],
    ['not acknowledged, may pass', 'failing', 1, new Failure(true), false],
    ['answered, may pass', 'answered', 1, new Failure(true), false],
  ])('(%s) of /%s is tried again or not', async (_, name, attempt, cause, expected) => {
    const execution = await prepare(command(name, use(name)), { attempt });
    await expect(execution.handle()).rejects.toThrow('failed');
    expect(execution.mayRetry(cause)).toBe(expected);
  });
});

describe("Discord's own rules", () => {
  it('were kept by everything above', () => {
    expect(discord.recording.violations()).toEqual([]);
  });
});
