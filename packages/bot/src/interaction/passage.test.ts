import { setTimeout as delay } from 'node:timers/promises';
import { StateUnavailableError } from '@arrakis/state';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  auto,
  botCan,
  button,
  Denied,
  inGuild,
  memberCan,
  opt,
  slash,
  slashGroup,
  testContext,
  texts,
  type AskedContext,
  type PermissionName,
  type TestContext,
} from '../index.ts';

const ephemeral = 64;
const say = texts('en-US', { closed: 'Closed until {hour}.' }, { de: { closed: 'Bis {hour} geschlossen.' } });

/** Waits until the interaction has been acknowledged: then its deadline is minutes away. */
async function untilAcknowledged(context: AskedContext): Promise<void> {
  while (context.deadline < Date.now() + 60_000) await delay(1, undefined, { signal: context.signal });
}

const commands = [
  slash('fast', { description: 'x', defer: auto('public'), run: () => ({ content: 'fast' }) }),
  slash('fast-secret', { description: 'x', defer: auto('ephemeral'), run: () => ({ content: 'psst' }) }),
  slash('slow', {
    description: 'x',
    defer: auto('ephemeral', { afterMs: 1 }),
    async run(ctx) {
      await untilAcknowledged(ctx);
      return { content: 'slow' };
    },
  }),
  slash('chosen', {
    description: 'x',
    defer: ({ guildId }) => (guildId === undefined ? 'public' : 'ephemeral'),
    run: () => ({ content: 'chosen' }),
  }),
  slash('mixed', {
    description: 'x',
    defer: ({ guildId }) => (guildId === undefined ? auto('public') : 'none'),
    run: () => ({ content: 'mixed' }),
  }),
  slash('vault', {
    description: 'x',
    defer: 'public',
    guards: [
      inGuild,
      ({ user }) => ({ coins: user.username === 'paul' ? 7 : 0 }),
      ({ locale }) => (locale === 'fr' ? new Denied(say.closed({ hour: 9 })) : undefined),
    ],
    run: ({ ext }) => ({ content: `${ext.coins} coins of ${ext.guildId}` }),
  }),
  slash('patient', {
    description: 'x',
    defer: 'public',
    guards: [
      async (ctx) => {
        await untilAcknowledged(ctx);
        throw new Denied('Too late to hide.');
      },
    ],
    run: () => ({ content: 'never' }),
  }),
  slash('ban', {
    description: 'x',
    guards: [memberCan('BanMembers', 'KickMembers'), botCan('BanMembers')],
    run: () => ({ content: 'banned' }),
  }),
  slash('dice', {
    description: 'x',
    cooldown: { per: 'user', limit: 2, windowMs: 60_000 },
    guards: [({ locale }) => (locale === 'fr' ? new Denied('Non.') : undefined)],
    run: () => ({ content: 'six' }),
  }),
  slash('gong', { description: 'x', cooldown: { per: 'guild', windowMs: 1_000 }, run: () => ({ content: 'gong' }) }),
  slash('later', {
    description: 'x',
    options: { answered: opt.boolean({ description: 'x' }) },
    async run(ctx, { answered }) {
      if (answered === true) await ctx.reply({ content: 'so far' });
      throw new Denied(say.closed({ hour: 9 }));
    },
  }),
];
const keep = button('keep', { defer: auto('update'), run: () => undefined });
const change = button('change', { defer: auto('update'), run: () => ({ content: 'changed' }) });
const refuse = button('refuse', {
  defer: 'update',
  run() {
    throw new Denied('Not this one.');
  },
});

let test: TestContext;
beforeEach(() => {
  test = testContext([{ name: 'test', commands, components: [keep, change, refuse] }]);
});

const shown = ({ messages }: { messages: readonly { content: string; flags?: number }[] }) =>
  messages.map(({ content, flags }) => `${((flags ?? 0) & ephemeral) === 0 ? '' : 'ephemeral: '}${content}`);

describe('an automatic deferral', () => {
  it('does not happen when the handler is fast, and whoever reads the answer is the same', async () => {
    expect(await test.slash('fast')).toMatchObject({ deferred: undefined, messages: [{ content: 'fast', flags: 0 }] });
    const secret = await test.slash('fast-secret');
    expect([secret.deferred, shown(secret)]).toEqual([undefined, ['ephemeral: psst']]);
  });

  it('happens when the handler is slow', async () => {
    const result = await test.slash('slow');
    expect([result.deferred, shown(result)]).toEqual(['ephemeral', ['ephemeral: slow']]);
  });

  it('of a component acknowledges all the same when the message is left as it is', async () => {
    const message = test.make.message({ content: 'before' });
    expect(await test.button('keep', { message })).toMatchObject({ deferred: 'update', messages: [] });
    expect(await test.button('change', { message })).toMatchObject({
      deferred: undefined,
      messages: [{ id: message.id, content: 'changed' }],
    });
  });
});

