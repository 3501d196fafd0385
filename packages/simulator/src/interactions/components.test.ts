import { ComponentType } from 'discord-api-types/v10';
import { beforeEach, describe, expect, it } from 'vitest';
import { InteractionFixture } from '../testing/interaction-fixture.ts';

let fixture: InteractionFixture;
let world: InteractionFixture['world'];
let interactions: InteractionFixture['interactions'];
let dispatches: InteractionFixture['dispatches'];
let guildId: InteractionFixture['guildId'];
let userId: InteractionFixture['userId'];

beforeEach(() => {
  fixture = new InteractionFixture();
  ({ world, interactions, dispatches, guildId, userId } = fixture);
});

const register: InteractionFixture['register'] = (...values) => fixture.register(...values);
const respond: InteractionFixture['respond'] = (...values) => fixture.respond(...values);
const post: InteractionFixture['post'] = (...values) => fixture.post(...values);

describe('menus', () => {
  it('of a user carry the user and the member', () => {
    register({ name: 'Greet', type: 2 });
    const targetId = world.guild(guildId).ownerId;
    interactions.userMenu({ guildId, userId, name: 'Greet', targetId });
    expect(dispatches[0]?.data).toMatchObject({
      type: 2,
      data: {
        type: 2,
        name: 'Greet',
        target_id: targetId,
        resolved: { users: { [targetId]: {} }, members: { [targetId]: {} } },
      },
    });
  });

  it('of a message carry the message', () => {
    register({ name: 'Quote', type: 3 });
    const targetId = post([{ type: 2, style: 1, custom_id: 'a' }]);
    dispatches.length = 0;
    interactions.messageMenu({ guildId, userId, name: 'Quote', targetId });
    expect(dispatches[0]?.data).toMatchObject({
      data: { type: 3, target_id: targetId, resolved: { messages: { [targetId]: { id: targetId } } } },
    });
    expect(() => interactions.messageMenu({ guildId, userId, name: 'Quote', targetId: '1' })).toThrow('no message 1');
  });
});

describe('components', () => {
  it('carry the message that they are on; the newest one counts', () => {
    const older = post([{ type: 2, style: 1, custom_id: 'a' }]);
    const newer = post([{ type: 2, style: 1, custom_id: 'a' }]);
    dispatches.length = 0;
    interactions.button({ guildId, userId, customId: 'a' });
    interactions.button({ guildId, userId, customId: 'a', messageId: older });
    expect(dispatches.map((dispatch) => dispatch.data)).toMatchObject([
      { type: 3, message: { id: newer }, data: { custom_id: 'a', component_type: 2, id: 2 } },
      { type: 3, message: { id: older } },
    ]);
  });

  it('cannot be used when they are absent, disabled, of another kind or on a message of another author', () => {
    post([{ type: 2, style: 1, custom_id: 'off', disabled: true }], [{ type: 5, custom_id: 's' }]);
    const channelId = world.guild(guildId).channelNamed('general').id;
    const author = world.user(userId);
    world.conversations.post({
      channelId,
      author,
      components: [{ type: 1, components: [{ type: 2, style: 1, custom_id: 'foreign' }] }],
    });
    const press = (customId: string) => () => interactions.button({ guildId, userId, customId });
    expect(press('none')).toThrow('sees no component none');
    expect(press('off')).toThrow('is disabled');
    expect(press('s')).toThrow('is not a button');
    expect(press('foreign')).toThrow('sees no component foreign');
  });

  it('selects carry values, and what they stand for', () => {
    const guild = world.guild(guildId);
    const role = guild.roleNamed('Member').id;
    const general = guild.channelNamed('general').id;
    const options = ['a', 'b'].map((value) => ({ label: value, value }));
    const types = [
      ComponentType.UserSelect,
      ComponentType.RoleSelect,
      ComponentType.MentionableSelect,
      ComponentType.ChannelSelect,
    ];
    post(
      [{ type: 3, custom_id: 's3', options, max_values: 2 }],
      ...types.map((type) => [{ type, custom_id: `s${type}` }]),
    );
    dispatches.length = 0;
    const pick = (componentType: ComponentType, ...values: string[]): unknown => {
      interactions.select({ guildId, userId, customId: `s${componentType}`, componentType, values });
      return dispatches.at(-1)?.data;
    };
    expect(pick(3, 'a', 'b')).toMatchObject({ data: { component_type: 3, values: ['a', 'b'] } });
    expect(pick(5, userId)).toMatchObject({
      data: { values: [userId], resolved: { users: { [userId]: {} }, members: { [userId]: {} } } },
    });
    expect(pick(6, role)).toMatchObject({ data: { resolved: { roles: { [role]: { name: 'Member' } } } } });
    expect(pick(7, role)).toMatchObject({ data: { resolved: { roles: { [role]: {} } } } });
    expect(pick(8, general)).toMatchObject({ data: { resolved: { channels: { [general]: {} } } } });
    expect(() => pick(3)).toThrow('takes 1 to 2 values, got 0');
    expect(() => pick(3, 'a', 'a')).toThrow('takes each value once');
    expect(() => pick(3, 'c')).toThrow('offers no c');
    expect(() => interactions.select({ guildId, userId, customId: 's3', componentType: 5, values: ['a'] })).toThrow(
      'has type 3',
    );
  });
});

