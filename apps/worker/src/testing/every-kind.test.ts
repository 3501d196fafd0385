import { ComponentType } from 'discord-api-types/v10';
import { field, modal, opt, select, slash, slashGroup, ui, type Module } from '@arrakis/bot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SimulatedBot } from './simulated-bot.ts';

const options = [
  { label: 'A', value: 'a', description: 'The first' },
  { label: 'B', value: 'b' },
];
const first = modal('first:{topic}', {
  title: 'First',
  fields: {
    note: field.note('Please fill in'),
    text: field.text({
      label: 'Text',
      description: 'Any',
      paragraph: true,
      minLength: 1,
      maxLength: 100,
      placeholder: 'x',
    }),
    choice: field.choice({ label: 'Choice', options, minValues: 1, maxValues: 2 }),
    users: field.users({ label: 'Users', required: false, maxValues: 3 }),
    agree: field.checkbox({ label: 'Agree', default: true }),
  },
  run: (_, { text, choice, users, agree }, { topic }) => ({
    content: [topic, text, choice, users.map(({ user }) => user.id), agree].join('|'),
  }),
});
const second = modal('second', {
  title: 'Second',
  fields: {
    files: field.files({ label: 'Files', required: false, maxValues: 2, fileTypes: ['image', '.pdf'] }),
    radio: field.radio({ label: 'Radio', options }),
    boxes: field.checkboxes({ label: 'Boxes', required: false, options }),
    channels: field.channels({ label: 'Channels', required: false, channelTypes: [0] }),
    roles: field.roles({ label: 'Roles', required: false }),
  },
  run: (_, { files, radio, boxes, channels, roles }) => ({
    content: [files.map(({ filename }) => filename), radio, boxes, channels.length, roles.length].join('|'),
  }),
});
const picked = (['user', 'role', 'mentionable', 'channel'] as const).map((of) =>
  select(`pick:${of}`, { of, run: (_, selected) => ({ content: `${of} ${selected.length}` }) }),
);
const everything: Module = {
  name: 'everything',
  commands: [
    slash('open', {
      description: 'Opens a modal',
      options: { which: opt.boolean({ description: 'x', required: true }) },
      run: (ctx, { which }) => ctx.modal(which ? first.open({ topic: 'water' }) : second.open()),
    }),
    slashGroup('nested', {
      description: 'x',
      commands: [
        slash('all', {
          description: 'x',
          options: {
            text: opt.string({
              description: 'x',
              choices: [{ name: 'One', value: 'one', nameLocalizations: { de: 'Eins' } }],
            }),
            whole: opt.integer({ description: 'x', min: 1, max: 9 }),
            any: opt.number({ description: 'x', required: true }),
            user: opt.user({ description: 'x' }),
            channel: opt.channel({ description: 'x', channelTypes: [0, 5] }),
            file: opt.attachment({ description: 'x', fileTypes: ['image'] }),
          },
          run: (_, { text, whole, any, user, channel, file }) => ({
            content: [text, whole, any, user?.user.id, channel?.id, file?.filename].join('|'),
          }),
        }),
      ],
    }),
    slash('offer', {
      description: 'Shows every component',
      run: () =>
        ui.message(
          ui.container(
            { colour: 0x112233 },
            '# Title',
            ui.section(ui.thumbnail('https://example.org/a.png'), 'beside'),
            ui.gallery({ url: 'https://example.org/b.png', description: 'b' }),
            ui.separator(),
            ui.row(ui.link('https://example.org', { label: 'Read' })),
          ),
          ...picked.map((one, index) =>
            ui.row(ui.select(one.id(), { of: (['user', 'role', 'mentionable', 'channel'] as const)[index] ?? 'user' })),
          ),
        ),
    }),
  ],
  components: [first, second, ...picked],
};

let bot: SimulatedBot;
beforeAll(async () => {
  bot = await SimulatedBot.start([everything]);
});
afterAll(() => bot[Symbol.asyncDispose]());

describe('against a simulated Discord', () => {
  it('modals of every kind of field are opened and submitted', async () => {
    const { interactions } = bot.discord;
    const open = async (which: boolean) =>
      (await interactions.slash({ ...bot.by, name: 'open', options: { which } }).settled()).modal;
    expect((await open(true))?.components.map(({ type }) => type)).toEqual([
      ComponentType.TextDisplay,
      ...Array.from({ length: 4 }, () => ComponentType.Label),
    ]);
    const fields = { text: 'hi', choice: ['a', 'b'], users: [bot.by.userId], agree: false };
    const one = await interactions.modalSubmit({ ...bot.by, customId: 'first:water', fields }).settled();
    expect(one.messages[0]?.content).toBe(`water|hi|a,b|${bot.by.userId}|false`);
    await open(false);
    const more = { files: [{ filename: 'a.png', size: 3 }], radio: 'b', boxes: ['a'] };
    const other = await interactions.modalSubmit({ ...bot.by, customId: 'second', fields: more }).settled();
    expect(other.messages[0]?.content).toBe('a.png|b|a|0|0');
  });

  it('options of every kind are given', async () => {
    const { interactions, world } = bot.discord;
    const channel = world.guild(bot.by.guildId).channelNamed('general').id;
    const given = {
      text: 'one',
      whole: 3,
      any: 0.5,
      user: bot.by.userId,
      channel,
      file: { filename: 'a.png', size: 3 },
    };
    const answered = await interactions.slash({ ...bot.by, name: 'nested all', options: given }).settled();
    expect(answered.messages[0]?.content).toBe(`one|3|0.5|${bot.by.userId}|${channel}|a.png`);
  });

  it('components of every kind are shown and selected', async () => {
    const { interactions, world } = bot.discord;
    await interactions.slash({ ...bot.by, name: 'offer' }).settled();
    const guild = world.guild(bot.by.guildId);
    const [role = ''] = guild.roles.keys();
    const channel = guild.channelNamed('general').id;
    for (const [customId, values] of [
      ['pick:user', [bot.by.userId]],
      ['pick:role', [role]],
      ['pick:mentionable', [role]],
      ['pick:channel', [channel]],
    ] as const) {
      const selected = await interactions.select({ ...bot.by, customId, values }).settled();
      expect(selected.messages.at(-1)?.content).toBe(`${customId.slice(5)} 1`);
    }
    expect(bot.failures).toEqual([]);
    expect(bot.discord.recording.violations()).toEqual([]);
  });
});
