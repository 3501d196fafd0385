import type { Simulator } from '@arrakis/simulator';
import { waitFor } from '@arrakis/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { behaveWell, readyText, scriptedGateway, type Script } from './testing/scripted-gateway.ts';
import { discordWith, rawDispatch, send, shardOf } from './testing/shard-fixture.ts';

const megabytes10 = 'x'.repeat(10_000_000);

/** Anything but a dispatch with a number that Discord has yet to use: that would be believed. */
const hostileFrame = fc.oneof(
  fc.json(),
  fc.string(),
  fc.uint8Array({ maxLength: 300 }),
  fc
    .record({ op: fc.jsonValue(), s: fc.jsonValue(), t: fc.jsonValue(), d: fc.jsonValue() })
    .map((frame) => JSON.stringify(frame)),
  fc.record({ op: fc.constantFrom(1, 7, 10, 11, 99), d: fc.jsonValue() }).map((frame) => JSON.stringify(frame)),
  fc.nat(40).map((cut) => rawDispatch(1).slice(0, -cut - 1)),
  fc.constantFrom(
    rawDispatch(1, 'READY', { session_id: 'x', resume_gateway_url: 'ws://127.0.0.1', guilds: [] }),
    rawDispatch(1, 'RESUMED', {}),
    rawDispatch(2, 'GUILD_CREATE', null),
    rawDispatch(-1),
    rawDispatch(0),
    rawDispatch(1.5),
    rawDispatch(Number.MAX_SAFE_INTEGER),
    '{"t":"X","s":1e999,"op":0,"d":{}}',
    '{"t":"X","s":99999999999999999999,"op":0,"d":{}}',
    `{"t":"X","s":1,"op":0,"d":"${megabytes10}"}`,
    megabytes10,
    '['.repeat(200_000),
    `{"op":0,"t":"X","s":1,"d":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
    '{"__proto__":{"op":0},"constructor":{"t":"X"}}',
  ),
);

const freeGate = { enter: async () => ({ identified: () => undefined, abandoned: () => undefined }) };

describe.each(['none', 'zlib-stream', 'zstd-stream'] as const)('hostile frames with compression %s', (compression) => {
  it('lose nothing, repeat nothing and cost no session', async () => {
    const count = 30;
    const discord = await discordWith({ maxConcurrency: count, heartbeatIntervalMs: 5_000 });
    const applicationId = discord.bots[0]?.applicationId ?? '';
    const sendEach = async (first: number) => {
      const data = (index: number) => ({ guild_id: '1', number: first + index, user: { id: '1' } });
      const burst = (shardId: number) =>
        discord.gateway.burst({ applicationId, shardId, count: 5, type: 'GUILD_MEMBER_ADD', data });
      await Promise.all(frames.map((_frame, shardId) => burst(shardId)));
    };
    const frames = fc.sample(hostileFrame, count);
    const shards = frames.map((_frame, id) =>
      shardOf(discord, { id, count, compression, identifyGate: freeGate, confirm: id % 2 === 0 }),
    );
    await Promise.all(shards.map(({ ready }) => ready()));
    await sendEach(1);
    frames.forEach((frame, shardId) => discord.gateway.sendRaw({ shardId }, frame));
    await sendEach(6);
    for (const [id, { shard, numbers, received }] of shards.entries()) {
      const what = `shard ${id} after ${String(frames[id]).slice(0, 200)}`;
      const settled = () => discord.gateway.sessions({ shardId: id })[0]?.sequence === shard.status().received;
      await waitFor(() => shard.status().state === 'ready' && numbers().length >= 10 && settled(), { what });
      expect(numbers(), what).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      const last = received.at(-1)?.sequence;
      expect(shard.status(), what).toMatchObject({ identifies: 1, received: last, confirmed: id % 2 === 0 ? last : 0 });
    }
  });
});

describe('a dispatch that Discord replays after every RESUME', () => {
  /** Gives the session an event as Discord would, so that it is replayed. */
  function dispatch(discord: Simulator, type: string, data: unknown): void {
    const [bot] = discord.bots;
    discord.gateway.dispatch({
      applicationId: bot?.applicationId ?? '',
      guildId: bot?.guildIds()[0] ?? '',
      type,
      data,
    });
  }

  it('and that is nested deeper than any other is handed on as it came', async () => {
    const discord = await discordWith();
    const { ready, receives, received, shard } = shardOf(discord);
    await ready();
    let nested: unknown = 'deep';
    for (let level = 0; level < 2_000; level += 1) nested = level % 2 === 0 ? [nested] : { nested };
    dispatch(discord, 'GUILD_MEMBER_UPDATE', { guild_id: '1', nested });
    await receives(send(discord, 3));
    const deep = received.find(({ name }) => name === 'GUILD_MEMBER_UPDATE');
    expect(JSON.stringify(JSON.parse(deep?.body.toString() ?? ''))).toBe(JSON.stringify({ guild_id: '1', nested }));
    expect(deep?.fields.guildId).toBe('1');
    expect(shard.status()).toMatchObject({ identifies: 1, resumes: 0 });
  });

  it('and that cannot be read is left out on the fourth connection, and told as a gap', async () => {
    const discord = await discordWith();
    const { ready, receives, received, told, shard } = shardOf(discord);
    await ready();
    await receives(send(discord, 3));
    const { sequence = 0, sessionId } = discord.gateway.sessions()[0] ?? {};
    // No routing key could be made of these names.
    for (const name of ['not a name', 'nor this']) dispatch(discord, name, { guild_id: '1' });
    await receives(send(discord, 6));
    await waitFor(() => shard.status().state === 'ready', { what: 'RESUMED' });
    expect(told('disconnected').map(({ reason }) => reason)).toEqual(
      Array.from({ length: 3 }, () => expect.stringContaining('malformed')),
    );
    expect(told('gap')).toMatchObject([1, 2].map((next) => ({ sessionId, from: sequence + next, missing: 1 })));
    expect(told('unreadable')).toMatchObject([
      { sessionId, received: sequence, reason: expect.stringContaining('malformed') },
      { received: sequence + 1 },
    ]);
    expect(shard.status()).toMatchObject({ identifies: 1, resumes: 3, confirmed: received.at(-1)?.sequence });

    // One that comes later has connections of its own.
    dispatch(discord, 'later', { guild_id: '1' });
    await waitFor(() => told('disconnected').length === 4, { what: 'the end of the connection' });
  }, 30_000);
});

describe('nonsense in the place of a dispatch', () => {
  it('on every connection is left out, and the hole told, although a RESUMED may leave one as well', async () => {
    let sequence = 3;
    const replays: Script = (socket) =>
      behaveWell(socket, {
        answers: (op) => {
          if (op !== 2 && op !== 6) return false;
          if (op === 2) socket.send(readyText('session'));
          sequence += 1;
          socket.send('nonsense');
          socket.send(rawDispatch(3));
          if (op === 6) socket.send(rawDispatch(sequence, 'RESUMED', {}));
          return true;
        },
      });
    const gateway = await scriptedGateway([replays]);
    const discord = await discordWith();
    const { receives, told, shard } = shardOf(discord, { gatewayUrl: gateway.url });
    await receives([3]);
    await waitFor(() => shard.status().state === 'ready', { what: 'RESUMED' });
    expect(gateway.connections()).toBe(4);
    expect(told('unreadable')).toMatchObject([{ received: 1, reason: expect.stringContaining('not JSON') }]);
    expect(told('gap')[0]).toMatchObject({ from: 2, to: 2, missing: 1 });
    expect(shard.status()).toMatchObject({ identifies: 1, resumes: 3, confirmed: sequence });
  });
});

describe('a handshake that goes wrong', () => {
  const never: Script = (socket) => socket.on('message', () => undefined);
  const says =
    (text: string): Script =>
    (socket) =>
      socket.send(text);
  const answersIdentifyWith =
    (text: string): Script =>
    (socket) =>
      behaveWell(socket, {
        answers: (op) => {
          if (op === 2) socket.send(text);
          return op === 2;
        },
      });

  it.each<[string, Script]>([
    ['nonsense', says('nonsense')],
    ['a hello without an interval', says('{"op":10,"d":{}}')],
    ['a hello with no positive interval', says('{"op":10,"d":{"heartbeat_interval":0}}')],
    ['a hello with an interval of days', says('{"op":10,"d":{"heartbeat_interval":1e12}}')],
    ['a dispatch before hello', says(rawDispatch(1))],
    ['READY before hello', says(readyText('early'))],
    ['a reconnect before hello', says('{"op":7,"d":null}')],
    ['an invalid session before hello', says('{"op":9,"d":false}')],
    ['a dispatch instead of READY', answersIdentifyWith(rawDispatch(1))],
    ['RESUMED instead of READY', answersIdentifyWith(rawDispatch(1, 'RESUMED', {}))],
    ['a READY without a session', answersIdentifyWith(rawDispatch(1, 'READY', { guilds: [] }))],
    ['a READY with a session id that is too long', answersIdentifyWith(readyText('x'.repeat(129)))],
    ['a READY with a session id that grows in UTF-8', answersIdentifyWith(readyText('☂'.repeat(100)))],
    ['the end of the connection', (socket) => socket.terminate()],
    ['the end after hello', (socket) => (behaveWell(socket), socket.close(1001))],
  ])('by %s is begun again', async (_what, script) => {
    const gateway = await scriptedGateway([script, behaveWell]);
    const discord = await discordWith();
    const { ready, shard } = shardOf(discord, { gatewayUrl: gateway.url });
    await ready();
    expect(gateway.connections()).toBe(2);
    expect(shard.status().confirmed).toBe(1);
  });

  it('by a place to resume that no WebSocket can be opened to is none: it is resumed where it began', async () => {
    const ready = (host: string) => {
      const d = { session_id: 'session', resume_gateway_url: `ws://${host}/#fragment`, guilds: [] };
      return JSON.stringify({ t: 'READY', s: 1, op: 0, d });
    };
    const gateway = await scriptedGateway([
      (socket) =>
        behaveWell(socket, {
          answers: (op) => {
            if (op === 2) socket.send(ready(new URL(gateway.url).host), () => socket.close(4000));
            return op === 2;
          },
        }),
      behaveWell,
    ]);
    const discord = await discordWith();
    const { shard } = shardOf(discord, { gatewayUrl: gateway.url });
    await waitFor(() => shard.status().resumes === 1 && shard.status().state === 'ready', { what: 'a RESUME' });
  });

  it('by silence is not waited for when the shard is stopped', async () => {
    const gateway = await scriptedGateway([never]);
    const discord = await discordWith();
    const { running, shard } = shardOf(discord, { gatewayUrl: gateway.url });
    await waitFor(() => gateway.connections() === 1, { what: 'a connection' });
    shard.stop();
    await running;
    expect(shard.status().state).toBe('stopped');
  });
});

