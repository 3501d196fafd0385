import { setTimeout } from 'node:timers/promises';
import {
  ApplicationFlags,
  GatewayCloseCodes as Code,
  GatewayIntentBits as Intent,
  GatewayOpcodes as Opcode,
} from 'discord-api-types/v10';
import { describe, expect, test } from 'vitest';
import { connect, login, simulatorForTest } from '../testing/fixture.ts';
import { shardOf } from './sharding.ts';

describe('a new connection', () => {
  test('is greeted with the heartbeat interval', async () => {
    const { discord } = await simulatorForTest({ gateway: { heartbeatIntervalMs: 1234 } });
    const hello = await connect(discord.gatewayUrl).op(Opcode.Hello);
    expect(hello.d).toMatchObject({ heartbeat_interval: 1234 });
  });

  test.each(['', 'v=5&encoding=json', 'v=ten&encoding=json', 'v=010'])(
    'with query %j is closed with 4012 before HELLO',
    async (query) => {
      const { discord } = await simulatorForTest();
      const client = connect(discord.gatewayUrl, { query });
      expect(await client.closed()).toBe(Code.InvalidAPIVersion);
      expect(client.frames).toEqual([]);
    },
  );

  test.each(['v=10&encoding=etf', 'v=10&encoding=json&compress=gzip'])(
    'with query %j is closed with 4002',
    async (query) => {
      const { discord } = await simulatorForTest();
      expect(await connect(discord.gatewayUrl, { query }).closed()).toBe(Code.DecodeError);
    },
  );

  test("is accepted with a slash after the path, as Discord's own URL has it", async () => {
    const { discord } = await simulatorForTest();
    const hello = await connect(`${discord.gatewayUrl}/`).op(Opcode.Hello);
    expect(hello.s).toBeNull();
  });

  test('is refused elsewhere, and during an outage', async () => {
    const { discord } = await simulatorForTest();
    expect(await connect(`${discord.gatewayUrl}/elsewhere`).closed()).toBe(1006);
    discord.gateway.setOutage(true);
    expect(await connect(discord.gatewayUrl).closed()).toBe(1006);
    discord.gateway.setOutage(false);
    await connect(discord.gatewayUrl).op(Opcode.Hello);
  });
});

