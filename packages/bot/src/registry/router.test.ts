import { ApplicationCommandOptionType as Type, ApplicationCommandType, ComponentType } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { button, field, messageMenu, modal, on, opt, Router, select, slash, slashGroup, userMenu } from '../index.ts';
import { DefinitionError, type Handler, type Module } from '../index.ts';
import { autocomplete, component, menuCommand, modalSubmit, slashCommand } from '../testing/payloads.ts';

const nothing = () => undefined;
const echo = slash('echo', {
  description: 'Says it again',
  options: { text: opt.string({ description: 'What', required: true }) },
  run: nothing,
});
const colour = slash('colour', {
  description: 'Shows a colour',
  defer: 'ephemeral',
  options: {
    name: opt.string({ description: 'Its name', autocomplete: () => [] }),
    shade: opt.integer({ description: 'How dark' }),
  },
  run: nothing,
});
const give = slash('give', { description: 'Gives a role', defer: 'public', run: nothing });
const list = slash('list', { description: 'Lists roles', run: nothing });
const role = slashGroup('role', {
  description: 'Roles',
  commands: [give, slashGroup('all', { description: 'All roles', commands: [list] })],
});
const card = userMenu('Member card', { run: nothing });
const quote = messageMenu('Quote', { run: nothing });
const vote = button('poll:vote:{choice}', { defer: 'update', run: nothing });
const pick = select('roles:pick', { of: 'string', run: nothing });
const feedback = modal('feedback', {
  title: 'Feedback',
  fields: { message: field.text({ label: 'Message' }) },
  run: nothing,
});
const joined = on('member.join', nothing);
/** A module of these handlers. */
const moduleOf = (...handlers: Handler[]): Module => ({
  name: 'test',
  commands: handlers.filter((one) => one.kind === 'slash' || one.kind === 'slash-group' || one.kind === 'menu'),
  components: handlers.filter((one) => one.kind === 'component' || one.kind === 'modal'),
  events: handlers.filter((one) => one.kind === 'event'),
});
const router = new Router([moduleOf(echo, colour, role, card, quote, vote, pick, feedback, joined)]);
const text = { name: 'text', type: Type.String, value: 'x' };

describe('routing', () => {
  it.each([
    ['a slash command', slashCommand('echo', [text]), 'slash echo', 'none'],
    ['a deferred one', slashCommand('colour'), 'slash colour', 'ephemeral'],
    [
      'a sub-command',
      slashCommand('role', [{ name: 'give', type: Type.Subcommand, options: [] }]),
      'slash role give',
      'public',
    ],
    [
      'a sub-command of a group',
      slashCommand('role', [{ name: 'all', type: Type.SubcommandGroup, options: [{ name: 'list', type: 1 }] }]),
      'slash role all list',
      'none',
    ],
    [
      'a user menu',
      menuCommand(ApplicationCommandType.User, 'Member card', {
        target_id: '1',
        resolved: { users: { 1: { id: '1', username: 'chani' } } },
      }),
      'menu Member card',
      'none',
    ],
    [
      'a message menu',
      menuCommand(ApplicationCommandType.Message, 'Quote', {
        target_id: '9',
        resolved: { messages: { 9: { id: '9', channel_id: '5', content: 'hi' } } },
      }),
      'menu Quote',
      'none',
    ],
    ['a button', component(ComponentType.Button, 'poll:vote:yes'), 'button poll:vote:{choice}', 'update'],
    ['a select', component(ComponentType.StringSelect, 'roles:pick', { values: ['a'] }), 'select roles:pick', 'none'],
    [
      'a modal',
      modalSubmit('feedback', [{ type: 18, component: { type: 4, custom_id: 'message', value: 'More water' } }]),
      'modal feedback',
      'none',
    ],
    [
      'a modal of the older form',
      modalSubmit('feedback', [{ type: 1, components: [{ type: 4, custom_id: 'message', value: 'More water' }] }]),
      'modal feedback',
      'none',
    ],
    [
      'an autocomplete',
      autocomplete('colour', [{ name: 'name', type: Type.String, value: 're', focused: true }]),
      'autocomplete colour name',
      'none',
    ],
  ])('finds %s', (_, interaction, handler, defer) => {
    expect(router.route(interaction)).toMatchObject({
      module: 'test',
      invocation: { handler, deferral: { as: defer, afterMs: 0 } },
    });
  });

  it.each([
    ['an unknown command', slashCommand('gone')],
    ['a menu command named as a slash command', menuCommand(ApplicationCommandType.User, 'echo', { target_id: '1' })],
    ['an unknown custom id', component(ComponentType.Button, 'poll:vote')],
    ["a select with a button's id", component(ComponentType.StringSelect, 'poll:vote:yes', { values: [] })],
    ["a component with a modal's id", component(ComponentType.Button, 'feedback')],
    [
      'an option without autocomplete',
      autocomplete('echo', [{ name: 'text', type: Type.String, value: 'x', focused: true }]),
    ],
    ['an autocomplete of nothing', autocomplete('colour', [])],
  ])('finds no handler for %s', (_, interaction) => {
    const { module, mismatch, invocation } = router.route(interaction);
    expect([module, mismatch, invocation.handler]).toEqual([undefined, { kind: 'unknown' }, 'none']);
  });

  it('refuses input of another version', () => {
    const changed = (what: string) => ({ mismatch: { kind: 'changed', reason: expect.stringContaining(what) } });
    expect(router.route(slashCommand('echo'))).toMatchObject(changed("option 'text' is missing"));
    expect(router.route(modalSubmit('feedback', []))).toMatchObject(changed("field 'message'"));
  });

  it('finds events by their type, and reads their payload', () => {
    expect(router.events('member.leave')).toEqual([]);
    const handler = router.events('member.join')[0]?.handler;
    expect(handler?.prepare({ guild_id: '1', user: { id: '2' } }).handler).toBe('event member.join');
    expect(() => handler?.prepare({ guild_id: 1 })).toThrow(/guild_id: .*; user: /);
  });
});

