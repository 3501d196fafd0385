import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startSimulator, type Simulator } from '@arrakis/simulator';
import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppProcess } from '../demo/app-process.ts';
import { FolderWatch } from './folder-watch.ts';
import { Prompt } from './prompt.ts';
import { ReloadingWorker, type Reload } from './reloading-worker.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let stack: AsyncDisposableStack;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await mkdtemp(join(tmpdir(), 'arrakis-dev-'));
  stack.defer(() => rm(folder, { recursive: true }));
});
afterEach(() => stack.disposeAsync());

describe('a watched folder', () => {
  it('tells of files that are written, replaced and new, in folders that are new as well', async () => {
    await mkdir(join(folder, 'deep'));
    await writeFile(join(folder, 'deep', 'a.ts'), '1');
    const changed = new Set<string>();
    const watch = new FolderWatch(folder, (file) => changed.add(file.slice(folder.length + 1)));
    stack.defer(() => watch.close());
    const told = async (file: string, change: () => Promise<void>) => {
      changed.clear();
      await change();
      await waitFor(() => changed.has(file), { what: file });
    };
    await told('deep/a.ts', () => writeFile(join(folder, 'deep/a.ts'), '2'));
    await writeFile(join(folder, 'other'), '3');
    await told('deep/a.ts', () => rename(join(folder, 'other'), join(folder, 'deep/a.ts')));
    // The file is another one by now.
    await told('deep/a.ts', () => writeFile(join(folder, 'deep/a.ts'), '4'));
    await told('new', () => mkdir(join(folder, 'new')).then(() => undefined));
    await told('new/b.ts', () => writeFile(join(folder, 'new/b.ts'), '5'));
  });
});

describe('a worker that is started anew on changes', () => {
  let discord: Simulator;
  let env: NodeJS.ProcessEnv;
  const reloads: Reload[] = [];

  function start(name: string, settings: NodeJS.ProcessEnv = {}): AppProcess {
    const logFile = join(folder, `${name}.log`);
    const app = new AppProcess({ root: repository, name, env: { ...env, ...settings }, logFile, fromSources: true });
    stack.defer(() => app.stop());
    return app;
  }

  it('takes over from the former, or leaves it when it cannot; the ingestor keeps its session', async () => {
    discord = stack.use(await startSimulator({ guilds: 1 }));
    const [bot] = discord.bots;
    if (bot === undefined) throw new Error('the simulator has a bot');
    const { rabbitmqUrl, redisUrl } = await testServices();
    env = {
      DISCORD_TOKEN: bot.token,
      DISCORD_APPLICATION_ID: bot.applicationId,
      DISCORD_API_URL: discord.apiUrl,
      RABBITMQ_URL: rabbitmqUrl,
      REDIS_URL: redisUrl,
      ARRAKIS_NAMESPACE: uniqueNamespace(),
    };
    const limit = AbortSignal.timeout(30_000);
    const [ingestor, first] = [start('ingestor'), start('worker')];
    await Promise.all([ingestor.ready(limit), first.ready(limit)]);
    const before = discord.gateway.sessions();
    let settings: NodeJS.ProcessEnv = {};
    const worker = new ReloadingWorker(first, {
      root: folder,
      folders: ['.'],
      start: () => start('worker', settings),
      untilReady: (next) => next.ready(limit),
      onReload: (reload) => reloads.push(reload),
    });
    stack.defer(() => worker.close());
    const prompt = new Prompt(discord);

    await writeFile(join(folder, 'ping.test.ts'), '');
    await writeFile(join(folder, 'ping.ts'), '');
    await waitFor(() => reloads.length === 1, { what: 'the reload' });
    expect(reloads[0]).toMatchObject({ outcome: 'reloaded', file: 'ping.ts' });
    expect(worker.current).not.toBe(first);
    await first.ended;
    expect(await prompt.enter('/echo text:Hello there')).toEqual([
      'Hello there',
      expect.stringMatching(/^after \d+ ms$/),
    ]);

    // An error in the sources: what goes on goes on.
    settings = { WORKER_MAX_ATTEMPTS: 'many' };
    const second = worker.current;
    await writeFile(join(folder, 'ping.ts'), 'const x = ;');
    await waitFor(() => reloads.length === 2, { what: 'the failure' });
    expect(reloads[1]).toMatchObject({ outcome: 'failed', file: 'ping.ts' });
    expect([worker.current, second.running]).toEqual([second, true]);

    const asked = await prompt.enter('/poll question:More water?');
    expect(asked.slice(0, 4)).toEqual(['More water?', '  [poll:vote:yes]', '  [poll:vote:no]', '  [roles:pick]']);
    expect((await prompt.enter('press poll:vote:yes'))[0]).toContain('Last vote: **Yes**');
    expect((await prompt.enter('tab /colour name:re')).slice(0, 2)).toEqual(['  red', '  redwood']);
    expect((await prompt.enter('/feedback'))[0]).toBe('modal feedback: Feedback');
    const thanks = await prompt.enter('submit feedback message:Fine so far');
    expect(thanks.slice(0, 2)).toEqual(['(only you see this)', 'Thank you! You wrote:\nFine so far']);
    expect(await prompt.enter('/gone')).toEqual([expect.stringContaining('gone')]);
    expect((await prompt.enter('help'))[0]).toContain('Type as in Discord');
    expect(discord.gateway.sessions()).toEqual([expect.objectContaining({ sessionId: before[0]?.sessionId })]);
  }, 60_000);
});

describe('npm run dev', () => {
  it('runs until Ctrl-C, does what is typed, and leaves nothing behind', async () => {
    const { rabbitmqUrl, redisUrl } = await testServices();
    const settings = { RABBITMQ_URL: rabbitmqUrl, REDIS_URL: redisUrl, ARRAKIS_NAMESPACE: uniqueNamespace() };
    const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning'];
    const dev = spawn(process.execPath, [...flags, 'scripts/dev/dev.ts'], {
      cwd: repository,
      env: { PATH: process.env['PATH'], ...settings },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    stack.defer(() => void dev.kill('SIGKILL'));
    const lines: string[] = [];
    createInterface({ input: dev.stdout }).on('line', (line) => lines.push(line));
    await waitFor(() => lines.some((line) => line.startsWith('Ready: simulated Discord')), {
      what: 'the start',
      timeoutMs: 40_000,
    });
    dev.stdin.write('/echo text:Hello\n');
    await waitFor(() => lines.includes('Hello'), { what: 'the answer' });
    dev.kill('SIGINT');
    await once(dev, 'close');
    expect(dev.exitCode).toBe(0);
  }, 60_000);
});
