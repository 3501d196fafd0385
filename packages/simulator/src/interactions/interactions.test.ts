import { ApplicationCommandOptionType as OptionType } from 'discord-api-types/v10';
import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../forms/api-error.ts';
import { InteractionFixture } from '../testing/interaction-fixture.ts';
import { Interactions } from './interactions.ts';
import { InteractionRefusedError } from './refusal.ts';

let fixture: InteractionFixture;
let world: InteractionFixture['world'];
let interactions: InteractionFixture['interactions'];
let dispatches: InteractionFixture['dispatches'];
let guildId: InteractionFixture['guildId'];
let userId: InteractionFixture['userId'];
let applicationId: InteractionFixture['applicationId'];

beforeEach(() => {
  fixture = new InteractionFixture();
  ({ world, interactions, dispatches, guildId, userId, applicationId } = fixture);
});

const register: InteractionFixture['register'] = (...values) => fixture.register(...values);
const respond: InteractionFixture['respond'] = (...values) => fixture.respond(...values);

describe('a slash command', () => {
  it('reaches the bot in the shape of Discord', () => {
    const commandId = register({ name: 'ping', description: 'x' });
    const handle = interactions.slash({ guildId, userId, name: 'ping' });
    const guild = world.guild(guildId);
    expect(dispatches).toEqual([{ applicationId, guildId, type: 'INTERACTION_CREATE', data: expect.anything() }]);
    expect(dispatches[0]?.data).toEqual({
      id: handle.id,
      application_id: applicationId,
      type: 2,
      data: { id: commandId, name: 'ping', type: 1 },
      guild: { id: guildId, locale: 'en-US', features: [] },
      guild_id: guildId,
      channel: expect.objectContaining({
        id: guild.channelNamed('general').id,
        name: 'general',
        permissions: expect.any(String),
      }),
      channel_id: guild.channelNamed('general').id,
      member: { ...guild.member(userId), permissions: String(guild.permissionsOf(userId)) },
      token: handle.token,
      version: 1,
      locale: 'en-US',
      guild_locale: 'en-US',
      app_permissions: String(guild.permissionsOf(applicationId)),
      entitlements: [],
      authorizing_integration_owners: { '0': guildId },
      context: 0,
      attachment_size_limit: 10_485_760,
    });
    expect(Buffer.from(handle.token, 'base64url').toString()).toContain(`interaction:${handle.id}:`);
  });

  it('carries options of each type, and what they stand for', () => {
    const guild = world.guild(guildId);
    const names = [
      'String',
      'Integer',
      'Boolean',
      'User',
      'Channel',
      'Role',
      'Mentionable',
      'Number',
      'Attachment',
    ] as const;
    const options = names.map((name) => ({ type: OptionType[name], name: name.toLowerCase(), description: 'x' }));
    register({ name: 'all', description: 'x', options });
    const general = guild.channelNamed('general').id;
    const role = guild.roleNamed('Member').id;
    interactions.slash({
      guildId,
      userId,
      name: 'all',
      options: {
        string: 'text', integer: 7, boolean: false, user: guild.ownerId, channel: general, role, mentionable: userId, number: 0.5,
        attachment: { filename: 'a b.png', size: 9, contentType: 'image/png' },
      }, // prettier-ignore
    });
    const attachmentId = expect.stringMatching(/^\d+$/);
    expect(dispatches[0]?.data).toMatchObject({
      data: {
        options: [
          { name: 'string', type: 3, value: 'text' },
          { name: 'integer', type: 4, value: 7 },
          { name: 'boolean', type: 5, value: false },
          { name: 'user', type: 6, value: guild.ownerId },
          { name: 'channel', type: 7, value: general },
          { name: 'role', type: 8, value: role },
          { name: 'mentionable', type: 9, value: userId },
          { name: 'number', type: 10, value: 0.5 },
          { name: 'attachment', type: 11, value: attachmentId },
        ],
        resolved: {
          users: { [guild.ownerId]: { id: guild.ownerId }, [userId]: { id: userId } },
          members: { [userId]: { roles: [], permissions: expect.any(String) } },
          channels: { [general]: { name: 'general', type: 0, permissions: expect.any(String) } },
          roles: { [role]: { name: 'Member' } },
          attachments: expect.any(Object),
        },
      },
    });
    const { data } = dispatches[0] ?? {};
    expect(JSON.stringify(data)).toContain('a%20b.png');
    expect(data).not.toHaveProperty(['data', 'resolved', 'members', userId, 'user']);
  });

  it('descends into groups and subcommands', () => {
    const leaf = {
      type: 1,
      name: 'add',
      description: 'x',
      options: [{ type: 3, name: 'who', description: 'x', required: true }],
    };
    register({
      name: 'config',
      description: 'x',
      options: [{ type: 2, name: 'roles', description: 'x', options: [leaf] }],
    });
    interactions.slash({ guildId, userId, name: 'config roles add', options: { who: 'me' } });
    expect(dispatches[0]?.data).toMatchObject({
      data: {
        name: 'config',
        options: [
          { type: 2, name: 'roles', options: [{ type: 1, name: 'add', options: [{ name: 'who', value: 'me' }] }] },
        ],
      },
    });
    expect(() => interactions.slash({ guildId, userId, name: 'config' })).toThrow(
      'a subcommand has to be chosen: roles',
    );
    expect(() => interactions.slash({ guildId, userId, name: 'config roles remove' })).toThrow(
      'there is no subcommand remove',
    );
  });

  it('comes from a private channel without guild and member', () => {
    register({ name: 'ping', description: 'x' });
    interactions.slash({ guildId: null, userId, name: 'ping' });
    expect(dispatches[0]).toMatchObject({
      guildId: null,
      data: { user: { id: userId }, context: 1, authorizing_integration_owners: { '0': '0' } },
    });
    expect(dispatches[0]?.data).not.toHaveProperty('member');
    expect(dispatches[0]?.data).not.toHaveProperty('guild_id');
  });

  it('is the one of the guild rather than the global one', () => {
    register({ name: 'ping', description: 'x' });
    const own = register({ name: 'ping', description: 'x' }, { guildId });
    interactions.slash({ guildId, userId, name: 'ping' });
    expect(dispatches[0]?.data).toMatchObject({ data: { id: own, guild_id: guildId } });
  });
});

