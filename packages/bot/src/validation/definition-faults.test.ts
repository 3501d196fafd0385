import { describe, expect, it } from 'vitest';
import {
  button,
  DefinitionError,
  field,
  modal,
  opt,
  Router,
  select,
  slash,
  slashGroup,
  userMenu,
  type Command,
  type FieldDefinition,
  type Module,
  type OptionDefinitions,
} from '../index.ts';

const run = () => undefined;
// As an author without types writes it.
const klingon: object = { 'tlh-KX': 'n' };
const long = (length: number) => 'x'.repeat(length);

/** What is wrong with commands, a line each. */
const faultsOf = (...commands: Command[]) => faultsIn({ name: 'test', commands });

/** What is wrong with a module, a line each. */
function faultsIn(module: Module): string[] {
  try {
    void new Router([module]);
    return [];
  } catch (cause) {
    if (!(cause instanceof DefinitionError)) throw cause;
    return cause.message.split('\n').slice(1);
  }
}

const withOptions = (options: OptionDefinitions) => faultsOf(slash('x', { description: 'x', options, run }));
const choices = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `${index}`, value: `${index}` }));

describe('a definition that Discord would refuse', () => {
  it('is told with its file and line, the handler and the place within, together with all others', () => {
    const faults = faultsOf(
      slash('Loud', { description: '', run }),
      slash('fine', { description: 'Fine', options: { Name: opt.string({ description: long(101) }) }, run }),
    );
    expect(faults).toEqual([
      expect.stringMatching(
        /^ {2}packages\/bot\/src\/validation\/definition-faults\.test\.ts:\d+ \/Loud name is 'Loud', /,
      ),
      expect.stringMatching(/\/Loud description has 0 characters, Discord takes 1 to 100$/),
      expect.stringMatching(/\/fine options\.Name is 'Name', Discord takes small letters only$/),
      expect.stringMatching(/\/fine options\.Name\.description has 101 characters, Discord takes 1 to 100$/),
    ]);
    const lines = faults.map((fault) => /test\.ts:(\d+)/.exec(fault)?.[1]);
    expect(new Set(lines).size).toBe(2);
  });

  it.each<[string, OptionDefinitions, string]>([
    ['an option name with spaces', { 'a b': opt.user({ description: 'x' }) }, "options.a b is 'a b'"],
    ['choices beyond 25', { a: opt.string({ description: 'x', choices: choices(26) }) }, 'a.choices has 26'],
    [
      'choices of one name',
      {
        a: opt.integer({
          description: 'x',
          choices: [
            { name: 'n', value: 1 },
            { name: 'n', value: 2 },
          ],
        }),
      },
      "options.a.choices[1].name 'n' stands there twice",
    ],
    [
      'choices of one value',
      {
        a: opt.integer({
          description: 'x',
          choices: [
            { name: 'm', value: 1 },
            { name: 'n', value: 1 },
          ],
        }),
      },
      "options.a.choices[1].value '1' stands there twice",
    ],
    [
      'a choice too long',
      { a: opt.string({ description: 'x', choices: [{ name: 'n', value: long(101) }] }) },
      'choices[0].value has 101 characters',
    ],
    [
      'an integer that is none',
      { a: opt.integer({ description: 'x', choices: [{ name: 'n', value: 0.5 }] }) },
      'choices[0].value is 0.5',
    ],
    ['bounds in the wrong order', { a: opt.integer({ description: 'x', min: 3, max: 1 }) }, 'a.min is 3, more than'],
    ['a number beyond doubles', { a: opt.number({ description: 'x', max: 1e300 }) }, 'a.max is 1e+300'],
    ['a length beyond 6,000', { a: opt.string({ description: 'x', maxLength: 6_001 }) }, 'a.maxLength is 6001'],
    [
      'lengths in the wrong order',
      { a: opt.string({ description: 'x', minLength: 9, maxLength: 2 }) },
      'a.minLength is 9',
    ],
    [
      'a locale that is none',
      { a: opt.user({ description: 'x', nameLocalizations: klingon }) },
      "a.nameLocalizations['tlh-KX'] is no locale",
    ],
    [
      'a translated name with capitals',
      { a: opt.user({ description: 'x', nameLocalizations: { de: 'Name' } }) },
      "a.nameLocalizations['de'] is 'Name'",
    ],
    [
      'a file type that is none',
      { a: opt.attachment({ description: 'x', fileTypes: ['image', '.p df'] }) },
      "a.fileTypes[1] is '.p df'",
    ],
    ['a channel type twice', { a: opt.channel({ description: 'x', channelTypes: [0, 0] }) }, 'a.channelTypes[1]'],
  ])('is %s', (_, options, named) => {
    expect(withOptions(options)).toEqual([expect.stringContaining(named)]);
  });

  it('has more options than 25, or more characters than 8,000', () => {
    const option = opt.string({
      description: long(100),
      choices: choices(20).map((one) => ({ ...one, name: long(90) + one.name })),
    });
    const options = Object.fromEntries(Array.from({ length: 26 }, (_, index) => [`o${index}`, option]));
    expect(withOptions(options)).toEqual([
      expect.stringContaining('options has 26, Discord takes 0 to 25'),
      expect.stringMatching(/\/x has \d{5} characters in names, descriptions and values, Discord takes 8000$/),
    ]);
  });

  it.each<[string, Command, string]>([
    [
      'a group of nothing',
      slashGroup('g', { description: 'x', commands: [] }),
      'commands has 0, Discord takes 1 to 25',
    ],
    [
      'a sub-command with what only a whole command has',
      slashGroup('g', { description: 'x', commands: [slash('s', { description: 'x', nsfw: true, run })] }),
      "commands['s'].nsfw has no effect",
    ],
    [
      'a sub-command without a description',
      slashGroup('g', { description: 'x', commands: [slash('s', { description: '', run })] }),
      "/g commands['s'].description has 0",
    ],
    ['a menu with a long name', userMenu(long(33), { run }), 'name has 33 characters'],
    ['a guild by name', slash('s', { description: 'x', guilds: ['Arrakeen'], run }), "guilds[0] is 'Arrakeen'"],
    [
      'installations of a command of guilds',
      slash('s', { description: 'x', guilds: ['1'], integrationTypes: [0], run }),
      'integrationTypes has no effect',
    ],
    ['contexts without one', slash('s', { description: 'x', contexts: [], run }), 'contexts is empty'],
    ['a context twice', slash('s', { description: 'x', contexts: [0, 0], run }), 'contexts[1]'],
    [
      'permissions by name',
      slash('s', { description: 'x', defaultMemberPermissions: 'ManageRoles', run }),
      'defaultMemberPermissions is no bit set',
    ],
  ])('is %s', (_, command, named) => {
    expect(faultsOf(command)).toEqual([expect.stringContaining(named)]);
  });

  it('is one of too many', () => {
    const slashes = Array.from({ length: 101 }, (_, index) => slash(`c${index}`, { description: 'x', run }));
    const menus = Array.from({ length: 16 }, (_, index) => userMenu(`c${index}`, { run }));
    expect(faultsOf(...slashes, ...menus)).toEqual([
      '  all together: slash commands has 101, Discord takes 0 to 100',
      '  all together: commands in the menu of users has 16, Discord takes 0 to 15',
    ]);
  });

  it.each<[string, FieldDefinition, string]>([
    ['a long label', field.text({ label: long(46) }), 'label has 46'],
    ['a value longer than may be typed', field.text({ label: 'x', value: 'abc', maxLength: 2 }), 'value has 3'],
    ['a text of 4,001', field.text({ label: 'x', maxLength: 4_001 }), 'maxLength is 4001'],
    ['nothing to choose from', field.choice({ label: 'x', options: [] }), 'options has 0'],
    ['radio buttons of one', field.radio({ label: 'x', options: [{ label: 'a', value: 'a' }] }), 'options has 1'],
    [
      'options of one value',
      field.checkboxes({
        label: 'x',
        options: [
          { label: 'a', value: 'a' },
          { label: 'b', value: 'a' },
        ],
      }),
      'options[1].value',
    ],
    [
      'more to choose than there is',
      field.choice({ label: 'x', options: [{ label: 'a', value: 'a' }], maxValues: 2 }),
      'maxValues is 2, more than there are options',
    ],
    ['more files than ten', field.files({ label: 'x', maxValues: 11 }), 'maxValues is 11'],
    ['none that are required', field.users({ label: 'x', minValues: 0 }), 'minValues is 0'],
    ['an empty note', field.note(''), 'content has 0'],
  ])('is a modal with %s', (_, definition, named) => {
    const form = modal('form', { title: 'Form', fields: { one: definition }, run });
    expect(() => new Router([{ name: 'test', components: [form] }])).toThrow(`modal form fields.one.${named}`);
  });

  it('is a cooldown that lets everybody pass, or nobody: all of them are told at once', () => {
    // As an author without types writes it.
    const perUsers: object = { per: 'users' };
    const cooldown = (limit: number, windowMs: number) => ({ per: 'user', limit, windowMs }) as const;
    const wrong = (limit: number, windowMs: number) => ({
      description: 'x',
      cooldown: cooldown(limit, windowMs),
      run,
    });
    const commands = [
      slash('zero', wrong(0, 1_000)),
      slash('negative', wrong(-1, -1)),
      slash('nan', wrong(Number.NaN, Number.NaN)),
      slash('half', wrong(1.5, 0.5)),
      slashGroup('group', { ...wrong(0, 1), commands: [slash('often', wrong(10_001, 1_000))] }),
      userMenu('Long', { cooldown: cooldown(1, 366 * 86_400_000 + 1), run }),
      slash('scope', { description: 'x', cooldown: { ...cooldown(1, 1), ...perUsers }, run }),
      slash('fine', wrong(10_000, 366 * 86_400_000)),
      slash('least', { description: 'x', cooldown: { per: 'user', windowMs: 1 }, run }),
    ];
    const components = [
      button('press', { cooldown: cooldown(0, 1_000), run }),
      select('pick', { of: 'user', cooldown: cooldown(1, 0), run }),
      modal('form', { title: 'Form', fields: { one: field.text({ label: 'x' }) }, cooldown: cooldown(0, 1), run }),
    ];
    const faults = faultsIn({ name: 'test', commands, components }).map((one) => one.replace(/^ {2}\S+ /, ''));
    expect(faults).toEqual([
      '/zero cooldown.limit is 0, write how many uses there may be, 1 to 10000, or leave it out for one',
      expect.stringMatching(/^\/negative cooldown\.limit is -1, /),
      '/negative cooldown.windowMs is -1, write whole milliseconds, 1 to 31622400000: 60_000 is a minute',
      expect.stringMatching(/^\/nan cooldown\.limit is NaN, /),
      expect.stringMatching(/^\/nan cooldown\.windowMs is NaN, /),
      expect.stringMatching(/^\/half cooldown\.limit is 1\.5, /),
      expect.stringMatching(/^\/half cooldown\.windowMs is 0\.5, /),
      expect.stringMatching(/^\/group commands\['often'\]\.cooldown\.limit is 10001, /),
      expect.stringMatching(/^\/group cooldown\.limit is 0, /),
      expect.stringMatching(/^menu Long cooldown\.windowMs is 31622400001, /),
      "/scope cooldown.per is 'users', write one of user, member, guild, channel, global",
      expect.stringMatching(/^component press cooldown\.limit is 0, /),
      expect.stringMatching(/^component pick cooldown\.windowMs is 0, /),
      expect.stringMatching(/^modal form cooldown\.limit is 0, /),
    ]);
  });

  it('is a modal without fields, with a long title, or a custom id that cannot be', () => {
    const form = modal('a::b', { title: long(46), fields: {}, run });
    const press = button(long(101), { run });
    const check = () => new Router([{ name: 'test', components: [form, press] }]);
    expect(check).toThrow(/modal a::b customId must consist of words/);
    expect(check).toThrow(/modal a::b title has 46 characters/);
    expect(check).toThrow(/modal a::b fields has 0, Discord takes 1 to 5/);
    expect(check).toThrow(/component x+ custom id makes ids of 101 characters/);
  });
});

describe('a module', () => {
  it.each([
    [['Capital'], "module 'Capital': a name consists of"],
    [['twice', 'twice'], "module 'twice': there are two"],
  ])('is refused by its name: %j', (names, message) => {
    expect(() => new Router(names.map((name) => ({ name })))).toThrow(message);
  });
});

describe('what is registered', () => {
  it('has what is required first, whatever the order of its definition', () => {
    const options = { a: opt.user({ description: 'x' }), b: opt.user({ description: 'x', required: true }) };
    const [command] = new Router([{ name: 'test', commands: [slash('x', { description: 'x', options, run })] }])
      .registrations.global;
    expect(command).toMatchObject({ options: [{ name: 'b' }, { name: 'a' }] });
  });
});
