import { waitFor } from '@arrakis/testkit';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpTransport } from './http-transport.ts';
import { routeTo } from './route.ts';

const releases: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
});

/** A server that counts its connections, and a transport to it. */
async function against({ connectionLifeMs }: { connectionLifeMs?: number } = {}) {
  let connections = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'));
  }).on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const transport = new HttpTransport({
    // By its name, as Discord's is.
    apiUrl: new URL(`http://localhost:${port}/api/v10`),
    token: 'x',
    proxyUrl: undefined,
    ...(connectionLifeMs !== undefined && { connectionLifeMs }),
  });
  releases.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => transport.close(0),
  );
  const ask = () =>
    transport.send({ route: routeTo('GET /gateway'), timeoutMs: 5_000, leftMs: 5_000, signal: undefined });
  return { transport, ask, connections: () => connections };
}

it('connections are used again and again', async () => {
  const { ask, connections } = await against();
  for (let index = 0; index < 20; index += 1) expect((await ask()).status).toBe(200);
  // Of two that come close upon each other, one may find the other's just finishing.
  expect(connections()).toBeLessThanOrEqual(2);
});

it('a connection is renewed after its life, however busy it is, so that its name is looked up anew', async () => {
  const { ask, connections } = await against({ connectionLifeMs: 50 });
  const renewed = async () => (await ask()).status === 200 && connections() >= 3;
  await waitFor(renewed, { what: 'the third connection' });
});

it('interactions have a connection that is open before the first of them', async () => {
  const { transport, connections } = await against();
  transport.keepWarm();
  await waitFor(() => connections() === 1, { what: 'the connection' });
  const route = { ...routeTo('GET /gateway'), interaction: true };
  await transport.send({ route, timeoutMs: 5_000, leftMs: 5_000, signal: undefined });
  expect(connections()).toBe(1);
});

describe('a file', () => {
  /** A part after each of these waits, in ms. */
  const file = (waits: readonly number[]) => ({
    contentType: 'text/plain',
    async *open() {
      for (const ms of waits) {
        await delay(ms);
        yield Buffer.from('x');
      }
    },
  });
  const route = routeTo('POST /channels/{channel.id}/messages', { parameters: { 'channel.id': '1' } });
  const upload = (waits: readonly number[], leftMs = 5_000) => ({
    route,
    multipart: file(waits),
    timeoutMs: 300,
    leftMs,
    signal: undefined,
  });

  it('may take longer than an attempt as long as parts of it are taken', async () => {
    const { transport } = await against();
    const startedAt = performance.now();
    expect((await transport.send(upload(Array.from({ length: 10 }, () => 50)))).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(300);
  });

  it('that stands still is given up, and so is one that takes longer than there is time', async () => {
    const { transport } = await against();
    await expect(transport.send(upload([10, 10_000]))).rejects.toMatchObject({ code: 'TIMEOUT' });
    const endless = upload(
      Array.from({ length: 400 }, () => 50),
      600,
    );
    await expect(transport.send(endless)).rejects.toMatchObject({ code: 'TIMEOUT' });
  });
});
