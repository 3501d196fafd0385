import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from './simulator.ts';
import { connect, simulatorForTest } from './testing/fixture.ts';

test('the same seed makes the same Discord', async () => {
  const describe = async (seed: number): Promise<unknown> => {
    await using discord = await startSimulator({ seed });
    return { bots: discord.bots.map(({ token }) => token), guilds: discord.world.guilds };
  };
  expect(await describe(7)).toEqual(await describe(7));
  expect(await describe(7)).not.toEqual(await describe(8));
});

test('two simulators stand side by side', async () => {
  const { discord: one } = await simulatorForTest();
  const { discord: other } = await simulatorForTest();
  expect(one.origin).not.toBe(other.origin);
  expect((await fetch(`${other.apiUrl}/gateway`)).status).toBe(200);
});

test('tells clients of a proxy in front of the gateway', async () => {
  const { discord } = await simulatorForTest();
  discord.announceGateway('ws://127.0.0.1:1/elsewhere');
  const response = await fetch(`${discord.apiUrl}/gateway`);
  expect(await response.json()).toEqual({ url: 'ws://127.0.0.1:1/elsewhere' });
  const client = connect(discord.gatewayUrl);
  const { resume_gateway_url: resumeUrl } = await client.login(discord.bots[0]?.token ?? '');
  expect(resumeUrl).toBe('ws://127.0.0.1:1/elsewhere/resume');
});

test('stops at once, whatever its clients do', async () => {
  const discord = await startSimulator();
  onTestFinished(() => discord.stop().catch(() => undefined));
  const { port, host } = new URL(discord.origin);
  const upgrade = (path: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
  // Accepted, refused with 4012, and not the gateway at all; none of these clients ever closes by itself.
  for (const path of ['/gateway?v=10', '/gateway?v=3', '/elsewhere']) {
    const socket = connectTcp({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    socket.write(upgrade(path));
    await once(socket, 'data');
  }
  const startMs = performance.now();
  await discord.stop();
  expect(performance.now() - startMs).toBeLessThan(1000);
});

test('a client that resets its connection disturbs nobody', async () => {
  const { discord } = await simulatorForTest();
  const { port } = new URL(discord.origin);
  for (const path of ['/gateway', '/elsewhere', '/api/v10/gateway']) {
    const socket = connectTcp({ port: Number(port), host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    socket.resetAndDestroy();
  }
  const hello = await connect(discord.gatewayUrl).op(10);
  expect(hello.d).toMatchObject({ heartbeat_interval: 41_250 });
});