describe('a deferral by a function', () => {
  it('that cannot be decided fails like the handler, and whoever asked is told', async () => {
    const undecided = slash('undecided', {
      description: 'x',
      defer: ({ locale }) => {
        if (locale !== '') throw new Error('no policy');
        return 'public';
      },
      run: () => ({ content: 'never' }),
    });
    const failing = testContext([{ name: 'test', commands: [undecided] }]);
    await expect(failing.slash('undecided')).rejects.toThrow('no policy');
    expect([failing.latest?.outcome, failing.latest?.messages.length]).toEqual(['failed', 1]);
  });

  it('follows from the interaction', async () => {
    expect((await test.slash('chosen')).deferred).toBe('ephemeral');
    expect((await test.slash('chosen', {}, { guildId: null })).deferred).toBe('public');
    expect((await test.slash('mixed')).deferred).toBeUndefined();
    expect((await test.slash('mixed', {}, { guildId: null })).deferred).toBeUndefined();
  });
});

describe('guards', () => {
  it('extend the context', async () => {
    expect(shown(await test.slash('vault'))).toEqual(['7 coins of 200']);
  });

  it('deny in the language of whoever asks, seen by them alone though the answer would be public', async () => {
    const outside = await test.slash('vault', {}, { guildId: null, locale: 'de' });
    expect(outside).toMatchObject({ outcome: 'refused', deferred: undefined });
    expect(shown(outside)).toEqual(['ephemeral: Das geht nur auf einem Server.']);
    // Nobody has translated it: the standard language.
    expect(shown(await test.slash('vault', {}, { locale: 'fr' }))).toEqual(['ephemeral: Closed until 9.']);
  });

  it('that take long do not cost the three seconds', async () => {
    const result = await test.slash('patient');
    expect(result).toMatchObject({ outcome: 'refused', deferred: 'public' });
    expect(shown(result)).toEqual(['Too late to hide.']);
  });

  it('let nobody pass when they return what is no result', async () => {
    const careless = slash('careless', {
      description: 'x',
      // As of a module that is not checked for types.
      guards: [() => JSON.parse('false')],
      run: () => ({ content: 'never' }),
    });
    const unchecked = testContext([{ name: 'test', commands: [careless] }]);
    await expect(unchecked.slash('careless')).rejects.toThrow('A guard has returned false');
    expect(unchecked.latest?.messages[0]?.content).not.toBe('never');
  });

  it('look at permissions', async () => {
    const both = { permissions: ['BanMembers', 'KickMembers'] } as const;
    expect(shown(await test.slash('ban', {}, both))).toEqual(['banned']);
    expect(shown(await test.slash('ban', {}, { permissions: ['Administrator'] }))).toEqual(['banned']);
    expect(shown(await test.slash('ban', {}, { permissions: ['BanMembers'] }))).toEqual([
      'ephemeral: You may not do this. It takes: KickMembers.',
    ]);
    expect(shown(await test.slash('ban', {}, { ...both, botPermissions: [] }))).toEqual([
      'ephemeral: I may not do this here. I need: BanMembers.',
    ]);
  });
});

describe('guards of a command whose option is completed', () => {
  it('deny suggestions as they deny the command, without a word', async () => {
    const options = {
      name: opt.string({ description: 'x', autocomplete: () => [{ name: 'secret', value: 'secret' }] }),
    };
    const guarded = slash('guarded', { description: 'x', options, guards: [memberCan('BanMembers')], run: () => ({}) });
    const own = testContext([{ name: 'test', commands: [guarded] }]);
    const suggest = (permissions: readonly PermissionName[]) =>
      own.autocomplete('guarded', { name: '' }, { focused: 'name', permissions });
    expect(await suggest(['BanMembers'])).toHaveLength(1);
    expect(await suggest([])).toEqual([]);
    expect(own.latest?.outcome).toBe('refused');
  });
});

