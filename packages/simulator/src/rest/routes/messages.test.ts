import { MessageFlags } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { idOf, RestFixture } from '../../testing/rest-fixture.ts';

function codeOf(code: number): unknown {
  return expect.objectContaining({ body: expect.objectContaining({ code }) });
}

describe('POST /channels/{channel.id}/messages', () => {
  it('posts a message that gateway and REST both show', async () => {
    await using discord = await RestFixture.start();
    const body = {
      content: `hello <@${discord.memberId}>`,
      embeds: [{ title: 'title', fields: [{ name: 'a', value: 'b' }] }],
      components: [{ type: 1, components: [{ type: 2, style: 1, label: 'ok', custom_id: 'ok' }] }],
      nonce: '7',
    };
    const posted = await discord.call('POST', `/channels/${discord.general}/messages`, { body });
    expect(posted).toMatchObject({
      status: 200,
      body: {
        content: body.content,
        author: { id: discord.bot.userId },
        mentions: [{ id: discord.memberId }],
        embeds: [{ type: 'rich', title: 'title' }],
        components: [{ id: 1, components: [{ id: 2, custom_id: 'ok' }] }],
        nonce: '7',
      },
    });
    const path = `/channels/${discord.general}/messages/${idOf(posted)}`;
    expect((await discord.call('GET', path)).body).toEqual(posted.body);
    expect(discord.dispatches).toMatchObject([
      { type: 'MESSAGE_CREATE', guildId: discord.guild.id, data: { id: idOf(posted) } },
    ]);
    expect(discord.recording.violations()).toEqual([]);
  });

  it('returns the message of before for a nonce that is enforced', async () => {
    await using discord = await RestFixture.start();
    const path = `/channels/${discord.general}/messages`;
    const send = async (enforce: boolean): Promise<string> =>
      idOf(await discord.call('POST', path, { body: { content: 'once', nonce: 'n1', enforce_nonce: enforce } }));
    const first = await send(true);
    expect(await send(true)).toBe(first);
    expect(await send(false)).not.toBe(first);
  });

  it('accepts files in a multipart body', async () => {
    await using discord = await RestFixture.start();
    const form = new FormData();
    form.append(
      'payload_json',
      JSON.stringify({ content: 'see', attachments: [{ id: 0, description: 'a spice map' }] }),
    );
    form.append('files[0]', new File(['spice'], 'map.txt', { type: 'text/plain' }));
    const posted = await discord.call('POST', `/channels/${discord.general}/messages`, { rawBody: form });
    expect(posted.body).toMatchObject({
      content: 'see',
      attachments: [{ filename: 'map.txt', size: 5, content_type: 'text/plain', description: 'a spice map' }],
    });
    expect(discord.recording.violations()).toEqual([]);
    expect(discord.recording.requests()[0]?.files).toEqual([
      { field: 'files[0]', filename: 'map.txt', contentType: 'text/plain', size: 5 },
    ]);
  });

  it('takes components alone with IS_COMPONENTS_V2', async () => {
    await using discord = await RestFixture.start();
    const flags = MessageFlags.IsComponentsV2;
    const path = `/channels/${discord.general}/messages`;
    const components = [
      {
        type: 17,
        components: [
          { type: 10, content: 'text' },
          { type: 14 },
          { type: 12, items: [{ media: { url: 'https://example.org/a.png' } }] },
        ],
      },
    ];
    expect((await discord.call('POST', path, { body: { flags, components } })).body).toMatchObject({
      flags,
      content: '',
    });
    expect(await discord.call('POST', path, { body: { flags, components, content: 'x' } })).toMatchObject({
      status: 400,
      body: {
        code: 50035,
        errors: { content: { _errors: [{ code: 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2' }] } },
      },
    });
  });

  it.each<[string, Record<string, unknown>, unknown]>([
    ['nothing in it', { content: '   ' }, { code: 50006 }],
    [
      '2,001 characters',
      { content: 'x'.repeat(2001) },
      {
        errors: {
          content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message: 'Must be 2000 or fewer in length.' }] },
        },
      },
    ],
    [
      '11 embeds',
      { embeds: Array.from({ length: 11 }, () => ({ title: 'x' })) },
      { errors: { embeds: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH' }] } } },
    ],
    [
      'embeds of more than 6,000 characters',
      { embeds: [{ description: 'x'.repeat(4000) }, { description: 'x'.repeat(2001) }] },
      { errors: { embeds: { _errors: [{ code: 'MAX_EMBED_SIZE_EXCEEDED' }] } } },
    ],
    [
      'flags that are not for channels',
      { content: 'x', flags: MessageFlags.Ephemeral },
      { errors: { flags: { _errors: [{ code: 'MESSAGE_FLAGS_INVALID' }] } } },
    ],
    [
      'a reply to nothing',
      { content: 'x', message_reference: { message_id: '1' } },
      { errors: { message_reference: { _errors: [{ code: 'REPLIES_UNKNOWN_MESSAGE' }] } } },
    ],
    [
      'an attachment without its file',
      { content: 'x', attachments: [{ id: 0 }] },
      { errors: { attachments: { 0: { _errors: [{ code: 'ATTACHMENT_NOT_FOUND' }] } } } },
    ],
    [
      'two mistakes',
      { content: 5, components: [{ type: 2 }] },
      {
        errors: {
          content: { _errors: [{ code: 'STRING_TYPE_CONVERT' }] },
          components: { 0: { type: { _errors: [{ code: 'UNION_TYPE_CHOICES' }] } } },
        },
      },
    ],
  ])('refuses a message with %s', async (_, body, expected) => {
    await using discord = await RestFixture.start();
    const answer = await discord.call('POST', `/channels/${discord.general}/messages`, { body });
    expect(answer).toMatchObject({ status: 400, body: expected });
    expect(discord.dispatches).toEqual([]);
  });

  it('refuses channels that are hidden, closed, textless or unknown', async () => {
    await using discord = await RestFixture.start({ world: { bots: [{ permissions: 1n << 10n }], guilds: 1 } });
    const send = async (channelId: string): Promise<unknown> =>
      discord.call('POST', `/channels/${channelId}/messages`, { body: { content: 'x' } });
    const { guild } = discord;
    expect(await send(guild.channelNamed('staff').id)).toEqual(codeOf(50001));
    expect(await send('1')).toEqual(codeOf(10003));
    expect(await send(guild.channelNamed('Text').id)).toEqual(codeOf(50008));
    guild.updateRole(guild.id, { permissions: String(1n << 10n) });
    expect(await send(discord.general)).toEqual(codeOf(50013));
  });

  it('notifies nobody beyond what is allowed', async () => {
    await using discord = await RestFixture.start();
    const roleId = discord.guild.roleNamed('Member').id;
    const content = `<@${discord.memberId}> <@&${roleId}> @everyone`;
    const path = `/channels/${discord.general}/messages`;
    const silent = await discord.call('POST', path, { body: { content, allowed_mentions: { parse: [] } } });
    expect(silent.body).toMatchObject({ mentions: [], mention_roles: [], mention_everyone: false });
    const loud = await discord.call('POST', path, { body: { content } });
    expect(loud.body).toMatchObject({
      mentions: [{ id: discord.memberId }],
      mention_roles: [roleId],
      mention_everyone: false,
    });
  });
});

describe('private messages', () => {
  it('reach a member through a channel that is opened once', async () => {
    await using discord = await RestFixture.start();
    const open = async (): Promise<string> =>
      idOf(await discord.call('POST', '/users/@me/channels', { body: { recipient_id: discord.memberId } }));
    const channelId = await open();
    expect(await open()).toBe(channelId);
    await discord.call('POST', `/channels/${channelId}/messages`, { body: { content: 'psst' } });
    expect(discord.world.conversations.inChannel(channelId)).toMatchObject([{ content: 'psst' }]);
    expect((await discord.call('GET', `/channels/${channelId}`)).body).toMatchObject({
      recipients: [{ id: discord.memberId }],
    });
    expect(discord.dispatches).toMatchObject([{ type: 'MESSAGE_CREATE', guildId: null }]);
    expect(discord.recording.violations()).toEqual([]);
  });

  it('fail for those who take none, share no guild or do not exist', async () => {
    await using discord = await RestFixture.start();
    const { world } = discord;
    const write = async (recipientId: string): Promise<unknown> => {
      const { id } = world.conversations.directChannel(discord.bot.userId, recipientId);
      return discord.call('POST', `/channels/${id}/messages`, { body: { content: 'x' } });
    };
    world.setAcceptsDirectMessages(discord.memberId, false);
    expect(await write(discord.memberId)).toEqual(codeOf(50007));
    expect(await write(world.createUser().id)).toEqual(codeOf(50278));
    expect(await discord.call('POST', '/users/@me/channels', { body: { recipient_id: '1' } })).toEqual(codeOf(50033));
    expect(await discord.call('POST', '/users/@me/channels', { body: {} })).toEqual(codeOf(50035));
  });
});

describe('messages that are there', () => {
  it('are edited by their author alone', async () => {
    await using discord = await RestFixture.start();
    const channel = `/channels/${discord.general}/messages`;
    const posted = await discord.call('POST', channel, { body: { content: 'one', embeds: [{ title: 'kept' }] } });
    const edited = await discord.call('PATCH', `${channel}/${idOf(posted)}`, { body: { content: 'two' } });
    expect(edited.body).toMatchObject({
      content: 'two',
      embeds: [{ title: 'kept' }],
      edited_timestamp: expect.any(String),
    });
    const emptied = await discord.call('PATCH', `${channel}/${idOf(posted)}`, { body: { content: null } });
    expect(emptied.body).toMatchObject({ content: '', embeds: [{ title: 'kept' }] });
    expect(await discord.call('PATCH', `${channel}/${idOf(posted)}`, { body: { embeds: [] } })).toEqual(codeOf(50006));
    const author = discord.world.user(discord.memberId);
    const foreign = discord.world.conversations.post({ channelId: discord.general, author, content: 'mine' });
    expect(await discord.call('PATCH', `${channel}/${foreign.id}`, { body: { content: 'x' } })).toEqual(codeOf(50005));
    expect(await discord.call('PATCH', `${channel}/1`, { body: { content: 'x' } })).toEqual(codeOf(10008));
  });

  it('are deleted by their author, or with the permission to manage messages', async () => {
    await using discord = await RestFixture.start();
    const { world, guild } = discord;
    const author = world.user(discord.memberId);
    const remove = async (): Promise<unknown> => {
      const message = world.conversations.post({ channelId: discord.general, author, content: 'x' });
      return discord.call('DELETE', `/channels/${discord.general}/messages/${message.id}`);
    };
    expect(await remove()).toMatchObject({ status: 204 });
    expect(discord.dispatches.at(-1)).toMatchObject({ type: 'MESSAGE_DELETE' });
    const ownRole = guild.roleNamed('Arrakis').id;
    guild.updateRole(ownRole, { permissions: '0' });
    expect(await remove()).toEqual(codeOf(50013));
  });

  it('are listed newest first, in pages', async () => {
    await using discord = await RestFixture.start();
    const author = discord.world.user(discord.memberId);
    const ids = ['a', 'b', 'c', 'd'].map(
      (content) => discord.world.conversations.post({ channelId: discord.general, author, content }).id,
    );
    const list = async (query: string): Promise<unknown> =>
      (await discord.call('GET', `/channels/${discord.general}/messages?${query}`)).body;
    const contents = (...expected: string[]): unknown =>
      expected.map((content) => expect.objectContaining({ content }));
    expect(await list('')).toEqual(contents('d', 'c', 'b', 'a'));
    expect(await list('limit=2')).toEqual(contents('d', 'c'));
    expect(await list(`limit=2&before=${ids[2]}`)).toEqual(contents('b', 'a'));
    expect(await list(`limit=2&after=${ids[0]}`)).toEqual(contents('c', 'b'));
    expect(await list(`limit=2&around=${ids[1]}`)).toEqual(contents('c', 'b'));
    expect(await discord.call('GET', `/channels/${discord.general}/messages?limit=101`)).toEqual(codeOf(50035));
  });
});
