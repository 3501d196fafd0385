import { GatewayIntentBits as Intent, GatewayOpcodes as Opcode } from 'discord-api-types/v10';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { login, simulatorForTest } from '../testing/fixture.ts';
import type { SimulatorOptions } from '../simulator.ts';

const chunkSchema = z.object({
  guild_id: z.string(),
  members: z.array(z.object({ user: z.object({ id: z.string() }) })),
  chunk_index: z.number(),
  chunk_count: z.number(),
  nonce: z.string().optional(),
});

async function loginToGuild(options: SimulatorOptions = {}, intents?: number) {
  const { discord } = await simulatorForTest({ guilds: 1, ...options });
  const identify = intents === undefined ? {} : { intents };
  const { client } = await login(discord, { identify });
  await client.dispatch('GUILD_CREATE');
  const [guildId = ''] = discord.world.guilds;
  const people = discord.world.guild(guildId).members.map((member) => member.user.id);
  return { discord, client, guildId, people };
}

describe('a request for guild members', () => {
  test('brings all of them in chunks of 1,000, with the nonce', async () => {
    const { client, guildId, people } = await loginToGuild({ membersPerGuild: 2500 });
    const request = { guild_id: guildId, query: '', limit: 0, nonce: 'n'.repeat(32) };
    client.send(Opcode.RequestGuildMembers, request);
    await client.until(() => client.types.filter((t) => t === 'GUILD_MEMBERS_CHUNK').length === 3);
    const chunkFrames = client.dispatches.filter(({ t }) => t === 'GUILD_MEMBERS_CHUNK');
    const chunks = chunkFrames.map(({ d }) => chunkSchema.parse(d));
    expect(chunks.map((chunk) => [chunk.chunk_index, chunk.chunk_count, chunk.members.length])).toEqual([
      [0, 3, 1000],
      [1, 3, 1000],
      [2, 3, people.length - 2000],
    ]);
    expect(chunks.every(({ nonce, guild_id }) => nonce === request.nonce && guild_id === guildId)).toBe(true);
    const ids = chunks.flatMap(({ members }) => members.map(({ user }) => user.id));
    expect(new Set(ids)).toEqual(new Set(people));
  });

  test('for all of them a second time within 30 s is answered with RATE_LIMITED', async () => {
    const { client, guildId } = await loginToGuild();
    const request = { guild_id: guildId, query: '', limit: 0, nonce: 'again' };
    client.send(Opcode.RequestGuildMembers, request);
    client.send(Opcode.RequestGuildMembers, request);
    const { d } = await client.dispatch('RATE_LIMITED');
    expect(d).toEqual({
      opcode: 8,
      retry_after: expect.toSatisfy((seconds: number) => seconds > 25 && seconds <= 30),
      meta: { guild_id: guildId, nonce: 'again' },
    });
  });

  test('by ids tells which were not found; a nonce over 32 bytes is left out', async () => {
    const { client, guildId, people } = await loginToGuild();
    const [someone = ''] = people;
    const request = { guild_id: guildId, user_ids: [someone, '42'], limit: 0, nonce: 'x'.repeat(33) };
    client.send(Opcode.RequestGuildMembers, request);
    const { d } = await client.dispatch('GUILD_MEMBERS_CHUNK');
    expect(d).toMatchObject({ members: [{ user: { id: someone } }], not_found: ['42'] });
    expect(d).not.toHaveProperty('nonce');
  });

  test('by prefix looks at user name, global name and nickname, whatever their case', async () => {
    const { discord, client, guildId } = await loginToGuild({ membersPerGuild: 1 });
    const named = discord.world.addMember(guildId, { username: 'zzStilgar', globalName: 'A' });
    const nicked = discord.world.addMember(guildId, { username: 'b', nick: 'ZZtop' });
    client.send(Opcode.RequestGuildMembers, { guild_id: guildId, query: 'zz', limit: 10 });
    const { d } = await client.dispatch('GUILD_MEMBERS_CHUNK');
    const ids = chunkSchema.parse(d).members.map(({ user }) => user.id);
    expect(new Set(ids)).toEqual(new Set([named.user.id, nicked.user.id]));
  });

  test('for all of them without GUILD_MEMBERS, or of a guild that the bot is not in, is not answered', async () => {
    const { client, guildId } = await loginToGuild({}, Intent.Guilds);
    client.send(Opcode.RequestGuildMembers, { guild_id: guildId, query: '', limit: 0 });
    client.send(Opcode.RequestGuildMembers, { guild_id: '42', query: 'a', limit: 1 });
    client.send(Opcode.Heartbeat, null);
    await client.op(Opcode.HeartbeatAck);
    expect(client.types).not.toContain('GUILD_MEMBERS_CHUNK');
  });

  test.each([{ query: 'a' }, { limit: 1 }, { query: 'a', limit: -1 }])(
    'that says %j is answered with 4001',
    async (request) => {
      const { client, guildId } = await loginToGuild();
      client.send(Opcode.RequestGuildMembers, { guild_id: guildId, ...request });
      expect(await client.closed()).toBe(4001);
    },
  );
});

test('soundboard sounds and channel information are answered, empty', async () => {
  const { client, guildId } = await loginToGuild();
  client.send(Opcode.RequestSoundboardSounds, { guild_ids: [guildId] });
  client.send(Opcode.RequestChannelInfo, { guild_id: guildId, fields: ['status'] });
  expect((await client.dispatch('SOUNDBOARD_SOUNDS')).d).toEqual({ guild_id: guildId, soundboard_sounds: [] });
  expect((await client.dispatch('CHANNEL_INFO')).d).toEqual({ guild_id: guildId, channels: [] });
});
