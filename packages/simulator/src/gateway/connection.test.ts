import { setTimeout } from 'node:timers/promises';
import { GatewayCloseCodes as Code, GatewayOpcodes as Opcode } from 'discord-api-types/v10';
import { describe, expect, test, vi } from 'vitest';
import { connect, login, simulatorForTest } from '../testing/fixture.ts';

describe('heartbeats', () => {
  test('are acknowledged, before IDENTIFY too', async () => {
    const { discord } = await simulatorForTest();
    const client = connect(discord.gatewayUrl);
    await client.op(Opcode.Hello);
    client.send(Opcode.Heartbeat, null);
    await client.op(Opcode.HeartbeatAck);
    expect(client.texts.at(-1)).toBe('{"t":null,"s":null,"op":11,"d":null}');
  });

  test('tell the session what the client holds', async () => {
    const { discord } = await simulatorForTest();
    const { client } = await login(discord);
    client.send(Opcode.Heartbeat, 2);
    await client.op(Opcode.HeartbeatAck);
    expect(discord.gateway.sessions()).toMatchObject([{ lastHeartbeatSequence: 2 }]);
    expect(discord.gateway.statistics.heartbeats).toBe(1);
  });

  test('can be asked for', async () => {
    const { discord } = await simulatorForTest();
    const { client } = await login(discord);
    expect(discord.gateway.requestHeartbeat()).toBe(1);
    expect((await client.op(Opcode.Heartbeat)).d).toBeNull();
  });

  test('that stay away close the connection with 4009, and the session can be resumed', async () => {
    const { discord } = await simulatorForTest({
      gateway: { heartbeatIntervalMs: 250, heartbeatGraceMs: 250 },
    });
    const { client, sessionId, token } = await login(discord);
    expect(await client.closed()).toBe(Code.SessionTimedOut);
    const next = connect(discord.gatewayUrl);
    await next.resume(token, { id: sessionId, sequence: client.lastSequence });
    await next.dispatch('RESUMED');
  });

  test('that come keep the connection', async () => {
    const { discord } = await simulatorForTest({
      gateway: { heartbeatIntervalMs: 300, heartbeatGraceMs: 300 },
    });
    const { client } = await login(discord);
    for (let beat = 1; beat <= 10; beat += 1) {
      client.send(Opcode.Heartbeat, null);
      await setTimeout(100);
    }
    expect(client.closeCode).toBeUndefined();
  });
});

describe('a frame', () => {
  const presence = { since: null, activities: [], status: 'online', afk: false };
  const voice = { guild_id: '1', channel_id: null, self_mute: false, self_deaf: true };

  test.each([
    { what: 'that is not JSON', text: '{', code: Code.DecodeError },
    { what: 'without an opcode', text: '{}', code: Code.DecodeError },
    { what: 'that is no object', text: 'null', code: Code.DecodeError },
    { what: 'over 4,096 bytes', text: `{"op":1,"d":null}${' '.repeat(4080)}`, code: Code.DecodeError },
    { what: 'with an unknown opcode', text: '{"op":99,"d":null}', code: Code.UnknownOpcode },
    { what: 'with an opcode of the server', text: '{"op":11,"d":null}', code: Code.UnknownOpcode },
    { what: 'with an invalid payload', text: '{"op":1,"d":"one"}', code: Code.UnknownOpcode },
  ])('$what is answered with $code', async ({ text, code }) => {
    const { discord } = await simulatorForTest();
    const { client } = await login(discord);
    client.sendText(text);
    expect(await client.closed()).toBe(code);
    expect(discord.gateway.statistics.closesByGateway).toEqual({ [code]: 1 });
    expect(discord.gateway.sessions()).toMatchObject([{ state: 'detached' }]);
  });

  test('of exactly 4,096 bytes is taken', async () => {
    const { discord } = await simulatorForTest();
    const { client } = await login(discord);
    client.sendText('{"op":1,"d":null}'.padEnd(4096));
    await client.op(Opcode.HeartbeatAck);
    expect(client.closeCode).toBeUndefined();
  });

  test('in binary is a decode error', async () => {
    const { discord } = await simulatorForTest();
    const { client } = await login(discord);
    client.webSocket.send(Buffer.from('{"op":1,"d":null}'));
    expect(await client.closed()).toBe(Code.DecodeError);
  });

  test.each([
    [Opcode.PresenceUpdate, presence],
    [Opcode.VoiceStateUpdate, voice],
    [Opcode.RequestGuildMembers, { guild_id: '1', query: '', limit: 0 }],
    [Opcode.RequestSoundboardSounds, { guild_ids: [] }],
    [Opcode.RequestChannelInfo, { guild_id: '1', fields: [] }],
  ])('with op %i before IDENTIFY is answered with 4003', async (op, d) => {
    const { discord } = await simulatorForTest();
    const client = connect(discord.gatewayUrl);
    await client.op(Opcode.Hello);
    client.send(op, d);
    expect(await client.closed()).toBe(Code.NotAuthenticated);
  });

  test.each([
    [Opcode.PresenceUpdate, presence],
    [Opcode.VoiceStateUpdate, voice],
  ])('with op %i is accepted when valid and answered with 4001 when not', async (op, d) => {
    const { discord } = await simulatorForTest();
    const { client } = await login(discord);
    client.send(op, d);
    client.send(Opcode.Heartbeat, null);
    await client.op(Opcode.HeartbeatAck);
    client.send(op, { ...d, status: 'asleep', self_mute: 'no' });
    expect(await client.closed()).toBe(Code.UnknownOpcode);
  });

  test('is recorded without the token', async () => {
    const { discord, token } = await simulatorForTest();
    const { sessionId } = await login(discord);
    const [identify] = discord.recording.sent({ op: Opcode.Identify });
    expect(identify?.data).toMatchObject({ intents: 3, token: '[redacted]' });
    expect(JSON.stringify(discord.recording.sent())).not.toContain(token);
    expect(discord.recording.dispatched({ type: 'READY' })).toMatchObject([{ sessionId, sequence: 1, shardId: 0 }]);
  });
});

