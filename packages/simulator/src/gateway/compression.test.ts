import { inflateSync } from 'node:zlib';
import { GatewayOpcodes as Opcode } from 'discord-api-types/v10';
import { describe, expect, test } from 'vitest';
import { connect, login, simulatorForTest } from '../testing/fixture.ts';

function numberedData(index: number): { index: number; text: string } {
  return { index, text: 'ü'.repeat(index) };
}

describe.each(['zlib-stream', 'zstd-stream'] as const)('%s', (compress) => {
  test('carries every frame of a connection in one compression context', async () => {
    const { discord, applicationId } = await simulatorForTest({ guilds: 3 });
    const { client } = await login(discord, { compress });
    client.send(Opcode.Heartbeat, null);
    await client.op(Opcode.HeartbeatAck);
    await discord.gateway.burst({
      applicationId,
      count: 2000,
      type: 'NUMBERED',
      data: numberedData,
    });
    await client.until(() => client.types.length === 2004);
    const numbered = client.dispatches.filter(({ t }) => t === 'NUMBERED');
    expect(numbered.map(({ d }) => d)).toEqual(Array.from({ length: 2000 }, (_, index) => numberedData(index)));
  });

  test('sends all that came before a close', async () => {
    const { discord, applicationId } = await simulatorForTest();
    const { client } = await login(discord, { compress });
    for (let index = 0; index < 100; index += 1) {
      discord.gateway.dispatch({ applicationId, guildId: null, type: 'LAST', data: { index } });
    }
    discord.gateway.disconnect({ code: 4000 });
    expect(await client.closed()).toBe(4000);
    await client.until(() => client.types.filter((type) => type === 'LAST').length === 100);
  });

  test('also carries hostile text', async () => {
    const { discord } = await simulatorForTest();
    const { client } = await login(discord, { compress });
    discord.gateway.sendRaw({}, 'not json');
    await client.until(() => client.texts.at(-1) === 'not json');
    expect(client.closeCode).toBeUndefined();
  });
});

test('each message of zlib-stream ends with the sync flush suffix', async () => {
  const { discord } = await simulatorForTest({ guilds: 2 });
  const client = connect(discord.gatewayUrl, { compress: 'zlib-stream' });
  const messages: Buffer[] = [];
  client.webSocket.on('message', (data: Buffer) => messages.push(data));
  await client.login(discord.bots[0]?.token ?? '');
  await client.until(() => client.types.length === 3);
  for (const message of messages) expect(message.subarray(-4).toString('hex')).toBe('0000ffff');
});

test('payload compression, asked for in IDENTIFY, compresses large frames one by one', async () => {
  const { discord, token } = await simulatorForTest();
  const client = connect(discord.gatewayUrl);
  const messages: { data: Buffer; isBinary: boolean }[] = [];
  client.webSocket.on('message', (data: Buffer, isBinary) => messages.push({ data, isBinary }));
  await client.op(Opcode.Hello);
  client.identify(token, { compress: true });
  await client.until(() => client.texts.length === 4);
  const texts = messages.map(({ data, isBinary }) => (isBinary ? inflateSync(data) : data).toString());
  expect(texts.map((text) => text.slice(0, 16))).toEqual([
    '{"t":null,"s":nu',
    '{"t":"READY","s"',
    '{"t":"GUILD_CREA',
    '{"t":"GUILD_CREA',
  ]);
  expect(messages.map(({ isBinary }) => isBinary)).toEqual([false, true, true, true]);
});