describe('a heartbeat', () => {
  let heartbeats = 0;
  const flow =
    (text: (sequence: number) => string): Script =>
    (socket) => {
      let sequence = 1;
      let timer: NodeJS.Timeout | undefined;
      socket.on('close', () => clearInterval(timer));
      const answers = (op: number) => {
        // READY is sent at once.
        if (op === 2) timer = setInterval(() => socket.send(text((sequence += 1))), 5);
        if (op === 1) heartbeats += 1;
        return op === 1;
      };
      behaveWell(socket, { intervalMs: 150, answers });
    };

  it('that is not acknowledged is forgiven once while dispatches come, and not twice', async () => {
    const gateway = await scriptedGateway([flow(rawDispatch), behaveWell]);
    const discord = await discordWith();
    const { told, numbers } = shardOf(discord, { gatewayUrl: gateway.url });
    await waitFor(() => told('disconnected').length === 1, { what: 'the end of the connection' });
    const heard = numbers().length;
    expect(told('disconnected')).toMatchObject([{ code: 1006, reason: expect.stringContaining('zombie') }]);
    // The third would have been the one not to be forgiven.
    expect(heartbeats).toBe(2);
    expect(heard).toBeGreaterThan(0);
  });
});

it('a gateway that counts from somewhere else is not taken for one that replays', async () => {
  const discord = await discordWith();
  const { ready, told, numbers, receives, shard } = shardOf(discord);
  await ready();
  await receives(send(discord, 3));
  discord.gateway.sendRaw({}, rawDispatch(5_000, 'FUTURE'));
  await waitFor(() => shard.status().confirmed === 5_000, { what: 'the frame' });
  send(discord, 30);
  await waitFor(() => shard.status().identifies === 2 && shard.status().state === 'ready', {
    what: 'a new session',
    timeoutMs: 15_000,
  });
  expect(told('gap')).toMatchObject([{ to: 4_999 }]);
  expect(told('session-lost')).toMatchObject([
    { confirmed: 5_000, received: 5_000, reason: 'Discord closed with 4007' },
  ]);
  const sent = send(discord, 3);
  await waitFor(() => numbers().at(-1) === sent.at(-1), { what: 'the events of the new session' });
});
