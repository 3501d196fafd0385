import { AllowedMentionsTypes, ButtonStyle, ComponentType, MessageFlags, type APIEmbed } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { messageFaults, ui, type Message } from '../index.ts';

const long = (length: number) => 'x'.repeat(length);
const button = ui.button('b', { label: 'B' });
const toldOf = (message: Message) => messageFaults(message).map(({ path, message: what }) => `${path} ${what}`.trim());

describe('a message of components', () => {
  it('that Discord takes has no fault', () => {
    const message = ui.message(
      '# Water',
      ui.container(
        { colour: 0xe27730, spoiler: false },
        'How much is left',
        ui.separator({ large: true }),
        ui.section(ui.thumbnail('https://example.org/a.png', 'A cup'), 'one', 'two'),
        ui.gallery({ url: 'https://example.org/a.png' }, { url: 'attachment://b.png', description: 'b' }),
        ui.row(
          ui.button('drink', { label: 'Drink', style: 'success', emoji: { name: '💧' } }),
          ui.link('https://example.org', { label: 'Read' }),
        ),
        ui.row(ui.select('who', { of: 'user', defaults: ['1'], placeholder: 'Whose?' })),
        ui.row(ui.select('what', { of: 'string', options: [{ label: 'A', value: 'a' }], minValues: 0, maxValues: 1 })),
        ui.row(ui.select('where', { of: 'channel', channelTypes: [0] })),
        ui.row(ui.select('role', { of: 'role' })),
        ui.row(ui.select('any', { of: 'mentionable', disabled: true })),
      ),
    );
    expect(toldOf(message)).toEqual([]);
    expect(message).toMatchObject({
      flags: MessageFlags.IsComponentsV2,
      components: [
        { type: ComponentType.TextDisplay, content: '# Water' },
        {
          type: ComponentType.Container,
          accent_color: 0xe27730,
          components: [
            { content: 'How much is left' },
            { divider: true, spacing: 2 },
            { accessory: { media: { url: 'https://example.org/a.png' } }, components: [{}, {}] },
            { items: [{}, { description: 'b' }] },
            { components: [{ style: ButtonStyle.Success, custom_id: 'drink' }, { style: ButtonStyle.Link }] },
            { components: [{ type: 5, default_values: [{ id: '1', type: 'user' }] }] },
            { components: [{ type: 3, min_values: 0 }] },
            { components: [{ type: 8, channel_types: [0] }] },
            { components: [{ type: 6 }] },
            { components: [{ type: 7, disabled: true }] },
          ],
        },
      ],
    });
  });

  it.each<[string, Message, string]>([
    ['content', { ...ui.message('x'), content: 'y' }, 'content cannot be beside Components V2: use ui.text'],
    ['embeds', { ...ui.message('x'), embeds: [{}] }, 'embeds cannot be beside Components V2: use ui.container'],
    [
      'more than 40 components, nested ones included',
      ui.message(ui.container({}, ...Array.from({ length: 39 }, () => 'x')), 'y'),
      'components has 41 with those within others, Discord takes 40',
    ],
    ['too much text', ui.message(long(2_001), ui.container({}, long(2_000))), 'components has 4001 characters of text'],
    ['an empty text', ui.message(''), 'components[0].content has 0 characters'],
    ['a section of four', ui.message(ui.section(button, 'a', 'b', 'c', 'd')), 'components[0].components has 4'],
    ['a gallery of none', ui.message(ui.gallery()), 'components[0].items has 0'],
    [
      'a row of a select and more',
      ui.message(ui.row(ui.select('s', { of: 'user' }), button)),
      'has more than a select',
    ],
    [
      'six buttons',
      ui.message(ui.row(...Array.from({ length: 6 }, (_, i) => ui.button(`${i}`, { label: 'x' })))),
      'has 6',
    ],
    ['a button without a face', ui.message(ui.row(ui.button('b', {}))), 'has neither a label nor an emoji'],
    [
      'a long label',
      ui.message(ui.row(ui.button('b', { label: long(81) }))),
      'components[0].components[0].label has 81',
    ],
    ['a long custom id', ui.message(ui.row(ui.button(long(101), { label: 'x' }))), 'custom_id has 101'],
    ['one custom id twice', ui.message(ui.row(button), ui.row(button)), "components has the custom id 'b' twice"],
    [
      'one id twice',
      ui.message({ ...ui.text('a'), id: 1 }, { ...ui.text('b'), id: 1 }),
      'components has the id 1 twice',
    ],
    ['a select of nothing', ui.message(ui.row(ui.select('s', { of: 'string', options: [] }))), 'options has 0'],
    [
      'one value twice',
      ui.message(
        ui.row(
          ui.select('s', {
            of: 'string',
            options: [
              { label: 'a', value: 'a' },
              { label: 'b', value: 'a' },
            ],
          }),
        ),
      ),
      "options[1].value 'a' stands there twice",
    ],
    [
      'more selected than there is',
      ui.message(ui.row(ui.select('s', { of: 'string', options: [{ label: 'a', value: 'a' }], maxValues: 2 }))),
      'max_values is 2, more than there are options',
    ],
    ['a picture from nowhere', ui.message(ui.gallery({ url: 'a.png' })), 'items[0].media.url is neither'],
    ['a colour that is none', ui.message(ui.container({ colour: 0x1000000 }, 'x')), 'accent_color is 16777216'],
    [
      'a file that is not attached',
      { flags: MessageFlags.IsComponentsV2, components: [{ type: 13, file: { url: 'https://example.org' } }] },
      'file.url is no attachment',
    ],
  ])('is refused with %s', (_, message, what) => {
    expect(toldOf(message)).toContainEqual(expect.stringContaining(what));
  });
});

describe('a message', () => {
  const embed = (fields: APIEmbed): Message => ({ embeds: [fields] });

  it.each<[string, Message, string]>([
    ['nothing in it', {}, 'is empty'],
    ['long content', { content: long(2_001) }, 'content has 2001 characters, Discord takes 0 to 2000'],
    ['components without the flag', { components: [ui.text('x')] }, 'is a TextDisplay, which takes Components V2'],
    [
      'six rows',
      { components: Array.from({ length: 6 }, (_, i) => ui.row(ui.button(`${i}`, { label: 'x' }))) },
      'has 6',
    ],
    ['a long title', embed({ title: long(257) }), 'embeds[0].title has 257'],
    ['a long description', embed({ description: long(4_097) }), 'embeds[0].description has 4097'],
    ['an empty field', embed({ fields: [{ name: '', value: 'x' }] }), 'embeds[0].fields[0].name has 0'],
    ['26 fields', embed({ fields: Array.from({ length: 26 }, () => ({ name: 'n', value: 'v' })) }), 'fields has 26'],
    ['eleven embeds', { embeds: Array.from({ length: 11 }, () => ({ title: 'x' })) }, 'embeds has 11'],
    [
      'embeds of more than 6,000 characters',
      { embeds: [{ description: long(4_000) }, { description: long(2_001) }] },
      'embeds has 6001 characters of text',
    ],
    [
      'mentions that contradict each other',
      { content: 'x', allowed_mentions: { parse: [AllowedMentionsTypes.User], users: ['1'] } },
      'allowed_mentions.users cannot name some',
    ],
  ])('is refused with %s', (_, message, what) => {
    expect(toldOf(message)).toContainEqual(expect.stringContaining(what));
  });

  it('counts characters as Discord does, not what they are encoded in', () => {
    expect(toldOf({ content: '💧'.repeat(2_000) })).toEqual([]);
  });
});