describe('a cooldown', () => {
  it('counts uses of each user, and tells when there is one again', async () => {
    const other = { user: test.make.user() };
    expect(shown(await test.slash('dice'))).toEqual(['six']);
    test.advance(20_000);
    expect(shown(await test.slash('dice'))).toEqual(['six']);
    const refused = await test.slash('dice');
    expect(refused.outcome).toBe('refused');
    expect(shown(refused)[0]).toMatch(/^ephemeral: Not so fast: try again <t:\d+:R>\.$/);
    expect(shown(await test.slash('dice', {}, other))).toEqual(['six']);
    test.advance(40_001);
    expect(shown(await test.slash('dice'))).toEqual(['six']);
  });

  it('is not charged for what a guard denies', async () => {
    for (let times = 0; times < 3; times += 1) await test.slash('dice', {}, { locale: 'fr' });
    expect(shown(await test.slash('dice'))).toEqual(['six']);
  });

  it('may be that of a guild', async () => {
    await test.slash('gong');
    expect((await test.slash('gong', {}, { user: test.make.user() })).outcome).toBe('refused');
    expect((await test.slash('gong', {}, { guildId: '201' })).outcome).toBe('done');
  });

  it('lets pass while nothing can be counted', async () => {
    vi.spyOn(test.state.limits, 'take').mockRejectedValue(new StateUnavailableError('away'));
    expect(shown(await test.slash('gong'))).toEqual(['gong']);
    expect(test.logs).toMatchObject([{ level: 'warn', message: 'a cooldown could not be looked at; let pass' }]);
  });
});

describe('a group', () => {
  const asked: string[] = [];
  const seen = (name: string) => () => void asked.push(name);
  const paying = () => ({ coins: 7 });
  const options = {
    name: opt.string({ description: 'x', autocomplete: () => [{ name: 'secret', value: 'secret' }] }),
  };
  const keys = slashGroup('keys', {
    description: 'x',
    guards: [seen('keys')],
    cooldown: { per: 'user', limit: 2, windowMs: 1_000 },
    commands: [
      slash('list', { description: 'x', options, guards: [paying], run: ({ ext }) => ({ content: `${ext.coins}` }) }),
      slash('cut', { description: 'x', cooldown: { per: 'user', windowMs: 60_000 }, run: () => ({ content: 'cut' }) }),
    ],
  });
  const vault = slashGroup('safe', {
    description: 'x',
    guards: [memberCan('BanMembers'), seen('safe'), paying],
    commands: [keys, slash('look', { description: 'x', run: () => ({ content: 'gold' }) })],
  });
  const permissions = ['BanMembers'] as const;
  let own: TestContext;
  beforeEach(() => {
    asked.length = 0;
    own = testContext([{ name: 'test', commands: [vault] }]);
  });

  it('asks its guards before each of its sub-commands, the outermost first, and one that both name once', async () => {
    for (const path of ['safe look', 'safe keys list', 'safe keys cut']) {
      expect(await own.slash(path)).toMatchObject({ outcome: 'refused', messages: [{ flags: ephemeral }] });
    }
    expect(asked).toEqual([]);
    expect(shown(await own.slash('safe keys list', {}, { permissions }))).toEqual(['7']);
    expect(asked).toEqual(['safe', 'keys']);
    expect(shown(await own.slash('safe look', {}, { permissions }))).toEqual(['gold']);
    expect(asked).toEqual(['safe', 'keys', 'safe']);
  });

  it('shows nobody completions whom it does not let in', async () => {
    expect(await own.autocomplete('safe keys list', { name: '' }, { focused: 'name' })).toEqual([]);
    expect(own.latest?.outcome).toBe('refused');
    expect(await own.autocomplete('safe keys list', { name: '' }, { focused: 'name', permissions })).toHaveLength(1);
  });

  it('counts the uses of its sub-commands together, beside those of each; a denial does not cost the rarer use', async () => {
    const outcome = async (path: string) => (await own.slash(path, {}, { permissions })).outcome;
    expect(await outcome('safe keys list')).toBe('done');
    expect(await outcome('safe keys list')).toBe('done');
    expect(await outcome('safe keys list')).toBe('refused');
    expect(await outcome('safe keys cut')).toBe('refused');
    expect(await outcome('safe look')).toBe('done');
    own.advance(1_001);
    expect(await outcome('safe keys cut')).toBe('done');
    own.advance(1_001);
    expect(await outcome('safe keys cut')).toBe('refused');
    expect(await outcome('safe keys list')).toBe('done');
  });
});

describe('a denial by the handler itself', () => {
  it('is the answer, or comes beside the one there is', async () => {
    expect(shown(await test.slash('later', {}, { locale: 'de' }))).toEqual(['ephemeral: Bis 9 geschlossen.']);
    expect(shown(await test.slash('later', { answered: true }))).toEqual(['so far', 'ephemeral: Closed until 9.']);
  });

  it('leaves the message as it is that was to be updated', async () => {
    const message = test.make.message({ content: 'before' });
    const result = await test.button('refuse', { message });
    expect(result).toMatchObject({ outcome: 'refused', deferred: 'update' });
    expect(shown(result)).toEqual(['ephemeral: Not this one.']);
  });
});

it.each([Number.NaN, -1, 3_000, Infinity])('a deferral after %d ms is refused where it is defined', (afterMs) => {
  expect(() => auto('public', { afterMs })).toThrow(/afterMs: .* from 0 to 2500/);
});
