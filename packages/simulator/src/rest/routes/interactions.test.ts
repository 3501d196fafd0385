import { MessageFlags } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { InteractionHandle } from '../../interactions/handle.ts';
import { idOf, RestFixture } from '../../testing/rest-fixture.ts';
import type { CallResult } from '../../testing/rest-fixture.ts';

const text = { type: 4, data: { content: 'pong' } };

async function started(options: Parameters<typeof RestFixture.start>[0] = {}): Promise<RestFixture> {
  const discord = await RestFixture.start(options);
  const commands = [
    { name: 'ping', description: 'Answers' },
    { name: 'find', description: 'Finds', options: [{ type: 3, name: 'what', description: 'x', autocomplete: true }] },
    { name: 'Greet', type: 2 },
  ];
  await discord.call('PUT', `/applications/${discord.bot.applicationId}/commands`, { body: commands });
  return discord;
}

function ping(discord: RestFixture): InteractionHandle {
  return discord.interactions.slash({ guildId: discord.guild.id, userId: discord.memberId, name: 'ping' });
}

async function callback(discord: RestFixture, handle: InteractionHandle, body: unknown): Promise<CallResult> {
  return discord.call('POST', `/interactions/${handle.id}/${handle.token}/callback`, { body, token: null });
}

/** A button on a message of the bot, pressed. */
function press(discord: RestFixture, flags = 0): InteractionHandle {
  const components = [{ type: 1, components: [{ type: 2, style: 1, label: 'x', custom_id: 'b' }] }];
  const { general: channelId, bot, world, guild, memberId: userId } = discord;
  world.conversations.post({ channelId, author: bot.user, content: 'before', components, flags });
  return discord.interactions.button({ guildId: guild.id, userId, customId: 'b' });
}

function failure(status: number, code: number): unknown {
  return expect.objectContaining({ status, body: expect.objectContaining({ code }) });
}

describe('a callback', () => {
  it('with a message answers in view of all', async () => {
    await using discord = await started();
    const handle = ping(discord);
    expect(await callback(discord, handle, text)).toMatchObject({ status: 204 });
    expect(await handle.answered()).toMatchObject({ callbackType: 4, data: { content: 'pong' } });
    expect((await handle.answered()).atMs).toBeGreaterThan(0);
    for (const userId of [discord.memberId, discord.guild.ownerId]) {
      expect(handle.seenBy(userId)).toMatchObject({ messages: [{ content: 'pong', type: 20 }], notice: null });
    }
    expect(discord.dispatches.at(-1)).toMatchObject({
      type: 'MESSAGE_CREATE',
      data: {
        webhook_id: discord.bot.applicationId,
        interaction_metadata: { id: handle.id, user: { id: discord.memberId } },
      },
    });
    expect(discord.recording.violations()).toEqual([]);
  });

  it('with an ephemeral message answers for the member alone, and the gateway is silent', async () => {
    await using discord = await started();
    const handle = ping(discord);
    const before = discord.dispatches.length;
    await callback(discord, handle, { type: 4, data: { content: 'psst', flags: MessageFlags.Ephemeral } });
    expect(handle.seenBy(discord.memberId).messages).toMatchObject([{ content: 'psst', flags: 64 }]);
    expect(handle.seenBy(discord.guild.ownerId).messages).toEqual([]);
    expect(discord.dispatches).toHaveLength(before);
    const [message] = handle.seenBy(discord.memberId).messages;
    const path = `/channels/${discord.general}/messages/${message?.id}`;
    expect(await discord.call('GET', path)).toEqual(failure(404, 10008));
  });

  it('with response tells what it has made', async () => {
    await using discord = await started();
    const answer = async (handle: InteractionHandle, body: unknown): Promise<unknown> => {
      const path = `/interactions/${handle.id}/${handle.token}/callback?with_response=true`;
      const result = await discord.call('POST', path, { body });
      expect(result.status).toBe(200);
      return result.body;
    };
    const first = ping(discord);
    expect(await answer(first, text)).toMatchObject({
      interaction: { id: first.id, type: 2, response_message_loading: false, response_message_ephemeral: false },
      resource: { type: 4, message: { content: 'pong' } },
    });
    const second = ping(discord);
    expect(await answer(second, { type: 5, data: { flags: 64 } })).toEqual({
      interaction: {
        id: second.id,
        type: 2,
        response_message_id: expect.any(String),
        response_message_loading: true,
        response_message_ephemeral: true,
      },
    });
    expect(await answer(press(discord), { type: 7, data: { content: 'after' } })).toMatchObject({
      resource: { type: 7, message: { content: 'after' } },
    });
  });

  it('updates the message of a component', async () => {
    await using discord = await started();
    const handle = press(discord);
    await callback(discord, handle, { type: 7, data: { content: 'after', components: [] } });
    expect(handle.seenBy(discord.guild.ownerId).messages).toMatchObject([{ content: 'after', components: [] }]);
    expect(discord.dispatches.at(-1)).toMatchObject({ type: 'MESSAGE_UPDATE', data: { content: 'after' } });
  });

  it('with files attaches them', async () => {
    await using discord = await started();
    const handle = ping(discord);
    const rawBody = new FormData();
    rawBody.append(
      'payload_json',
      JSON.stringify({ type: 4, data: { attachments: [{ id: 0, filename: 'renamed.txt' }] } }),
    );
    rawBody.append('files[0]', new File(['x'], 'a.txt'));
    await discord.call('POST', `/interactions/${handle.id}/${handle.token}/callback`, { rawBody });
    expect(handle.seenBy(discord.memberId).messages).toMatchObject([{ attachments: [{ filename: 'renamed.txt' }] }]);
  });

  it('is accepted once', async () => {
    await using discord = await started();
    const handle = ping(discord);
    await callback(discord, handle, text);
    expect(await callback(discord, handle, text)).toEqual(failure(400, 40060));
  });

  it('is too late after the deadline, and unknown with a wrong token', async () => {
    await using discord = await started({ interactions: { deadlineMs: 30 } });
    const late = ping(discord);
    await expect(late.answered()).rejects.toThrow('did not respond');
    expect(await callback(discord, late, text)).toEqual(failure(404, 10062));
    const handle = ping(discord);
    const path = `/interactions/${handle.id}/wrong/callback`;
    expect(await discord.call('POST', path, { body: text })).toEqual(failure(404, 10062));
    expect(await discord.call('POST', `/interactions/1/${handle.token}/callback`, { body: text })).toEqual(
      failure(404, 10062),
    );
  });

  it('after a mistake may be tried again', async () => {
    await using discord = await started();
    const handle = ping(discord);
    expect(await callback(discord, handle, { type: 4, data: {} })).toEqual(failure(400, 50006));
    expect(await callback(discord, handle, text)).toMatchObject({ status: 204 });
  });
});

