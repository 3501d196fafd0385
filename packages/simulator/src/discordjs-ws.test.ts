import { REST } from '@discordjs/rest';
import { CompressionMethod, WebSocketManager, WebSocketShardEvents } from '@discordjs/ws';
import type { OptionalWebSocketManagerOptions } from '@discordjs/ws';
import { GatewayIntentBits, Routes } from 'discord-api-types/v10';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Simulator } from './simulator.ts';
import { simulatorForTest } from './testing/fixture.ts';

/** How this library takes a gateway that is not Discord's own. */
function manager(discord: Simulator, options: Partial<OptionalWebSocketManagerOptions> = {}): WebSocketManager {
  const token = discord.bots[0]?.token ?? '';
  const rest = new REST({ api: `${discord.origin}/api` }).setToken(token);
  const shards = new WebSocketManager({ token, rest, intents: GatewayIntentBits.Guilds, ...options });
  onTestFinished(() => shards.destroy());
  return shards;
}

/** The names of all dispatches, as they come. */
function dispatchesOf(shards: WebSocketManager): string[] {
  const types: string[] = [];
  shards.on(WebSocketShardEvents.Dispatch, ({ t }) => types.push(t));
  return types;
}

describe('@discordjs/ws', () => {
  // With payload compression this library inflates frames side by side and takes them in any order: one is all it can keep.
  test.each([
    ['without compression', { guilds: 2 }, {}],
    ['with zlib-stream', { guilds: 2 }, { compression: CompressionMethod.ZlibNative }],
    ['with payload compression', { guilds: 0 }, { useIdentifyCompression: true }],
  ])('%s logs in, and resumes after its connection was cut', async (_, { guilds }, options) => {
    const { discord, applicationId } = await simulatorForTest({ guilds });
    const shards = manager(discord, options);
    const types = dispatchesOf(shards);
    await shards.connect();
    const welcome = ['READY', ...Array.from({ length: guilds }, () => 'GUILD_CREATE')];
    await vi.waitFor(() => expect(types).toEqual(welcome));
    discord.gateway.disconnect({});
    discord.gateway.dispatch({ applicationId, guildId: null, type: 'USER_UPDATE', data: {} });
    await vi.waitFor(() => expect(types).toEqual([...welcome, 'USER_UPDATE', 'RESUMED']), 10_000);
    expect(discord.gateway.statistics).toMatchObject({ identifies: 1, resumes: 1, resumesAtResumeUrl: 1 });
  });

  test('logs in a shard for each that GET /gateway/bot recommends', async () => {
    const { discord } = await simulatorForTest({
      guilds: 6,
      gateway: { recommendedShards: 4, maxConcurrency: 4, identifyWindowMs: 100 },
    });
    const shards = manager(discord);
    const types = dispatchesOf(shards);
    await shards.connect();
    await vi.waitFor(() => expect(types.filter((type) => type === 'GUILD_CREATE')).toHaveLength(6));
    expect(discord.gateway.sessions().map(({ shard }) => shard)).toEqual([
      [0, 4],
      [1, 4],
      [2, 4],
      [3, 4],
    ]);
  });

  test('takes a silent connection for a zombie and resumes on a new one', async () => {
    const { discord, applicationId } = await simulatorForTest({
      guilds: 0,
      gateway: { heartbeatIntervalMs: 300 },
    });
    const shards = manager(discord);
    const types = dispatchesOf(shards);
    await shards.connect();
    discord.gateway.silence({}, true);
    discord.gateway.dispatch({ applicationId, guildId: null, type: 'USER_UPDATE', data: {} });
    await vi.waitFor(() => expect(types).toEqual(['READY', 'USER_UPDATE', 'RESUMED']), 10_000);
    expect(discord.gateway.statistics).toMatchObject({ identifies: 1, resumes: 1 });
  });

  test('reconnects and resumes when it is asked to', async () => {
    const { discord } = await simulatorForTest({ guilds: 0 });
    const shards = manager(discord);
    const types = dispatchesOf(shards);
    await shards.connect();
    discord.gateway.requestReconnect();
    await vi.waitFor(() => expect(types).toEqual(['READY', 'RESUMED']), 10_000);
  });

  test('stops at a close code that is final', async () => {
    const { discord } = await simulatorForTest({ bots: [{ privilegedIntents: 0 }] });
    const shards = manager(discord);
    shards.options.intents = GatewayIntentBits.GuildMembers;
    const failed = Promise.withResolvers<Error>();
    shards.on(WebSocketShardEvents.Error, (error) => failed.resolve(error));
    shards.connect().catch(() => undefined);
    expect((await failed.promise).message).toMatch(/disallowed intents/i);
  });
});

test('@discordjs/rest reads what the gateway offers', async () => {
  const { discord, token } = await simulatorForTest();
  const rest = new REST({ api: `${discord.origin}/api` }).setToken(token);
  expect(await rest.get(Routes.gatewayBot())).toMatchObject({ url: discord.gatewayUrl, shards: 1 });
});
