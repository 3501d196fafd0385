import { ChannelType } from 'discord-api-types/v10';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import {
  button,
  Denied,
  DiscordRuleError,
  field,
  messageMenu,
  modal,
  moduleSettings,
  on,
  opt,
  select,
  slash,
  slashGroup,
  testContext,
  ui,
  userMenu,
  type Middleware,
  type Module,
  type TestResult,
} from '../index.ts';

const passed: string[] = [];
const noting: Middleware = async ({ handler, module }, next) => {
  passed.push(`${module}: ${handler}`);
  await next();
  passed.push('done');
};
const settings = moduleSettings({ GREETING: z.string().default('Hello') });
const options = {
  text: opt.string({ description: 'x', required: true, maxLength: 5 }),
  size: opt.integer({ description: 'x', min: 1, choices: [{ name: 'One', value: 1 }] }),
  loud: opt.boolean({ description: 'x' }),
  who: opt.user({ description: 'x' }),
  role: opt.role({ description: 'x' }),
  where: opt.channel({ description: 'x', channelTypes: [ChannelType.GuildText] }),
  file: opt.attachment({ description: 'x' }),
};
const form = modal('form:{topic}', {
  title: 'Form',
  fields: {
    note: field.note('Please'),
    text: field.text({ label: 'Text', required: false }),
    size: field.choice({ label: 'Size', options: [{ label: 'S', value: 's' }] }),
    who: field.users({ label: 'Who' }),
    agree: field.checkbox({ label: 'Agree' }),
  },
  run: (_, { text: typed, size, who, agree }, { topic }) => ({
    content: [topic, typed, size, who.map(({ user }) => user.username), agree].join('|'),
  }),
});
const application = modal('apply', {
  title: 'Application',
  fields: {
    proof: field.files({ label: 'Proof', required: false }),
    plan: field.radio({
      label: 'Plan',
      required: false,
      options: [
        { label: 'A', value: 'a' },
        { label: 'B', value: 'b' },
      ],
    }),
    extras: field.checkboxes({ label: 'Extras', required: false, options: [{ label: 'X', value: 'x' }] }),
  },
  run: (_, { proof, plan, extras }) => ({
    content: [proof.map(({ filename }) => filename), plan, extras].join('|'),
  }),
});
const press = button('press', { run: (ctx) => ctx.update({ content: `${ctx.message?.content}!` }) });
const pick = select('pick', { of: 'role', run: (_, roles) => ({ content: roles.map(({ name }) => name).join() }) });
const all: Module = {
  name: 'all',
  settings,
  middleware: [noting],
  commands: [
    slash('all', {
      description: 'x',
      options,
      run: (ctx, { text, size, loud, who, role, where, file }) => ({
        content: [
          ctx.settings(settings).GREETING,
          text,
          size,
          loud,
          who?.user.username,
          who?.member?.nick,
          role?.name,
          where?.name,
          file?.filename,
        ].join('|'),
      }),
    }),
    slashGroup('nested', {
      description: 'x',
      commands: [
        slashGroup('group', {
          description: 'x',
          commands: [slash('leaf', { description: 'x', run: () => ({ content: 'leaf', ephemeral: true }) })],
        }),
      ],
    }),
    slash('open', { description: 'x', run: (ctx) => ctx.modal(form.open({ topic: 'water' })) }),
    slash('long', { description: 'x', run: () => ({ content: 'x'.repeat(2_001) }) }),
    slash('broken', { description: 'x', run: () => Promise.reject(new Error('a bug')) }),
    slash('follow', {
      description: 'x',
      defer: 'public',
      async run(ctx) {
        await ctx.showTyping();
        await ctx.edit({ content: 'edited' });
        await ctx.followUp({ content: 'followed', ephemeral: true });
        await ctx.delete();
      },
    }),
    slash('suggest', {
      description: 'x',
      options: {
        first: opt.string({ description: 'x', required: true }),
        word: opt.string({
          description: 'x',
          autocomplete: ({ value, given }) => [{ name: `${value} after ${given['first'] ?? 'nothing'}`, value }],
        }),
      },
      run: () => ({ content: 'x' }),
    }),
    slash('member', {
      description: 'x',
      async run({ rest, guildId = '', gateway }) {
        const { nick } = await rest.getGuildMember(guildId, '7');
        await gateway.leaveVoice(guildId);
        await rest.assignRole({ guildId, userId: '7', roleId: '8' }, { reason: 'asked' });
        return { content: `${nick}` };
      },
    }),
    userMenu('Card', { run: (_, { user }) => ({ content: user.username }) }),
    messageMenu('Quote', { run: (_, { content }) => ({ content: `> ${content}` }) }),
  ],
  components: [form, application, press, pick],
  events: [
    on('member.join', (ctx, { user }) => {
      ctx.log.info({ userId: user.id, nonce: ctx.nonce('x') }, 'joined');
    }),
  ],
};
const text = ({ messages }: { messages: readonly { content: string }[] }) => messages.map(({ content }) => content);

