import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

function run(...argv: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [main, ...argv]);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const listening = z.object({
  event: z.literal('listening'),
  controlUrl: z.url(),
  gatewayUrl: z.url(),
  bots: z.array(z.object({ applicationId: z.string(), token: z.string() })),
});

test('as its own process it says where it listens, and ends within a second of SIGTERM, clients or not', async () => {
  const child = run('--token', 'a.b.c', '--guilds', '3', '--community', '50');
  const [line] = await once(createInterface(child.stdout), 'line');
  const { controlUrl, gatewayUrl, bots } = listening.parse(JSON.parse(String(line)));
  expect(bots).toMatchObject([{ token: 'a.b.c' }]);
  const client = new WebSocket(`${gatewayUrl}?v=10&encoding=json`);
  await once(client, 'message');
  const overview = z.object({ guilds: z.array(z.string()) }).parse(await (await fetch(controlUrl)).json());
  expect(overview.guilds).toHaveLength(3);
  const startMs = performance.now();
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(performance.now() - startMs).toBeLessThan(1000);
});

test('wrong settings end it with code 2 and a message on stderr', async () => {
  const child = run('--port', 'high', '--members', 'none');
  const [message, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(code).toBe(2);
  expect(message).toMatch(/--port[^]*--members/);
});

test('a port that is taken ends it with code 1', async () => {
  const first = run();
  const [line] = await once(createInterface(first.stdout), 'line');
  const { controlUrl } = listening.parse(JSON.parse(String(line)));
  const second = run('--port', new URL(controlUrl).port);
  const [message, [code]] = await Promise.all([text(second.stderr), once(second, 'exit')]);
  expect(code).toBe(1);
  expect(message).toContain('EADDRINUSE');
});

test('--help shows the settings and examples', async () => {
  const child = run('--help');
  const [help, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(code).toBe(0);
  expect(help).toMatch(/Usage[^]*--community[^]*Examples/);
});