describe("what Discord's client could not send is refused:", () => {
  const options = [
    { type: 3, name: 'color', description: 'x', choices: [{ name: 'Red', value: 'red' }] },
    { type: 4, name: 'count', description: 'x', min_value: 1, max_value: 9 },
    { type: 3, name: 'word', description: 'x', min_length: 2, max_length: 3, autocomplete: true },
    { type: 7, name: 'voice', description: 'x', channel_types: [2] },
    { type: 6, name: 'whom', description: 'x' },
    { type: 5, name: 'sure', description: 'x' },
  ];

  it.each<[string, Record<string, string | number | boolean>, string]>([
    ['an unknown option', { other: 1 }, 'no option other'],
    ['a value that is no choice', { color: 'blue' }, 'one of red'],
    ['a text for an integer', { count: '1' }, 'an integer'],
    ['a fraction for an integer', { count: 1.5 }, 'an integer'],
    ['a number that is too big', { count: 10 }, 'a number from 1 to 9'],
    ['a text that is too long', { word: 'long' }, 'a text of 2 to 3 characters'],
    ['a channel of another type', { voice: 'general' }, 'there is no channel'],
    ['a user who does not exist', { whom: '1' }, 'there is no user 1'],
    ['a text for a tick', { sure: 'yes' }, 'true or false'],
  ])('%s', (_, values, reason) => {
    register({ name: 'paint', description: 'x', options });
    expect(() => interactions.slash({ guildId, userId, name: 'paint', options: values })).toThrow(reason);
    expect(dispatches).toEqual([]);
  });

  it('a command that is not registered, not offered here or not allowed', () => {
    register({ name: 'guild-only', description: 'x', contexts: [0] });
    register({ name: 'admins', description: 'x', default_member_permissions: '8' });
    register({
      name: 'needy',
      description: 'x',
      options: [{ type: 3, name: 'text', description: 'x', required: true }],
    });
    const slash =
      (name: string, guild: string | null = guildId) =>
      () =>
        interactions.slash({ guildId: guild, userId, name });
    expect(slash('nothing')).toThrow(InteractionRefusedError);
    expect(slash('guild-only', null)).toThrow('not offered here');
    expect(slash('admins')).toThrow('lacks the permissions');
    expect(slash('needy')).toThrow('the option text is required');
    expect(interactions.slash({ guildId, userId: world.guild(guildId).ownerId, name: 'admins' }).state()).toBe(
      'pending',
    );
  });

  it('anything by somebody who is not there', () => {
    register({ name: 'ping', description: 'x' });
    const stranger = world.createUser().id;
    expect(() => interactions.slash({ guildId, userId: stranger, name: 'ping' })).toThrow('is not in guild');
    const channelId = world.guild(guildId).channelNamed('staff').id;
    expect(() => interactions.slash({ guildId, userId, channelId, name: 'ping' })).toThrow('cannot see channel');
  });
});