describe('what an interaction may be answered with', () => {
  const modal = {
    type: 9,
    data: {
      custom_id: 'm',
      title: 'M',
      components: [{ type: 1, components: [{ type: 4, custom_id: 't', style: 1, label: 'T' }] }],
    },
  };
  const bodies: Readonly<Record<number, unknown>> = {
    1: { type: 1 },
    4: text,
    5: { type: 5 },
    6: { type: 6 },
    7: { type: 7, data: { content: 'x' } },
    8: { type: 8, data: { choices: [] } },
    9: modal,
  };
  const kinds: Readonly<
    Record<string, { make: (discord: RestFixture) => Promise<InteractionHandle>; allowed: number[] }>
  > = {
    'slash command': { make: async (discord) => ping(discord), allowed: [4, 5, 9] },
    'user menu': {
      make: async ({ interactions, guild, memberId: userId }) =>
        interactions.userMenu({ guildId: guild.id, userId, name: 'Greet', targetId: guild.ownerId }),
      allowed: [4, 5, 9],
    },
    autocompletion: {
      make: async ({ interactions, guild, memberId: userId }) =>
        interactions.autocomplete({ guildId: guild.id, userId, name: 'find', options: { what: '' }, focused: 'what' }),
      allowed: [8],
    },
    component: { make: async (discord) => press(discord), allowed: [4, 5, 6, 7, 9] },
    'modal of a command': {
      make: async (discord) => {
        await callback(discord, ping(discord), modal);
        return discord.interactions.modalSubmit({
          guildId: discord.guild.id,
          userId: discord.memberId,
          customId: 'm',
          fields: { t: 'x' },
        });
      },
      allowed: [4, 5],
    },
    'modal of a component': {
      make: async (discord) => {
        await callback(discord, press(discord), modal);
        return discord.interactions.modalSubmit({
          guildId: discord.guild.id,
          userId: discord.memberId,
          customId: 'm',
          fields: { t: 'x' },
        });
      },
      allowed: [4, 5, 6, 7],
    },
  };

  it.each(Object.entries(kinds))('%s', async (_, { make, allowed }) => {
    await using discord = await started();
    for (const [type, body] of Object.entries(bodies)) {
      const result = await callback(discord, await make(discord), body);
      if (allowed.includes(Number(type))) expect(result, `type ${type}`).toMatchObject({ status: 204 });
      else
        expect(result, `type ${type}`).toMatchObject({
          status: 400,
          body: { errors: { type: { _errors: [{ code: 'BASE_TYPE_CHOICES' }] } } },
        });
    }
    expect(discord.recording.violations()).toEqual([]);
  });

  it.each<[string, unknown, unknown]>([
    ['no type', { data: {} }, { type: { _errors: [{ code: 'BASE_TYPE_REQUIRED' }] } }],
    ['no data', { type: 4 }, { data: { _errors: [{ code: 'BASE_TYPE_REQUIRED' }] } }],
    [
      'a deferral with content',
      { type: 5, data: { content: 'x' } },
      { data: { _errors: [{ message: expect.stringContaining('takes no content') }] } },
    ],
    [
      'a deferral with IS_COMPONENTS_V2',
      { type: 5, data: { flags: 1 << 15 } },
      { data: { flags: { _errors: [{ code: 'BASE_TYPE_CHOICES' }] } } },
    ],
    [
      'a modal without components',
      { type: 9, data: { custom_id: 'm', title: 'M', components: [] } },
      { data: { components: { _errors: [{ code: 'BASE_TYPE_BAD_LENGTH' }] } } },
    ],
    [
      '2,001 characters',
      { type: 4, data: { content: 'x'.repeat(2001) } },
      { data: { content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH' }] } } },
    ],
  ])('not %s', async (_, body, errors) => {
    await using discord = await started();
    expect(await callback(discord, ping(discord), body)).toMatchObject({ status: 400, body: { code: 50035, errors } });
  });

  it('not more than 25 choices', async () => {
    await using discord = await started();
    const { interactions, guild, memberId: userId } = discord;
    const handle = interactions.autocomplete({
      guildId: guild.id,
      userId,
      name: 'find',
      options: { what: '' },
      focused: 'what',
    });
    const choices = (length: number): unknown => ({
      type: 8,
      data: { choices: Array.from({ length }, (_, value) => ({ name: 'x', value: `${value}` })) },
    });
    expect(await callback(discord, handle, choices(26))).toMatchObject({
      body: { errors: { data: { choices: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH' }] } } } },
    });
    expect(await callback(discord, handle, choices(25))).toMatchObject({ status: 204 });
    expect((await handle.settled()).choices).toHaveLength(25);
  });
});

describe('the token of an interaction', () => {
  const webhook = (discord: RestFixture, handle: InteractionHandle): string =>
    `/webhooks/${discord.bot.applicationId}/${handle.token}`;

  it('is no webhook before the interaction is acknowledged', async () => {
    await using discord = await started();
    const handle = ping(discord);
    const path = webhook(discord, handle);
    expect(await discord.call('POST', path, { body: { content: 'x' }, token: null })).toEqual(failure(404, 10015));
    expect(await discord.call('PATCH', `${path}/messages/@original`, { body: { content: 'x' } })).toEqual(
      failure(404, 10015),
    );
    expect(await discord.call('GET', `/webhooks/${discord.bot.applicationId}/x/messages/@original`)).toEqual(
      failure(404, 10015),
    );
    expect(await discord.call('GET', `/webhooks/1/${handle.token}/messages/@original`)).toEqual(failure(404, 10015));
  });

  it('reads, edits and deletes the original response', async () => {
    await using discord = await started();
    const handle = ping(discord);
    await callback(discord, handle, text);
    const original = `${webhook(discord, handle)}/messages/@original`;
    expect((await discord.call('GET', original, { token: null })).body).toMatchObject({ content: 'pong' });
    const edited = await discord.call('PATCH', original, {
      body: { content: 'edited', embeds: [{ title: 'x' }] },
      token: null,
    });
    expect(edited.body).toMatchObject({ content: 'edited', embeds: [{ title: 'x' }] });
    expect(handle.seenBy(discord.memberId).messages).toMatchObject([{ content: 'edited' }]);
    expect(await discord.call('PATCH', original, { body: { content: '', embeds: [] } })).toEqual(failure(400, 50006));
    expect(await discord.call('DELETE', original, { token: null })).toMatchObject({ status: 204 });
    for (const method of ['GET', 'DELETE']) expect(await discord.call(method, original)).toEqual(failure(404, 10008));
    expect(handle.seenBy(discord.memberId).messages).toEqual([]);
    expect(discord.recording.violations()).toEqual([]);
  });

  it('fills in a deferred response, which keeps its visibility', async () => {
    await using discord = await started();
    const handle = ping(discord);
    await callback(discord, handle, { type: 5, data: { flags: 64 } });
    expect(handle.state()).toBe('deferred');
    expect(handle.seenBy(discord.memberId)).toMatchObject({ messages: [], notice: 'The application is thinking…' });
    expect(handle.seenBy(discord.guild.ownerId).notice).toBeNull();
    const original = `${webhook(discord, handle)}/messages/@original`;
    expect((await discord.call('GET', original)).body).toMatchObject({
      flags: MessageFlags.Loading | MessageFlags.Ephemeral,
    });
    const v2 = { flags: MessageFlags.IsComponentsV2, components: [{ type: 10, content: 'done' }] };
    expect((await discord.call('PATCH', original, { body: v2 })).body).toMatchObject({ flags: 64 | (1 << 15) });
    expect(await handle.settled()).toMatchObject({ notice: null, messages: [{ components: [{ content: 'done' }] }] });
    expect(handle.seenBy(discord.guild.ownerId).messages).toEqual([]);
  });

  it('edits the message of a component after a deferred update', async () => {
    await using discord = await started();
    const handle = press(discord);
    await callback(discord, handle, { type: 6 });
    expect(handle.seenBy(discord.memberId)).toMatchObject({ messages: [], notice: null });
    await discord.call('PATCH', `${webhook(discord, handle)}/messages/@original`, { body: { content: 'later' } });
    expect((await handle.settled()).messages).toMatchObject([{ content: 'later', components: [{}] }]);
  });

  it('posts follow-ups, of which the first fills in a deferral', async () => {
    await using discord = await started();
    const handle = ping(discord);
    await callback(discord, handle, { type: 5 });
    const path = webhook(discord, handle);
    const first = await discord.call('POST', path, { body: { content: 'one', flags: 64 }, token: null });
    expect(idOf(first)).toBe(idOf(await discord.call('GET', `${path}/messages/@original`)));
    expect(first.body).toMatchObject({ content: 'one', flags: 0 });
    const second = await discord.call('POST', path, { body: { content: 'two', flags: 64 }, token: null });
    expect(second.body).toMatchObject({
      content: 'two',
      flags: 64,
      interaction_metadata: { original_response_message_id: idOf(first) },
    });
    expect(handle.seenBy(discord.memberId).messages.map((message) => message.content)).toEqual(['one', 'two']);
    expect(handle.seenBy(discord.guild.ownerId).messages.map((message) => message.content)).toEqual(['one']);
    const followUp = `${path}/messages/${idOf(second)}`;
    expect((await discord.call('PATCH', followUp, { body: { content: '2' } })).body).toMatchObject({
      content: '2',
      flags: 64,
    });
    expect((await discord.call('GET', followUp)).body).toMatchObject({ content: '2' });
    expect(await discord.call('DELETE', followUp)).toMatchObject({ status: 204 });
    expect(await discord.call('GET', followUp)).toEqual(failure(404, 10008));
    expect(await discord.call('POST', path, { body: {} })).toEqual(failure(400, 50006));
  });

  it("does not open other interactions' messages", async () => {
    await using discord = await started();
    const [one, other] = [ping(discord), ping(discord)];
    await callback(discord, one, text);
    await callback(discord, other, text);
    const messageId = other.seenBy(discord.memberId).messages[0]?.id;
    expect(await discord.call('GET', `${webhook(discord, one)}/messages/${messageId}`)).toEqual(failure(404, 10008));
  });

  it('ends, and a deferral that nothing followed has failed then', async () => {
    await using discord = await started({ interactions: { tokenLifetimeMs: 60 } });
    const handle = ping(discord);
    await callback(discord, handle, { type: 5 });
    await expect(handle.settled()).rejects.toThrow('did not respond');
    expect(handle.seenBy(discord.memberId).notice).toBe('The application did not respond');
    const path = webhook(discord, handle);
    expect(await discord.call('PATCH', `${path}/messages/@original`, { body: { content: 'x' } })).toEqual(
      failure(401, 50027),
    );
    expect(await discord.call('POST', path, { body: { content: 'x' } })).toEqual(failure(401, 50027));
  });
});