describe('modals', () => {
  const modal = {
    custom_id: 'form',
    title: 'Form',
    components: [
      { type: 1, components: [{ type: 4, custom_id: 'name', style: 1, label: 'Name', min_length: 2 }] },
      {
        type: 18,
        label: 'Pick',
        component: { type: 3, custom_id: 'pick', options: [{ label: 'a', value: 'a' }], required: false },
      },
      { type: 18, label: 'Who', component: { type: 5, custom_id: 'who' } },
      { type: 18, label: 'Ok', component: { type: 23, custom_id: 'ok' } },
      { type: 10, content: 'Thanks' },
    ],
  };

  it('are shown to the member, filled in, and carry what was entered', async () => {
    register({ name: 'apply', description: 'x' });
    const opening = interactions.slash({ guildId, userId, name: 'apply' });
    respond(opening, { type: 9, data: modal });
    expect((await opening.settled()).modal).toMatchObject({ custom_id: 'form', title: 'Form' });
    expect(opening.seenBy(world.guild(guildId).ownerId).modal).toBeNull();
    const fields = { name: 'Chani', who: [userId], ok: true };
    interactions.modalSubmit({ guildId, userId, customId: 'form', fields });
    expect(dispatches.at(-1)?.data).toMatchObject({
      type: 5,
      data: {
        custom_id: 'form',
        components: [
          { type: 1, components: [{ type: 4, custom_id: 'name', value: 'Chani' }] },
          { type: 18, component: { type: 3, custom_id: 'pick', values: [] } },
          { type: 18, component: { type: 5, custom_id: 'who', values: [userId] } },
          { type: 18, component: { type: 23, custom_id: 'ok', value: true } },
          { type: 10 },
        ],
        resolved: { users: { [userId]: {} } },
      },
    });
    expect(() => interactions.modalSubmit({ guildId, userId, customId: 'form', fields })).toThrow('no modal form open');
  });

  it('carry the message when a component has opened them', () => {
    const messageId = post([{ type: 2, style: 1, custom_id: 'open' }]);
    respond(interactions.button({ guildId, userId, customId: 'open' }), { type: 9, data: modal });
    interactions.modalSubmit({ guildId, userId, customId: 'form', fields: { name: 'Chani', who: [userId] } });
    expect(dispatches.at(-1)?.data).toMatchObject({ type: 5, message: { id: messageId } });
  });

  it('refuse what their fields do not take', () => {
    register({ name: 'apply', description: 'x' });
    respond(interactions.slash({ guildId, userId, name: 'apply' }), { type: 9, data: modal });
    const submit = (fields: Record<string, string | string[]>) => () =>
      interactions.modalSubmit({ guildId, userId, customId: 'form', fields });
    expect(submit({ name: 'x', who: [userId] })).toThrow('name takes 2 to 4000 characters, got 1');
    expect(submit({ name: 'Chani' })).toThrow('who takes 1 to 1 values, got 0');
    expect(submit({ name: 'Chani', who: [userId], extra: 'x' })).toThrow('has no field extra');
  });
});