describe('autocompletion', () => {
  it('sends what has been typed so far, and shows the choices to the member alone', async () => {
    const options = [
      { type: 4, name: 'id', description: 'x', autocomplete: true, required: true },
      { type: 3, name: 'other', description: 'x', required: true },
    ];
    register({ name: 'find', description: 'x', options });
    const handle = interactions.autocomplete({ guildId, userId, name: 'find', options: { id: '12' }, focused: 'id' });
    expect(dispatches[0]?.data).toMatchObject({
      type: 4,
      data: { options: [{ name: 'id', type: 4, value: '12', focused: true }] },
    });
    respond(handle, { type: 8, data: { choices: [{ name: 'Twelve', value: 12 }] } });
    expect((await handle.settled()).choices).toEqual([{ name: 'Twelve', value: 12 }]);
    expect(handle.seenBy(world.guild(guildId).ownerId).choices).toBeNull();
    const wrong = { guildId, userId, name: 'find', options: { other: 'x' }, focused: 'other' };
    expect(() => interactions.autocomplete(wrong)).toThrow('has no autocompletion');
  });
});

describe('an interaction nobody answers', () => {
  it('fails at its deadline, for the member to see', async () => {
    register({ name: 'ping', description: 'x' });
    const handle = interactions.slash({ guildId, userId, name: 'ping' });
    expect(handle.seenBy(userId).notice).toBe('Sending…');
    await expect(handle.answered()).rejects.toThrow('The application did not respond');
    await expect(handle.settled()).rejects.toThrow('The application did not respond');
    expect(handle.state()).toBe('failed');
    expect(handle.seenBy(userId).notice).toBe('The application did not respond');
    expect(handle.seenBy(world.guild(guildId).ownerId).notice).toBeNull();
    expect(() => respond(handle, { type: 4, data: { content: 'late' } })).toThrow(
      expect.objectContaining({ code: 10062 }),
    );
  });

  it('is waited for no longer than asked', async () => {
    register({ name: 'ping', description: 'x' });
    const handle = interactions.slash({ guildId, userId, name: 'ping' });
    await expect(handle.answered({ timeoutMs: 1 })).rejects.toThrow(expect.objectContaining({ name: 'TimeoutError' }));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(handle.settled({ signal })).rejects.toThrow('enough');
  });

  it('is forgotten when there are too many', () => {
    const few = new Interactions(world, { capacity: 2 });
    register({ name: 'ping', description: 'x' });
    const handles = [1, 2, 3].map(() => few.slash({ guildId, userId, name: 'ping' }));
    expect(handles.map((handle) => few.find(handle.id)?.id)).toEqual([undefined, handles[1]?.id, handles[2]?.id]);
    expect(() => few.responses.forCallback(handles[0]?.id ?? '', handles[0]?.token ?? '')).toThrow(ApiError);
    few.stop();
  });
});