describe('handlers', () => {
  it.each([
    [
      'commands of one name',
      [echo, slash('echo', { description: 'x', run: nothing })],
      '/echo cannot be told apart from /echo at packages/bot/src/registry/router.test.ts:',
    ],
    [
      'a command and a group',
      [role, slash('role', { description: 'x', run: nothing })],
      '/role cannot be told apart from /role',
    ],
    [
      'sub-commands of one name',
      [slashGroup('g', { description: 'x', commands: [give, give] })],
      '/give cannot be told apart from /give',
    ],
    ['menu commands of one name', [card, userMenu('Member card', { run: nothing })], 'menu Member card'],
    ['overlapping custom ids', [vote, button('poll:{what}:yes', { run: nothing })], 'component poll:{what}:yes'],
    ['modals of one id', [feedback, feedback], 'modal feedback'],
    [
      'events of one type in one module',
      [joined, on('member.join', nothing)],
      'do both in one handler, or in two modules',
    ],
    ['an event that reaches no queue', [on('message.create', nothing)], 'ARRAKIS_EVENTS'],
  ])('are refused: %s', (_, refused, named) => {
    expect(() => new Router([moduleOf(...refused)])).toThrow(DefinitionError);
    expect(() => new Router([moduleOf(...refused)])).toThrow(named);
  });

  it('of one event may be in several modules, and are found in their order', () => {
    const modules = ['one', 'two'].map((name) => ({ name, events: [on('member.join', nothing)] }));
    expect(new Router(modules).events('member.join').map(({ module }) => module)).toEqual(['one', 'two']);
  });

  it('of events that are asked for are reached', () => {
    const reading = new Router([moduleOf(on('message.create', nothing))], { events: ['message.*'] });
    expect(reading.events('message.create')[0]?.handler.type).toBe('message.create');
  });

  it('of different kinds may share a name', () => {
    const shared = [
      slash('quote', { description: 'x', run: nothing }),
      userMenu('quote', { run: nothing }),
      messageMenu('quote', { run: nothing }),
      button('quote', { run: nothing }),
      select('quote', { of: 'user', run: nothing }),
      select('quote', { of: 'string', run: nothing }),
      modal('quote', { title: 'x', fields: { note: field.note('x') }, run: nothing }),
    ];
    expect(() => new Router([moduleOf(...shared)])).not.toThrow();
  });

  it('nested deeper than Discord allows are refused', () => {
    const deep = { description: 'x', commands: [slashGroup('c', { description: 'x', commands: [list] })] };
    const tooDeep = slashGroup('a', { description: 'x', commands: [slashGroup('b', deep)] });
    expect(() => new Router([moduleOf(tooDeep)])).toThrow('nested deeper than Discord allows');
  });
});

describe('registration', () => {
  it('says all that Discord needs, required options first', () => {
    const command = slash('tier', {
      description: 'Shows a tier',
      defaultMemberPermissions: '8',
      contexts: [0],
      integrationTypes: [0],
      nameLocalizations: { de: 'stufe' },
      options: {
        days: opt.integer({ description: 'Days', min: 1, max: 90 }),
        view: opt.string({ description: 'View', required: true, choices: [{ name: 'Short', value: 'short' }] }),
        theme: opt.string({ description: 'Theme', minLength: 2, maxLength: 9, autocomplete: () => [] }),
        where: opt.channel({ description: 'Where', channelTypes: [0] }),
        who: opt.user({ description: 'Who' }),
      },
      run: nothing,
    });
    expect(new Router([moduleOf(command)]).registrations.global).toEqual([
      {
        type: 1,
        name: 'tier',
        description: 'Shows a tier',
        default_member_permissions: '8',
        contexts: [0],
        integration_types: [0],
        name_localizations: { de: 'stufe' },
        options: [
          {
            type: 3,
            name: 'view',
            description: 'View',
            required: true,
            choices: [{ name: 'Short', value: 'short' }],
          },
          { type: 4, name: 'days', description: 'Days', required: false, min_value: 1, max_value: 90 },
          {
            type: 3,
            name: 'theme',
            description: 'Theme',
            required: false,
            min_length: 2,
            max_length: 9,
            autocomplete: true,
          },
          { type: 7, name: 'where', description: 'Where', required: false, channel_types: [0] },
          { type: 6, name: 'who', description: 'Who', required: false },
        ],
      },
    ]);
  });

  it('nests sub-commands and groups, and leaves what is no command out', () => {
    const registrations = router.registrations.global;
    expect(registrations.map(({ name }) => name)).toEqual(['echo', 'colour', 'role', 'Member card', 'Quote']);
    expect(registrations[2]).toMatchObject({
      options: [
        { type: 1, name: 'give', options: [] },
        { type: 2, name: 'all', options: [{ type: 1, name: 'list' }] },
      ],
    });
    expect(registrations.slice(3)).toEqual([
      { type: 2, name: 'Member card' },
      { type: 3, name: 'Quote' },
    ]);
  });
});
