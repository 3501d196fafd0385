import type { Simulator } from '@arrakis/simulator';
import { waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import { FatalGatewayError } from './index.ts';
import { scriptedGateway } from './testing/scripted-gateway.ts';
import { discordWith, send, shardOf } from './testing/shard-fixture.ts';

describe('a shard', () => {
  it('identifies once, tells available guilds from joined ones, and hands on what comes', async () => {
    const discord = await discordWith();
    const { ready, received, numbers, shard, receives } = shardOf(discord);
    await ready();
    await waitFor(() => received.filter(({ name }) => name === 'GUILD_CREATE').length === 3, { what: 'the guilds' });
    const sent = send(discord, 20);
    await receives(sent);
    expect(numbers()).toEqual(sent);
    discord.world.addGuild({});
    await waitFor(() => received.filter(({ name }) => name === 'GUILD_CREATE').length === 4, { what: 'the join' });
    const guilds = received.filter(({ name }) => name === 'GUILD_CREATE');
    expect(guilds.map(({ guildWasUnavailable }) => guildWasUnavailable)).toEqual([true, true, true, false]);
    expect(shard.status()).toMatchObject({ identifies: 1, resumes: 0, lag: 0 });
  });

  it('acknowledges to Discord only what is confirmed, without a hole', async () => {
    const discord = await discordWith();
    const { ready, received, confirms, shard } = shardOf(discord, { confirm: false });
    await ready();
    await waitFor(() => received.length === 4, { what: 'READY and three guilds' });
    const acknowledged = () => discord.gateway.sessions()[0]?.lastHeartbeatSequence;
    for (const index of [0, 1, 3]) confirms[index]?.();
    await waitFor(() => acknowledged() === received[1]?.sequence, { what: 'the heartbeat to follow' });
    expect(shard.snapshot()?.sequence).toBe(received[1]?.sequence);
    confirms[2]?.();
    await waitFor(() => acknowledged() === received[3]?.sequence, { what: 'the heartbeat to follow' });
  });

  it('acknowledges no more than a successor could resume from', async () => {
    const discord = await discordWith();
    let resumable: number | undefined;
    const { ready, received } = shardOf(discord, { resumableFrom: () => resumable });
    await ready();
    await waitFor(() => received.length === 4, { what: 'READY and three guilds' });
    const acknowledged = () => discord.gateway.sessions()[0]?.lastHeartbeatSequence;
    const { heartbeats } = discord.gateway.statistics;
    await waitFor(() => discord.gateway.statistics.heartbeats > heartbeats + 1, { what: 'heartbeats' });
    expect(acknowledged()).toBeNull();
    resumable = received[1]?.sequence;
    await waitFor(() => acknowledged() === received[1]?.sequence, { what: 'the heartbeat to follow' });
    resumable = Number.MAX_SAFE_INTEGER;
    await waitFor(() => acknowledged() === received[3]?.sequence, { what: 'the heartbeat to follow' });
  });

  it.each([
    ['its TCP connection is cut', (discord: Simulator) => discord.gateway.disconnect({})],
    ['Discord closes with 4000', (discord: Simulator) => discord.gateway.disconnect({ code: 4000 })],
    ['Discord asks for a reconnect', (discord: Simulator) => discord.gateway.requestReconnect({})],
    ['Discord sends something that is not JSON', (discord: Simulator) => discord.gateway.sendRaw({}, 'x{')],
    ['Discord goes silent', (discord: Simulator) => discord.gateway.silence({}, true)],
    [
      'Discord says the session may be resumed',
      (discord: Simulator) => discord.gateway.invalidateSession({ resumable: true }),
    ],
  ])('resumes without a loss or a repetition when %s', async (_cause, disturb) => {
    const discord = await discordWith();
    const { ready, numbers, shard, receives } = shardOf(discord);
    await ready();
    const sent = send(discord, 10);
    disturb(discord);
    sent.push(...send(discord, 10));
    await waitFor(() => shard.status().resumes > 0, { what: 'a RESUME', timeoutMs: 15_000 });
    await ready();
    sent.push(...send(discord, 10));
    await receives(sent);
    expect(numbers()).toEqual(sent);
    expect(discord.gateway.identifies).toBe(1);
  });

  it('identifies anew when the session is gone, and says that it was lost', async () => {
    const discord = await discordWith();
    const { ready, events, shard } = shardOf(discord);
    await ready();
    discord.gateway.invalidateSession({ resumable: false });
    await waitFor(() => shard.status().identifies === 2 && shard.status().state === 'ready', {
      what: 'a new session',
      timeoutMs: 15_000,
    });
    expect(events.filter(({ type }) => type === 'session-lost')).toHaveLength(1);
    const wait = events.find((event) => event.type === 'disconnected');
    expect(wait?.type === 'disconnected' && wait.retryInMs).toBeGreaterThanOrEqual(1_000);
  });

  it('stopped keeps its session, and a successor goes on from the cursor with what was not confirmed', async () => {
    const discord = await discordWith();
    const first = shardOf(discord, { confirm: false });
    await first.ready();
    await waitFor(() => first.received.length === 4, { what: 'READY and three guilds' });
    for (const confirm of first.confirms) confirm();
    const sent = send(discord, 10);
    await first.receives(sent);
    for (const confirm of first.confirms.slice(0, 4 + 6)) confirm();
    first.shard.stop();
    await first.running;
    expect(first.shard.status().state).toBe('stopped');
    sent.push(...send(discord, 5));
    const session = first.shard.snapshot();
    if (session === undefined) throw new Error('a session was there');
    const successor = shardOf(discord, { session });
    await successor.ready();
    await successor.receives(sent.slice(6));
    expect(successor.numbers()).toEqual(sent.slice(6));
    expect(discord.gateway.identifies).toBe(1);
  });

  it('whose session was stored before anything of it was confirmed begins with READY, and tells joins apart', async () => {
    const discord = await discordWith();
    const first = shardOf(discord, { confirm: false });
    await first.ready();
    await waitFor(() => first.received.length === 4, { what: 'READY and three guilds' });
    discord.gateway.disconnect({});
    await waitFor(() => first.shard.status().resumes === 1, { what: 'a RESUME' });
    await first.ready();
    expect(first.received.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    first.shard.stop();
    await first.running;
    const session = first.shard.snapshot();
    expect(session).toMatchObject({ sequence: 0, unavailableGuilds: [] });
    const successor = shardOf(discord, session && { session });
    await successor.ready();
    await waitFor(() => successor.received.length >= 5, { what: 'the replay' });
    expect(successor.received.slice(0, 4).map(({ name }) => name)).toEqual(
      first.received.slice(0, 4).map(({ name }) => name),
    );
    expect(successor.received.slice(1, 4).every(({ guildWasUnavailable }) => guildWasUnavailable)).toBe(true);
    expect(successor.shard.status()).toMatchObject({ identifies: 0, resumes: 1 });
  });

  it('that may be held elsewhere leaves its session for a while to whom has resumed it', async () => {
    const discord = await discordWith();
    const first = shardOf(discord, { mayBeHeldElsewhere: () => true });
    await first.ready();
    const session = first.shard.snapshot();
    const holder = shardOf(discord, session && { session });
    await first.reaches('waiting');
    expect(first.told('disconnected')[0]?.retryInMs).toBeGreaterThanOrEqual(15_000);
    await holder.ready();
    const sent = send(discord, 10);
    await holder.receives(sent);
    expect(holder.numbers()).toEqual(sent);
    expect(holder.told('disconnected')).toEqual([]);
  });

  it('that may be held elsewhere does not wait for anybody when nobody can have resumed its session', async () => {
    const discord = await discordWith();
    const { ready, told, shard } = shardOf(discord, { mayBeHeldElsewhere: () => true });
    await ready();
    discord.gateway.invalidateSession({ resumable: false });
    await waitFor(() => told('disconnected').length === 1, { what: 'the end of the connection' });
    expect(told('disconnected')[0]?.retryInMs).toBeLessThanOrEqual(5_000);
    shard.stop();

    const closing = await scriptedGateway([(socket) => socket.close(1011)]);
    const session = { sessionId: 'session', sequence: 1, resumeUrl: closing.url, unavailableGuilds: [] };
    const refused = shardOf(discord, { session, gatewayUrl: closing.url, mayBeHeldElsewhere: () => true });
    await waitFor(() => refused.told('disconnected').length === 2, { what: 'two refusals' });
    expect(refused.told('disconnected').every(({ retryInMs }) => retryInMs <= 1_000)).toBe(true);
  });

  it('ends with what to do when Discord refuses the token, and does not try again', async () => {
    const discord = await discordWith();
    const { running, shard } = shardOf(discord, { token: 'MTIz.abcdef.wrong' });
    await expect(running).rejects.toThrow(FatalGatewayError);
    await expect(running).rejects.toThrow(/4004.*DISCORD_TOKEN/s);
    expect(shard.status().state).toBe('failed');
    expect(discord.gateway.statistics.connectionsOpened).toBe(1);
  });
});
