import type { Simulator } from '@arrakis/simulator';
import { waitFor } from '@arrakis/testkit';
import { GatewayOpcodes } from 'discord-api-types/gateway/v10';
import { expect, it } from 'vitest';
import { ShardCommandError } from './index.ts';
import { behaveWell, scriptedGateway } from './testing/scripted-gateway.ts';
import { discordWith, shardOf } from './testing/shard-fixture.ts';

const presence = (name: string) => ({
  since: null,
  activities: [{ name, type: 0 }],
  status: 'online',
  afk: false,
});

const activities = (discord: Simulator) =>
  discord.recording.sent({ op: GatewayOpcodes.PresenceUpdate }).map(({ data }) => JSON.stringify(data));
const expected = (names: readonly string[]) => names.map((name) => JSON.stringify(presence(name)));

it('commands wait for a ready shard, outlive a connection, and keep their order', async () => {
  const discord = await discordWith();
  const { shard, ready } = shardOf(discord);
  const names = Array.from({ length: 10 }, (_, index) => `game ${index}`);
  const early = names.slice(0, 5).map((name) => shard.command(GatewayOpcodes.PresenceUpdate, presence(name)));
  expect(shard.status().queuedCommands).toBe(5);
  await Promise.all(early);
  await ready();
  await waitFor(() => activities(discord).length === 5, { what: 'the first commands' });
  discord.gateway.disconnect({});
  await waitFor(() => shard.status().state === 'waiting', { what: 'the loss of the connection' });
  await Promise.all(names.slice(5).map((name) => shard.command(GatewayOpcodes.PresenceUpdate, presence(name))));
  await waitFor(() => activities(discord).length === 10, { what: 'the commands' });
  expect(activities(discord)).toEqual(expected(names));
  expect(shard.status()).toMatchObject({ identifies: 1, resumes: 1, queuedCommands: 0 });
});

it('commands beyond the send budget of a connection wait, and Discord never disconnects for them', async () => {
  const discord = await discordWith({ heartbeatIntervalMs: 5_000 });
  const { shard, ready } = shardOf(discord);
  await ready();
  const given = Array.from({ length: 200 }, () => shard.command(GatewayOpcodes.PresenceUpdate, presence('x')));
  given.forEach((sent) => void sent.catch(() => undefined));
  // 120 less 12 heartbeats, four in reserve, and the IDENTIFY that was sent.
  await waitFor(() => activities(discord).length === 103, { what: 'the commands that fit' });
  discord.gateway.requestHeartbeat();
  await waitFor(() => discord.gateway.statistics.heartbeats > 0, { what: 'a heartbeat beside them' });
  expect(shard.status().queuedCommands).toBe(97);
  shard.stop();
  await expect(given.at(-1)).rejects.toMatchObject({ kind: 'stopped', retryable: true });
  expect(discord.gateway.statistics.closesByGateway).toEqual({});
});

it('commands are refused when they are too large, given up, or the shard is stopped', async () => {
  const discord = await discordWith();
  const { shard } = shardOf(discord, { pause: 'test' });
  const give = (name: string, signal?: AbortSignal) =>
    shard.command(GatewayOpcodes.PresenceUpdate, presence(name), signal);
  await expect(give('é'.repeat(2_100))).rejects.toThrow(ShardCommandError);
  await expect(give('é'.repeat(2_100))).rejects.toMatchObject({ kind: 'too-large', retryable: false });
  const giveUp = new AbortController();
  const givenUp = give('x', giveUp.signal);
  const waiting = give('y');
  giveUp.abort();
  await expect(givenUp).rejects.toMatchObject({ kind: 'aborted' });
  await expect(give('x', giveUp.signal)).rejects.toMatchObject({ kind: 'aborted' });
  expect(shard.status().queuedCommands).toBe(1);
  const many = Array.from({ length: 999 }, () => give('z'));
  many.forEach((sent) => void sent.catch(() => undefined));
  await expect(give('z')).rejects.toMatchObject({ kind: 'queue-full', retryable: true });
  shard.stop();
  await expect(waiting).rejects.toMatchObject({ kind: 'stopped' });
  await expect(give('x')).rejects.toMatchObject({ kind: 'stopped' });
});

it('commands given to a connection that is closing wait for the next', async () => {
  const commands: number[] = [];
  const answers = (op: number) => op === GatewayOpcodes.PresenceUpdate && commands.push(op) > 0;
  const gateway = await scriptedGateway([
    (socket) => {
      behaveWell(socket);
      // It will not read, and so not answer, our close.
      setTimeout(() => {
        socket.send('{"op":7}');
        socket.pause();
      }, 100);
    },
    (socket) => behaveWell(socket, { answers }),
  ]);
  const { shard, ready } = shardOf(await discordWith(), { gatewayUrl: gateway.url });
  await ready();
  const given: Promise<void>[] = [];
  const giving = setInterval(() => given.push(shard.command(GatewayOpcodes.PresenceUpdate, presence('x'))), 100);
  await waitFor(() => commands.length > 0, { what: 'a command on the second connection' });
  clearInterval(giving);
  await Promise.all(given);
  expect(gateway.connections()).toBe(2);
  expect(shard.status()).toMatchObject({ identifies: 1, resumes: 1, queuedCommands: 0 });
});
