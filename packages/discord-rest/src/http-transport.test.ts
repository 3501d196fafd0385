import { waitFor } from '@arrakis/testkit';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer } from 'node:http';
import type { Readable } from 'node:stream';
import { createServer as createNetServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { filesOf } from './api/multipart.ts';
import { HttpTransport } from './http-transport.ts';
import { routeTo } from './route.ts';

const releases: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
});

interface ServerOptions {
  readonly connectionLifeMs?: number;
  /** How much of a body is read a little at a time. */
  readonly slowBytes?: number;
}

async function readSlowly(body: Readable, slowBytes: number): Promise<void> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += Buffer.isBuffer(chunk) ? chunk.length : 0;
    if (bytes < slowBytes) await delay(1);
  }
}

/** A server that counts its connections, and a transport to it. */
async function against({ connectionLifeMs, slowBytes = 0 }: ServerOptions = {}) {
  let connections = 0;
  const server = createServer((request, response) => {
    readSlowly(request, slowBytes)
      .then(() => response.end('{}'))
      .catch(() => undefined);
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
  const { transport, ask, connections } = await against();
  transport.keepWarm();
  await waitFor(() => connections() === 1, { what: 'the connection' });
  // When this is answered, the other one has been as well.
  await ask();
  expect(connections()).toBe(2);
  const route = { ...routeTo('GET /gateway'), interaction: true };
  await transport.send({ route, timeoutMs: 5_000, leftMs: 5_000, signal: undefined });
  expect(connections()).toBe(2);
});

describe('a server that lets nobody in', () => {
  /** Connections are opened and never become what https needs. */
  async function silent() {
    const sockets = new Set<Socket>();
    const server = createNetServer((socket) => void sockets.add(socket.on('error', () => undefined)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const apiUrl = new URL(`https://127.0.0.1:${port}/api/v10`);
    const transport = new HttpTransport({ apiUrl, token: 'x', proxyUrl: undefined });
    releases.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    const ask = (timeoutMs: number) =>
      transport.send({ route: routeTo('GET /gateway'), timeoutMs, leftMs: timeoutMs, signal: undefined });
    return { transport, ask };
  }

  it('holds up nobody who closes, however many wait', async () => {
    const { transport, ask } = await silent();
    const asked = Promise.allSettled(Array.from({ length: 600 }, () => ask(60_000)));
    await delay(50);
    const startedAt = performance.now();
    await transport.close(50);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    for (const result of await asked) expect(result).toMatchObject({ status: 'rejected', reason: { sent: false } });
  });

  it('has not been sent what was given up', async () => {
    const { transport, ask } = await silent();
    const results = await Promise.allSettled(Array.from({ length: 600 }, () => ask(50)));
    for (const result of results) expect(result).toMatchObject({ reason: { code: 'TIMEOUT', sent: false } });
    await transport.close(0);
  });
});

it("requests that are given up are in nobody's way", async () => {
  const server = createServer(({ url }, response) => void (url?.endsWith('bot') ? undefined : response.end('{}')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const transport = new HttpTransport({ apiUrl: new URL(`http://127.0.0.1:${port}`), token: 'x', proxyUrl: undefined });
  releases.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => transport.close(0),
  );
  const silence = routeTo('GET /gateway/bot');
  for (let round = 0; round < 3; round += 1) {
    const stop = new AbortController();
    const { signal } = stop;
    const asked = Array.from({ length: 300 }, () =>
      transport.send({ route: silence, timeoutMs: 5_000, leftMs: 5_000, signal }),
    );
    const ended = Promise.allSettled(asked);
    await delay(round * 20);
    stop.abort();
    expect((await ended).every(({ status }) => status === 'rejected')).toBe(true);
  }
  const route = routeTo('GET /gateway');
  const answers = await Promise.all(
    Array.from({ length: 300 }, () => transport.send({ route, timeoutMs: 5_000, leftMs: 5_000, signal: undefined })),
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);
});

describe('a file', () => {
  /** A part after each of these waits, in ms. */
  const file = (waits: readonly number[]) => ({
    contentType: 'text/plain',
    files: [],
    length: undefined,
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

  it('from memory may as well', async () => {
    const { transport } = await against({ slowBytes: 48 * 2 ** 20 });
    const data = Buffer.alloc(64 * 2 ** 20);
    const multipart = filesOf('POST /channels/{channel.id}/messages', { files: [{ name: 'x', data }], body: {} });
    const startedAt = performance.now();
    const request = { route, multipart, timeoutMs: 500, leftMs: 60_000, signal: undefined };
    expect((await transport.send(request)).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(500);
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
