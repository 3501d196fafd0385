import { startSimulator, type Simulator } from '@arrakis/simulator';
import { DiscordRest } from '@arrakis/discord-rest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyRegistrations,
  messageMenu,
  opt,
  planRegistrations,
  Router,
  slash,
  slashGroup,
  userMenu,
  type Command,
} from '../index.ts';
import { planCommands } from './command-plan.ts';

const run = () => undefined;
const registrationsOf = (...commands: Command[]) => new Router([{ name: 'test', commands }]).registrations;

const choices = [
  { name: 'Short', value: 'short', nameLocalizations: { de: 'Kurz' } },
  { name: 'Full', value: 'full' },
];
const tier = (description: string) =>
  slash('tier', {
    description,
    nameLocalizations: { de: 'stufe' },
    options: {
      days: opt.integer({ description: 'Days', min: 1, max: 90 }),
      view: opt.string({ description: 'View', required: true, choices }),
      where: opt.channel({ description: 'Where', channelTypes: [5, 0] }),
    },
    run,
  });
const everything = [
  tier('Shows a tier'),
  slashGroup('role', {
    description: 'Roles',
    defaultMemberPermissions: '268435456',
    commands: [slash('give', { description: 'Gives one', options: { who: opt.user({ description: 'Who' }) }, run })],
  }),
  userMenu('Card', { run }),
  messageMenu('Quote', { nsfw: false, run }),
];

let discord: Simulator;
let rest: DiscordRest;
let guildId = '';
beforeAll(async () => {
  discord = await startSimulator({ guilds: 1 });
  const [bot] = discord.bots;
  if (bot === undefined) throw new Error('the simulator has a bot');
  rest = new DiscordRest({ apiUrl: discord.apiUrl, applicationId: bot.applicationId, token: bot.token });
  [guildId = ''] = discord.world.guilds;
});
afterAll(async () => {
  await rest.close();
  await discord.stop();
});
const overwrites = () => discord.recording.requests({ method: 'PUT' }).length;

describe('commands', () => {
  it('that are applied are in sync, whatever Discord adds to them, and are not sent again', async () => {
    const local = slash('local', { description: 'Here only', guilds: [guildId], run });
    const registrations = registrationsOf(...everything, local);
    const plans = await applyRegistrations(rest, registrations);
    expect(plans.map(({ guildId: scope, inSync, commands }) => [scope, inSync, commands.length])).toEqual([
      [undefined, false, 4],
      [guildId, false, 1],
    ]);
    expect(overwrites()).toBe(2);
    expect((await applyRegistrations(rest, registrations)).every(({ inSync }) => inSync)).toBe(true);
    expect(overwrites()).toBe(2);
  });

  it('keep their ids when others change', async () => {
    const before = await rest.commands();
    await applyRegistrations(rest, registrationsOf(tier('Another text'), ...everything.slice(1)));
    const after = await rest.commands();
    expect(after.map(({ name, id }) => [name, id])).toEqual(before.map(({ name, id }) => [name, id]));
    await applyRegistrations(rest, registrationsOf(...everything));
  });

  it('that differ are told to the value', async () => {
    const changed = slash('tier', {
      description: 'Shows your tier',
      options: {
        view: opt.string({ description: 'View', required: true, choices: choices.toReversed() }),
        days: opt.integer({ description: 'Days', min: 2, max: 90 }),
        where: opt.channel({ description: 'Where', channelTypes: [0, 5] }),
      },
      run,
    });
    const added = slash('added', { description: 'New', run });
    const [plan] = await planRegistrations(rest, registrationsOf(changed, added, ...everything.slice(1, 3)));
    expect(plan?.inSync).toBe(false);
    expect(plan?.commands.map(({ command, state }) => `${command} ${state}`)).toEqual([
      '/tier different',
      '/added missing',
      '/role same',
      'menu Card same',
      'menu Quote surplus',
    ]);
    expect(plan?.commands[0]?.differences).toEqual([
      { path: 'description', registered: 'Shows a tier', defined: 'Shows your tier' },
      { path: 'options.view.choices.(order)', registered: ['Short', 'Full'], defined: ['Full', 'Short'] },
      { path: 'options.days.min_value', registered: 1, defined: 2 },
      { path: 'name_localizations', registered: { de: 'stufe' }, defined: undefined },
    ]);
  });

  it('of one guild are looked at alone, and go when no definition has them any more', async () => {
    const registrations = registrationsOf(...everything);
    const [plan, ...others] = await applyRegistrations(rest, registrations, { guildId });
    expect([plan?.commands.map(({ state }) => state), others]).toEqual([['surplus'], []]);
    expect(await rest.commands({ guildId })).toEqual([]);
  });

  it('that name guilds have no contexts', () => {
    const local = slash('local', { description: 'x', guilds: ['1'], contexts: [0], run });
    expect(() => registrationsOf(local)).toThrow('contexts has no effect on the command of a guild');
  });
});

describe('a plan', () => {
  const planned = (defined: readonly object[], registered: readonly object[]) =>
    planCommands({ guildId: undefined, defined, registered }).commands.map(({ state }) => state);

  it('tells the menu of users from that of messages where commands share a name', () => {
    const { global } = registrationsOf(userMenu('Report', { run }), messageMenu('Report', { run }));
    expect(planned(global, global.slice(1))).toEqual(['missing', 'same']);
  });

  it('holds Discord to what a definition says, and to nothing where it says nothing', () => {
    const silent = registrationsOf(slash('x', { description: 'x', run })).global;
    const saying = registrationsOf(
      slash('x', { description: 'x', contexts: [1, 0], integrationTypes: [0], run }),
    ).global;
    const registered = (contexts: number[], types: number[]) =>
      silent.map((command) => ({ ...command, contexts, integration_types: types }));
    expect(planned(silent, registered([0, 1, 2], [0, 1]))).toEqual(['same']);
    expect(planned(saying, registered([0, 1], [0]))).toEqual(['same']);
    expect(planned(saying, registered([0, 1, 2], [0]))).toEqual(['different']);
    expect(planned(saying, registered([0, 1], [0, 1]))).toEqual(['different']);
  });
});
