import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { AppProcess } from './app-process.ts';
import { findProcess } from './processes.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

/** An app small enough to see through: tells its port, is ready at the second question, ends as asked. */
const smallApp = `
  import { createServer } from 'node:http';
  let asked = 0;
  const answer = (request, response) => {
    if (request.url === '/metrics') return response.end('seen_total{kind="a"} 3\\nseen_total{kind="ab"} 5\\n');
    response.statusCode = (asked += 1) < 2 ? 503 : 200;
    response.end();
  };
  const server = createServer(answer).listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    const time = new Date().toISOString();
    console.log(JSON.stringify({ level: 'info', msg: 'started', time, healthPort: port, greeting: process.env.GREETING }));
  });
  process.on('SIGTERM', () => process.exit(7));
`;

async function appFrom(source: string) {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'main.mjs');
  await writeFile(path, source);
  return { ...folder, main: pathToFileURL(path) };
}

test('an app is told its settings, becomes ready, shows its metrics and ends by the signal', async () => {
  await using source = await appFrom(smallApp);
  await using app = new AppProcess(source.main, { GREETING: 'hello' });
  await app.ready();
  expect(await app.logged(/hello/)).toContain('started');
  expect(app.log).toMatchObject([{ level: 'info', msg: 'started', greeting: 'hello' }]);
  expect(await app.metric('seen_total{kind="a"}')).toBe(3);
  expect(await app.metric('unheard_of')).toBe(0);
  expect(app.running).toBe(true);
  expect(await app.end('SIGTERM')).toBe(7);
  expect(app.running).toBe(false);
  expect(await app.get('/readyz')).toEqual({ status: 0, text: '' });
});

test('waiting for an app that has ended fails at once, with what it said last', async () => {
  await using source = await appFrom('console.error("no such setting"); process.exit(2);');
  await using app = new AppProcess(source.main, {});
  const startedAt = performance.now();
  await expect(app.ready()).rejects.toThrow(/has ended.*no such setting/s);
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  await expect(app.logged(/never/)).rejects.toThrow('has ended');
  expect(await app.ended()).toBe(2);
});

test('waiting in vain shows what the app said last', async () => {
  await using source = await appFrom('console.log("starting"); setInterval(() => {}, 1000);');
  await using app = new AppProcess(source.main, {});
  await app.logged(/starting/);
  await expect(app.ready(50)).rejects.toThrow(/did not come to readiness in 50 ms.*starting/s);
  expect(await app.end('SIGKILL')).toBeNull();
});

test('an app ends with the process that started it', async () => {
  await using source = await appFrom('console.log("running"); setInterval(() => {}, 1000);');
  const owner = `
    import { AppProcess } from ${JSON.stringify(join(import.meta.dirname, 'app-process.ts'))};
    const app = new AppProcess(new URL(${JSON.stringify(source.main.href)}), {});
    await app.logged(/running/);
    console.log(app.pid);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', owner], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  const pid = Number(line);
  expect(await findProcess(pid)).toBeDefined();
  child.kill('SIGKILL');
  await waitFor(async () => (await findProcess(pid)) === undefined, { what: 'the end of the app' });
});