describe('the send limit', () => {
  test('allows 120 frames in a window, heartbeats included, and answers the next with 4008', async () => {
    const { discord } = await simulatorForTest();
    const { client } = await login(discord);
    for (let sent = 1; sent < 120; sent += 1) client.send(Opcode.Heartbeat, null);
    await client.until(() => client.frames.filter(({ op }) => op === Opcode.HeartbeatAck).length === 119);
    client.send(Opcode.Heartbeat, null);
    expect(await client.closed()).toBe(Code.RateLimited);
  });
});

describe('a disturbance', () => {
  test('cuts the TCP connection without a close frame', async () => {
    const { discord } = await simulatorForTest();
    const { client } = await login(discord);
    expect(discord.gateway.disconnect({ shardId: 0 })).toBe(1);
    expect(await client.closed()).toBe(1006);
    expect(discord.gateway.statistics).toMatchObject({ cuts: 1, connections: 0 });
  });

  test('closes with any code, after what was dispatched before', async () => {
    const { discord, applicationId } = await simulatorForTest();
    const { client } = await login(discord);
    discord.gateway.dispatch({ applicationId, guildId: null, type: 'LAST_WORDS', data: {} });
    discord.gateway.disconnect({ code: 4000 });
    expect(await client.closed()).toBe(4000);
    expect(client.types.at(-1)).toBe('LAST_WORDS');
  });

  test('meets only the connections that the selector names', async () => {
    const { discord } = await simulatorForTest({ gateway: { maxConcurrency: 2 } });
    const first = await login(discord, { identify: { shard: [0, 2] } });
    const second = await login(discord, { identify: { shard: [1, 2] } });
    expect(discord.gateway.disconnect({ shardId: 1, code: 4000 })).toBe(1);
    expect(await second.client.closed()).toBe(4000);
    expect(discord.gateway.sessions({ sessionId: first.sessionId })).toMatchObject([
      { state: 'connected', shard: [0, 2] },
    ]);
  });

  test('asks for a reconnect', async () => {
    const { discord } = await simulatorForTest();
    const { client } = await login(discord);
    discord.gateway.requestReconnect();
    expect((await client.op(Opcode.Reconnect)).d).toBeNull();
  });

  test('silences a connection: it reads, but gives neither answer nor event until it speaks again', async () => {
    const { discord, applicationId } = await simulatorForTest();
    const { client } = await login(discord);
    await client.until(() => client.types.length === 3);
    const before = client.frames.length;
    discord.gateway.silence({}, true);
    client.send(Opcode.Heartbeat, 1);
    discord.gateway.dispatch({ applicationId, guildId: null, type: 'UNHEARD', data: {} });
    await vi.waitFor(() => expect(discord.gateway.statistics.heartbeats).toBe(1));
    expect(client.frames).toHaveLength(before);
    discord.gateway.silence({}, false);
    await client.dispatch('UNHEARD');
    expect(client.frames).toHaveLength(before + 1);
  });

  test('sends hostile frames, text or bytes', async () => {
    const { discord } = await simulatorForTest();
    const { client } = await login(discord);
    discord.gateway.sendRaw({}, '{"t":"MESSAGE_CREATE","s":9,"op":0,"d":');
    discord.gateway.sendRaw({}, new Uint8Array([0xff, 0x00]));
    await client.until(() => client.texts.length >= 5);
    expect(client.texts).toContain('{"t":"MESSAGE_CREATE","s":9,"op":0,"d":');
    expect(client.texts).toContain(Buffer.from([0xff, 0x00]).toString());
  });
});