describe('IDENTIFY', () => {
  test('is answered with READY naming the guilds as unavailable, then with each GUILD_CREATE', async () => {
    const { discord, applicationId } = await simulatorForTest({ guilds: 3 });
    const { client, ready } = await login(discord);
    await client.until(() => client.types.length === 4);
    expect(client.types).toEqual(['READY', 'GUILD_CREATE', 'GUILD_CREATE', 'GUILD_CREATE']);
    expect(client.dispatches.map((frame) => frame.s)).toEqual([1, 2, 3, 4]);
    expect(ready).toMatchObject({
      v: 10,
      user: { id: applicationId, bot: true },
      guilds: discord.world.guilds.map((id) => ({ id, unavailable: true })),
      resume_gateway_url: `${discord.gatewayUrl}/resume`,
      application: { id: applicationId },
    });
    expect(ready).not.toHaveProperty('shard');
    expect(ready.application.flags & ApplicationFlags.GatewayGuildMembersLimited).not.toBe(0);
    expect(client.dispatches.slice(1).map((frame) => frame.d)).toMatchObject(
      discord.world.guilds.map((id) => ({ id, unavailable: false })),
    );
  });

  test('tells of a guild in an outage by GUILD_DELETE', async () => {
    const { discord } = await simulatorForTest({ guilds: 2 });
    const [first = ''] = discord.world.guilds;
    discord.world.setGuildUnavailable(first, true);
    const { client } = await login(discord);
    const deletion = await client.dispatch('GUILD_DELETE');
    expect(deletion.d).toEqual({ id: first, unavailable: true });
  });

  test("of a shard brings that shard's guilds only", async () => {
    const { discord } = await simulatorForTest({ guilds: 12, gateway: { maxConcurrency: 3 } });
    const seen: string[] = [];
    for (const shardId of [0, 1, 2]) {
      const { ready } = await login(discord, { identify: { shard: [shardId, 3] } });
      expect(ready.shard).toEqual([shardId, 3]);
      for (const guild of ready.guilds) {
        expect(shardOf(guild.id, 3)).toBe(shardId);
        seen.push(guild.id);
      }
    }
    expect(seen).toHaveLength(12);
    expect(new Set(seen)).toEqual(new Set(discord.world.guilds));
  });

  test.each([
    { what: 'an unknown token', identify: { token: 'no.such.token' }, code: Code.AuthenticationFailed },
    { what: 'no intents', identify: { intents: undefined }, code: Code.InvalidIntents },
    { what: 'an undocumented intent', identify: { intents: 1 << 23 }, code: Code.InvalidIntents },
    { what: 'intents beyond 32 bits', identify: { intents: 2 ** 40 + 1 }, code: Code.InvalidIntents },
    { what: 'negative intents', identify: { intents: -1 }, code: Code.InvalidIntents },
    { what: 'intents in words', identify: { intents: 'GUILDS' }, code: Code.InvalidIntents },
    {
      what: 'a privileged intent that is off',
      identify: { intents: Intent.GuildPresences },
      code: Code.DisallowedIntents,
    },
    { what: 'a shard id beyond the count', identify: { shard: [2, 2] }, code: Code.InvalidShard },
    { what: 'a negative shard id', identify: { shard: [-1, 2] }, code: Code.InvalidShard },
    { what: 'no shards at all', identify: { shard: [0, 0] }, code: Code.InvalidShard },
    { what: 'half a shard', identify: { shard: [0] }, code: Code.UnknownOpcode },
    { what: 'no properties', identify: { properties: undefined }, code: Code.UnknownOpcode },
    { what: 'too large a large_threshold', identify: { large_threshold: 251 }, code: Code.UnknownOpcode },
  ])('with $what is closed with $code', async ({ identify, code }) => {
    const privilegedIntents = Intent.GuildMembers;
    const { discord, token } = await simulatorForTest({ bots: [{ privilegedIntents }] });
    const client = connect(discord.gatewayUrl);
    await client.op(Opcode.Hello);
    client.identify(token, identify);
    expect(await client.closed()).toBe(code);
    expect(client.closeReason).not.toBe('');
    expect(discord.gateway.sessions()).toEqual([]);
  });

  test('of a shard with too many guilds is closed with 4011, with enough shards it is not', async () => {
    const { discord, token } = await simulatorForTest({ guilds: 4, gateway: { maxGuildsPerShard: 3 } });
    const client = connect(discord.gatewayUrl);
    await client.op(Opcode.Hello);
    client.identify(token);
    expect(await client.closed()).toBe(Code.ShardingRequired);
    const [guildId = ''] = discord.world.guilds;
    await login(discord, { identify: { shard: [shardOf(guildId, 1000), 1000] } });
  });

  test('twice on one connection is closed with 4005, and the session can be resumed', async () => {
    const { discord } = await simulatorForTest();
    const { client, token, sessionId } = await login(discord);
    client.identify(token);
    expect(await client.closed()).toBe(Code.AlreadyAuthenticated);
    const next = connect(discord.gatewayUrl);
    await next.resume(token, { id: sessionId, sequence: 1 });
    await next.dispatch('RESUMED');
  });

  test('too soon after the last of its bucket gets op 9, and may be repeated on the same connection', async () => {
    const { discord, token } = await simulatorForTest({
      gateway: { maxConcurrency: 2, identifyWindowMs: 300 },
    });
    await login(discord, { identify: { shard: [0, 4] } });
    await login(discord, { identify: { shard: [1, 4] } });
    const third = connect(discord.gatewayUrl);
    await third.op(Opcode.Hello);
    third.identify(token, { shard: [2, 4] });
    expect((await third.op(Opcode.InvalidSession)).d).toBe(false);
    expect(discord.gateway.statistics).toMatchObject({ identifies: 3, identifiesTooFast: 1 });
    while (!third.types.includes('READY')) {
      const from = third.frames.length;
      third.identify(token, { shard: [2, 4] });
      await third.until(() => third.frames.length > from);
      if (third.types.includes('READY')) break;
      await setTimeout(50);
    }
    expect(discord.gateway.sessions()).toHaveLength(3);
  });

  test('beyond the daily budget ends all sessions of the bot and its token', async () => {
    const { discord, token, applicationId } = await simulatorForTest({
      bots: 2,
      gateway: { sessionStartLimit: { total: 2 }, maxConcurrency: 3 },
    });
    const first = await login(discord, { identify: { shard: [0, 3] } });
    const second = await login(discord, { identify: { shard: [1, 3] } });
    const other = await login(discord, { bot: 1 });
    expect(discord.gateway.botInformation(applicationId).session_start_limit.remaining).toBe(0);
    const third = connect(discord.gatewayUrl);
    await third.op(Opcode.Hello);
    third.identify(token, { shard: [2, 3] });
    for (const client of [first.client, second.client, third]) {
      expect(await client.closed()).toBe(Code.AuthenticationFailed);
    }
    expect(discord.gateway.sessions().map((session) => session.applicationId)).toEqual([other.applicationId]);
    const again = connect(discord.gatewayUrl);
    await again.resume(token, { id: first.sessionId, sequence: 1 });
    expect(await again.closed()).toBe(Code.AuthenticationFailed);
    expect(other.client.closeCode).toBeUndefined();
  });
});

test('GET /gateway/bot is told the limits as they stand', async () => {
  const { discord, applicationId } = await simulatorForTest({
    gateway: { recommendedShards: 4, maxConcurrency: 16, sessionStartLimit: { total: 100 } },
  });
  await login(discord);
  expect(discord.gateway.botInformation(applicationId)).toEqual({
    url: discord.gatewayUrl,
    shards: 4,
    session_start_limit: {
      total: 100,
      remaining: 99,
      reset_after: expect.toSatisfy((ms: number) => ms > 86_300_000 && ms <= 86_400_000),
      max_concurrency: 16,
    },
  });
});
