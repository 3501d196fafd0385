import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { listenOnLoopback } from './loopback.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { waitFor } from './wait-for.ts';

/** A server that sends back what it gets, reached through a proxy. */
async function startEcho() {
  const accepted: Socket[] = [];
  const server = createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  const proxy = await TcpProxy.start('127.0.0.1', await listenOnLoopback(server));
  return {
    proxy,
    accepted,
    async [Symbol.asyncDispose]() {
      await proxy.stop();
      server.close();
      for (const socket of accepted) socket.destroy();
    },
  };
}

async function dial(port: number) {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('utf8');
  const seen = { text: '', ended: false, error: undefined as NodeJS.ErrnoException | undefined };
  socket.on('data', (text: string) => (seen.text += text));
  socket.on('end', () => (seen.ended = true));
  socket.on('error', (error) => (seen.error = error));
  await once(socket, 'connect');
  return { socket, seen };
}

test('passes bytes both ways, and the end of each direction', async () => {
  await using echo = await startEcho();
  const { socket, seen } = await dial(echo.proxy.port);
  const long = 'x'.repeat(3_000_000);
  socket.end(long);
  await waitFor(() => seen.ended, { what: "the echo's end" });
  expect(seen.text.length).toBe(long.length);
  await waitFor(() => echo.proxy.connections === 0, { what: 'the proxy to forget the connection' });
});

test('cut resets both sides and lets new connections in', async () => {
  await using echo = await startEcho();
  const first = await dial(echo.proxy.port);
  first.socket.write('a');
  await waitFor(() => first.seen.text === 'a', { what: 'the echo' });
  echo.proxy.cut();
  await waitFor(() => first.seen.error?.code === 'ECONNRESET', { what: 'the reset' });
  await waitFor(() => echo.accepted[0]?.destroyed, { what: "the reset on the target's side" });

  const second = await dial(echo.proxy.port);
  second.socket.write('b');
  await waitFor(() => second.seen.text === 'b', { what: 'the echo on a new connection' });
});

test('pause holds back one direction alone where that is asked for', async () => {
  await using echo = await startEcho();
  const { socket, seen } = await dial(echo.proxy.port);
  let received = '';
  await waitFor(() => echo.accepted[0], { what: 'the connection' });
  echo.accepted[0]?.on('data', (chunk) => (received += String(chunk)));
  echo.proxy.pause('answers');
  socket.write('a');
  await waitFor(() => received === 'a', { what: 'the request' });
  expect(seen.text).toBe('');
  echo.proxy.resume();
  await waitFor(() => seen.text === 'a', { what: 'the answer' });
  echo.proxy.pause('requests');
  echo.accepted[0]?.write('b');
  socket.write('c');
  await waitFor(() => seen.text === 'ab', { what: 'what the target says of itself' });
  expect(received).toBe('a');
});

test('pause leaves both sides connected and silent until resume', async () => {
  await using echo = await startEcho();
  const { socket, seen } = await dial(echo.proxy.port);
  socket.write('a');
  await waitFor(() => seen.text === 'a', { what: 'the echo' });
  echo.proxy.pause();
  socket.write('b');
  await delay(50);
  expect(seen).toEqual({ text: 'a', ended: false, error: undefined });
  echo.proxy.resume();
  await waitFor(() => seen.text === 'ab', { what: 'what was held back' });
});

test('a connection made while paused is accepted and silent', async () => {
  await using echo = await startEcho();
  echo.proxy.pause();
  const { socket, seen } = await dial(echo.proxy.port);
  socket.write('a');
  await delay(50);
  expect(seen.text).toBe('');
  echo.proxy.resume();
  await waitFor(() => seen.text === 'a', { what: 'what was held back' });
});

test('strand silences what is open for as long as it lasts, and nothing else', async () => {
  await using echo = await startEcho();
  const first = await dial(echo.proxy.port);
  first.socket.write('a');
  await waitFor(() => first.seen.text === 'a', { what: 'the echo' });
  echo.proxy.strand();
  first.socket.write('b');
  const second = await dial(echo.proxy.port);
  second.socket.write('c');
  await waitFor(() => second.seen.text === 'c', { what: 'the echo on a new connection' });
  expect(first.seen).toEqual({ text: 'a', ended: false, error: undefined });
  echo.proxy.cut();
  await waitFor(() => echo.proxy.connections === 0, { what: 'the proxy to forget both' });
});

test('refuse resets new connections and spares open ones', async () => {
  await using echo = await startEcho();
  const open = await dial(echo.proxy.port);
  echo.proxy.refuse(true);
  // The reset may come before the client's "connect" or after it.
  const [error] = await once(connect(echo.proxy.port, '127.0.0.1'), 'error');
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  open.socket.write('a');
  await waitFor(() => open.seen.text === 'a', { what: 'the echo' });
});

test('delay holds bytes back in each direction', async () => {
  await using echo = await startEcho();
  const { socket, seen } = await dial(echo.proxy.port);
  echo.proxy.delay(60);
  const started = performance.now();
  socket.write('a');
  await waitFor(() => seen.text === 'a', { what: 'the echo' });
  expect(performance.now() - started).toBeGreaterThanOrEqual(119);
});

test('rewrite changes host and port only', async () => {
  await using echo = await startEcho();
  expect(echo.proxy.rewrite('amqp://user:pass@broker:5672/vhost?heartbeat=1')).toBe(
    `amqp://user:pass@127.0.0.1:${echo.proxy.port}/vhost?heartbeat=1`,
  );
});

test('stop resets what is open and closes the port', async () => {
  await using echo = await startEcho();
  const { socket, seen } = await dial(echo.proxy.port);
  echo.proxy.pause();
  await echo.proxy.stop();
  await waitFor(() => socket.destroyed, { what: 'the reset' });
  expect(seen.error?.code).toBe('ECONNRESET');
  const [error] = await once(connect(echo.proxy.port, '127.0.0.1'), 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
});