describe('a test context', () => {
  it('gives a command options of every kind, and settings', async () => {
    const test = testContext([all], { settings: { GREETING: 'Hi' } });
    const { make } = test;
    const entered = {
      text: 'spice',
      size: 1,
      loud: true,
      who: make.user({ username: 'chani', nick: 'Sihaya' }),
      role: make.role({ name: 'Fedaykin' }),
      where: make.channel({ name: 'general' }),
      file: make.file({ filename: 'map.png' }),
    };
    const result = await test.slash('all', entered);
    expect(text(result)).toEqual(['Hi|spice|1|true|chani|Sihaya|Fedaykin|general|map.png']);
    expect(passed.splice(0)).toEqual(['all: slash all', 'done']);
    expect(text(await test.slash('all', { text: 'x' }))).toEqual(['Hi|x|||||||']);
    expect((await test.slash('nested group leaf')).messages).toMatchObject([{ content: 'leaf', flags: 64 }]);
  });

  it.each([
    ['all', {}, "/all needs its option 'text'"],
    ['all', { text: 'x', more: 1 }, "/all has no option 'more'"],
    ['all', { text: 'too long' }, "/all text: Discord's client would not take this: it has not 0 to 5 characters"],
    ['all', { text: 'x', size: 2 }, 'it is none of the choices'],
    ['all', { text: 'x', size: 0 }, 'it is not from 1'],
    ['all', { text: 'x', who: 'paul' }, 'it is no user: test.make has such'],
    ['gone', {}, 'There is no command /gone'],
    ['nested leaf', {}, "'nested' has no sub-command 'leaf'"],
  ])('refuses what Discord would not offer: /%s %j', async (path, entered, message) => {
    await expect(testContext([all]).slash(path, entered)).rejects.toThrow(message);
  });

  it('opens a modal, and submits fields of every kind', async () => {
    const test = testContext([all]);
    const { modal: opened } = await test.slash('open');
    expect(opened).toMatchObject({ custom_id: 'form:water', title: 'Form' });
    expect(form.open({ topic: 'water' }, { text: 'as before' }).components[1]).toMatchObject({
      component: { custom_id: 'text', value: 'as before' },
    });
    expect(
      modal('plain', { title: 'x', fields: { text: field.text({ label: 'x' }) }, run: () => undefined }).open({
        text: 'y',
      }),
    ).toMatchObject({ custom_id: 'plain', components: [{ component: { value: 'y' } }] });
    const chani = test.make.user({ username: 'chani' });
    const empty = { size: 's', who: [chani] };
    expect(text(await test.submit('form:water', empty))).toEqual(['water||s|chani|false']);
    const full = { ...empty, text: 'hi', agree: true };
    expect(text(await test.submit('form:water', full))).toEqual(['water|hi|s|chani|true']);
    expect(text(await test.submit('apply'))).toEqual(['||']);
    const proven = { proof: [test.make.file()], plan: 'b', extras: ['x'] };
    expect(text(await test.submit('apply', proven))).toEqual(['file.txt|b|x']);
    await expect(test.submit('form:water', { who: [chani] })).rejects.toThrow("The field 'size' is required.");
    const other = await test.submit('apply', { plan: 'c' });
    expect([other.outcome, text(other)]).toEqual(['refused', ['This has changed meanwhile. Please start again.']]);
  });

  it('presses buttons of the message that was written last, and selects', async () => {
    const test = testContext([all]);
    const { messages } = await test.slash('all', { text: 'x' });
    const pressed = await test.button('press');
    expect(pressed.messages).toMatchObject([{ id: messages[0]?.id, content: 'Hello|x|||||||!' }]);
    expect(text(await test.select('pick', [test.make.role({ name: 'Fedaykin' })]))).toEqual(['Fedaykin']);
    expect((await test.button('nobody')).outcome).toBe('refused');
  });

  it('uses menus, and suggests choices', async () => {
    const test = testContext([all]);
    expect(text(await test.userMenu('Card', test.make.user({ username: 'chani' })))).toEqual(['chani']);
    expect(text(await test.messageMenu('Quote', test.make.message({ content: 'hi' })))).toEqual(['> hi']);
    expect(await test.autocomplete('suggest', { first: 'a', word: 'b' }, { focused: 'word' })).toEqual([
      { name: 'b after a', value: 'b' },
    ]);
  });

  it('shows the answer as it becomes, and what follows it', async () => {
    const test = testContext([all]);
    const { deferred, messages } = await test.slash('follow');
    expect([deferred, messages.map(({ content, flags }) => [content, flags])]).toEqual(['public', [['followed', 64]]]);
    expect(test.discord.requests).toMatchObject([{ method: 'POST', route: '/channels/{channel.id}/typing' }]);
  });

  describe('with files', () => {
    async function* rows() {
      yield Buffer.from('a,b\n');
      yield Buffer.from('1,2\n');
    }
    const csv = { name: 'table.csv', contentType: 'text/csv', data: rows };
    const note = { name: 'note.txt', data: Buffer.from('hi') };
    const attached = ({ messages }: TestResult) =>
      messages.map(({ attachments }) => attachments.map(({ filename, size }) => `${filename} ${size}`));
    const handlers = (defer: 'none' | 'ephemeral') => [
      slash('answer', { description: 'x', defer, run: () => ({ files: [csv] }) }),
      slash('follow', {
        description: 'x',
        defer,
        async run(ctx) {
          await ctx.reply({ content: 'one', files: [csv] });
          await ctx.followUp({ content: 'two', files: [note] });
          await ctx.edit({ files: [note, note] });
        },
      }),
    ];

    it.each(['none', 'ephemeral'] as const)('shows them, deferred as %s', async (defer) => {
      const test = testContext([{ name: 'm', commands: handlers(defer) }]);
      const { messages } = await test.slash('answer');
      const [attachment] = messages[0]?.attachments ?? [];
      expect(attachment).toMatchObject({ filename: 'table.csv', size: 8, content_type: 'text/csv' });
      expect(await (await fetch(attachment?.url ?? '')).text()).toBe('a,b\n1,2\n');
      expect(attached(await test.slash('follow'))).toEqual([['note.txt 2', 'note.txt 2'], ['note.txt 2']]);
    });

    it.each(['none', 'update'] as const)('puts them on the message of a component, deferred as %s', async (defer) => {
      const change = button('change', { defer, run: (ctx) => ctx.update({ content: 'changed', files: [note] }) });
      const deferred = button('press', { defer: 'update', run: () => ({ content: 'changed', files: [note] }) });
      const test = testContext([{ name: 'm', components: [defer === 'none' ? change : deferred] }]);
      expect(attached(await test.button(defer === 'none' ? 'change' : 'press'))).toEqual([['note.txt 2']]);
    });

    it('keeps what an edit names', async () => {
      const keep = slash('keep', {
        description: 'x',
        async run(ctx) {
          await ctx.reply({ files: [csv, note] });
          const { attachments } = await ctx.edit({ content: 'x' });
          const kept = attachments.slice(1).map(({ id }) => ({ id }));
          await ctx.edit({ attachments: [...kept, { id: 0, description: 'more' }], files: [csv] });
        },
      });
      const result = await testContext([{ name: 'm', commands: [keep] }]).slash('keep');
      expect(attached(result)).toEqual([['note.txt 2', 'table.csv 8']]);
      expect(result.messages[0]?.attachments[1]).toMatchObject({ description: 'more' });
    });

    it('fails a test that attaches too many', async () => {
      const files = Array.from({ length: 11 }, () => note);
      const many = slash('many', { description: 'x', run: () => ({ files }) });
      await expect(testContext([{ name: 'm', commands: [many] }]).slash('many')).rejects.toThrow('files has 11');
    });

    it('has those of other messages as well', async () => {
      const post = slash('post', {
        description: 'x',
        async run(ctx) {
          const { attachments } = await ctx.rest.createMessage('5', {}, { nonce: ctx.nonce(), files: [csv] });
          return { content: attachments.map(({ filename }) => filename).join(' ') };
        },
      });
      const test = testContext([{ name: 'm', commands: [post] }]);
      expect(text(await test.slash('post'))).toEqual(['table.csv']);
      expect(test.discord.requests).toMatchObject([
        { files: [{ name: 'table.csv', data: Buffer.from('a,b\n1,2\n') }] },
      ]);
    });
  });

  it('keeps what followed when the message of a component is deleted', async () => {
    const away = button('away', {
      defer: 'update',
      async run(ctx) {
        await ctx.followUp({ content: 'gone' });
        await ctx.delete();
      },
    });
    expect(text(await testContext([{ name: 'm', components: [away] }]).button('away'))).toEqual(['gone']);
  });

  it('fails a test whose reply Discord would refuse, and tells why', async () => {
    const test = testContext([all]);
    await expect(test.slash('long')).rejects.toThrow(DiscordRuleError);
    await expect(test.slash('long')).rejects.toThrow('content has 2001 characters, Discord takes 0 to 2000');
  });

  it('throws what a handler throws, and keeps what the member saw', async () => {
    const test = testContext([all]);
    await expect(test.slash('broken')).rejects.toThrow('a bug');
    expect(test.latest?.outcome).toBe('failed');
    expect(test.latest?.messages[0]?.content).toMatch(/tell the team this reference: \d+$/);
  });

  it('answers requests as the test says, and records them with commands to the gateway', async () => {
    const test = testContext([all]);
    await expect(test.slash('member')).rejects.toThrow('The test does not say what Discord answers');
    const member = { user: test.make.user({ id: '7' }).value, roles: [], nick: 'Muad’Dib' };
    test.discord.answer('GET', '/guilds/{guild.id}/members/{user.id}', () => member);
    expect(text(await test.slash('member'))).toEqual(['Muad’Dib']);
    expect(test.gatewayCommands).toEqual([{ command: 'leaveVoice', given: '200' }]);
    expect(test.discord.requests.at(-1)).toMatchObject({
      method: 'PUT',
      path: '/guilds/200/members/7/roles/8',
      reason: 'asked',
    });
  });

  it('lets events come', async () => {
    const test = testContext([all]);
    await test.event('member.join', { guild_id: '200', user: { id: '7' } });
    expect(test.logs).toMatchObject([{ level: 'info', about: { userId: '7' }, message: 'joined' }]);
    await expect(test.event('member.leave', {})).rejects.toThrow('No module handles member.leave');
    await expect(test.event('member.join', {})).rejects.toThrow('guild_id');
  });

  it('takes an interaction that comes late for what it is', async () => {
    await expect(testContext([all]).slash('all', { text: 'x' }, { ageMs: 3_100 })).rejects.toMatchObject({
      kind: 'too-late',
    });
  });
});

describe('middleware', () => {
  const module = (middleware: Middleware): Module => ({
    name: 'm',
    middleware: [noting, middleware],
    commands: [slash('x', { description: 'x', run: () => ({ ...ui.message('hi') }) })],
  });

  it('may keep a handler from running, but not run it twice', async () => {
    passed.length = 0;
    const refusing: Middleware = async () => {
      throw new Denied('Not today.');
    };
    expect(text(await testContext([module(refusing)]).slash('x'))).toEqual(['Not today.']);
    await expect(testContext([module(async () => undefined)]).slash('x')).rejects.toThrow('Nobody has answered');
    expect(passed).toEqual(['m: slash x', 'm: slash x', 'done']);
    await expect(
      testContext([
        module(async (_, next) => {
          await next();
          await next();
        }),
      ]).slash('x'),
    ).rejects.toThrow("A middleware around 'slash x' has called next() twice.");
  });
});
