import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { idOf, RestFixture } from '../../testing/rest-fixture.ts';

const commands = z.array(z.looseObject({ id: z.string(), version: z.string() }));
const ping = { name: 'ping', description: 'Answers' };

function path(discord: RestFixture, scope: 'global' | 'guild' = 'global'): string {
  const application = `/applications/${discord.bot.applicationId}`;
  return scope === 'global' ? `${application}/commands` : `${application}/guilds/${discord.guild.id}/commands`;
}

describe.each(['global', 'guild'] as const)('%s commands', (scope) => {
  it('are created, listed, edited and deleted', async () => {
    await using discord = await RestFixture.start();
    const created = await discord.call('POST', path(discord, scope), { body: ping });
    expect(created).toMatchObject({
      status: 201,
      body: { name: 'ping', type: 1, application_id: discord.bot.applicationId },
    });
    expect(await discord.call('POST', path(discord, scope), { body: { ...ping, description: 'Anew' } })).toMatchObject({
      status: 200,
      body: { id: idOf(created), description: 'Anew' },
    });
    const one = `${path(discord, scope)}/${idOf(created)}`;
    expect((await discord.call('PATCH', one, { body: { name: 'pong' } })).body).toMatchObject({
      name: 'pong',
      description: 'Anew',
    });
    expect((await discord.call('GET', one)).body).toMatchObject({ name: 'pong' });
    expect((await discord.call('GET', path(discord, scope))).body).toHaveLength(1);
    expect(await discord.call('DELETE', one)).toMatchObject({ status: 204 });
    for (const method of ['GET', 'DELETE']) {
      expect(await discord.call(method, one)).toMatchObject({ status: 404, body: { code: 10063 } });
    }
    expect(discord.recording.violations()).toEqual([]);
  });

  it('are overwritten as a whole; what stays keeps its id, and its version when it is the same', async () => {
    await using discord = await RestFixture.start();
    const put = async (body: unknown): Promise<z.output<typeof commands>> => {
      const answer = await discord.call('PUT', path(discord, scope), { body });
      expect(answer.status).toBe(200);
      return commands.parse(answer.body);
    };
    const [first, second] = await put([ping, { name: 'Greet', type: 2 }]);
    const [same, changed] = await put([ping, { name: 'Greet', type: 2, default_member_permissions: '8' }]);
    expect(same).toEqual(first);
    expect(changed).toMatchObject({ id: second?.id, default_member_permissions: '8' });
    expect(changed?.version).not.toBe(second?.version);
    expect(await put([])).toEqual([]);
    expect((await discord.call('GET', path(discord, scope))).body).toEqual([]);
    expect(discord.recording.violations()).toEqual([]);
  });
});

it('keeps the two scopes apart', async () => {
  await using discord = await RestFixture.start();
  await discord.call('POST', path(discord), { body: ping });
  expect((await discord.call('GET', path(discord, 'guild'))).body).toEqual([]);
});

it('keeps the commands of others from a bot', async () => {
  await using discord = await RestFixture.start({ world: { bots: 2 } });
  const token = discord.world.bots[1]?.token ?? '';
  expect(await discord.call('GET', path(discord), { token })).toMatchObject({ status: 403, body: { code: 20012 } });
});

it('holds at most 100 slash commands and 15 of each menu', async () => {
  await using discord = await RestFixture.start();
  const menus = Array.from({ length: 15 }, (_, index) => ({ name: `Menu ${index}`, type: 3 }));
  expect(await discord.call('PUT', path(discord), { body: menus })).toMatchObject({ status: 200 });
  expect(await discord.call('POST', path(discord), { body: { name: 'One more', type: 3 } })).toMatchObject({
    status: 400,
    body: { code: 30032 },
  });
});

const option = { type: 3, name: 'text', description: 'A text' };

describe('a command is refused', () => {
  it.each<[string, Record<string, unknown>, unknown]>([
    ['without a name', { description: 'x' }, { name: { _errors: [{ code: 'BASE_TYPE_REQUIRED' }] } }],
    [
      'with capitals',
      { name: 'Ping', description: 'x' },
      { name: { _errors: [{ code: 'APPLICATION_COMMAND_INVALID_NAME' }] } },
    ],
    ['without a description', { name: 'ping' }, { description: { _errors: [{ code: 'BASE_TYPE_REQUIRED' }] } }],
    [
      'as a menu with a description',
      { name: 'Menu', type: 2, description: 'x' },
      { description: { _errors: [{ code: 'APPLICATION_COMMAND_INVALID_DESCRIPTION' }] } },
    ],
    ['with an unknown type', { ...ping, type: 9 }, { type: { _errors: [{ code: 'BASE_TYPE_CHOICES' }] } }],
    [
      'with 26 options',
      { ...ping, options: Array.from({ length: 26 }, (_, i) => ({ ...option, name: `o${i}` })) },
      { options: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH' }] } },
    ],
    [
      'with one option twice',
      { ...ping, options: [option, option] },
      { options: { 1: { name: { _errors: [{ code: 'APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS' }] } } } },
    ],
    [
      'with a required option after an optional one',
      { ...ping, options: [option, { ...option, name: 'b', required: true }] },
      { options: { 1: { required: { _errors: [{ code: 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID' }] } } } },
    ],
    [
      'with choices of another type',
      { ...ping, options: [{ ...option, type: 4, choices: [{ name: 'a', value: 'a' }] }] },
      { options: { 0: { choices: { 0: { value: { _errors: [{ code: 'NUMBER_TYPE_COERCE' }] } } } } } },
    ],
    [
      'with choices and autocompletion',
      { ...ping, options: [{ ...option, autocomplete: true, choices: [{ name: 'a', value: 'a' }] }] },
      { options: { 0: { autocomplete: { _errors: [{ code: 'APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES' }] } } } },
    ],
    [
      'with subcommands among options',
      {
        ...ping,
        options: [
          { ...option, type: 1 },
          { ...option, name: 'b' },
        ],
      },
      { options: { 0: { type: { _errors: [{ code: 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID' }] } } } },
    ],
    [
      'with a group in a group',
      { ...ping, options: [{ ...option, type: 2, options: [{ ...option, type: 2 }] }] },
      {
        options: {
          0: { options: { 0: { type: { _errors: [{ code: 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID' }] } } } },
        },
      },
    ],
  ])('%s', async (_, body, errors) => {
    await using discord = await RestFixture.start();
    expect(await discord.call('POST', path(discord), { body })).toMatchObject({
      status: 400,
      body: { code: 50035, errors },
    });
    expect(discord.world.commands.list({ applicationId: discord.bot.applicationId })).toEqual([]);
  });

  it('with all others when one of a list is wrong', async () => {
    await using discord = await RestFixture.start();
    expect(await discord.call('PUT', path(discord), { body: [ping, ping] })).toMatchObject({
      status: 400,
      body: { code: 50035, errors: { 1: { _errors: [{ code: 'APPLICATION_COMMANDS_DUPLICATE_NAME' }] } } },
    });
    expect((await discord.call('GET', path(discord))).body).toEqual([]);
  });
});
