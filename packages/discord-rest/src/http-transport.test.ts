import { waitFor } from '@arrakis/testkit';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { HttpTransport } from './http-transport.ts';
import { routeTo } from './route.ts';

const releases: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
});

/** A server that counts its connections, and a transport to it. */
async function against({ connectionLifeMs }: { connectionLifeMs?: number } = {}) {
  let connections = 0;
  const server = createServer((_, response) => response.end('{}')).on('connection', () => (connections += 1));
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
  const ask = () => transport.send({ route: routeTo('GET /gateway'), timeoutMs: 5_000, signal: undefined });
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
  await transport.send({ route, timeoutMs: 5_000, signal: undefined });
  expect(connections()).toBe(1);
});
