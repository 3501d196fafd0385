import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const modulePath = new URL('index.ts', import.meta.url).href;

/** A service that logs as many lines as its standard input asks for, and reports on its standard error. */
const script = `
  import { createInterface } from 'node:readline';
  import { runService } from ${JSON.stringify(modulePath)};
  const settings = { LOG_LEVEL: 'info', HEALTH_HOST: '127.0.0.1', HEALTH_PORT: 0 };
  await runService('t', () => settings, async ({ log, health }) => {
    let number = 0;
    createInterface(process.stdin).on('line', async (lines) => {
      for (let line = 0; line < lines; line += 1) log.info({ number: (number += 1), filling: '- '.repeat(500) }, 'a line');
      const metrics = await (await fetch('http://127.0.0.1:' + health.port + '/metrics')).text();
      const dropped = Number(/^bot_log_lines_dropped_total (\\d+)$/m.exec(metrics)?.[1]);
      globalThis.gc();
      console.error(JSON.stringify({ dropped, residentBytes: process.memoryUsage.rss() }));
    });
  });`;

const report = z.object({ dropped: z.number(), residentBytes: z.number() });
const logged = z.object({ msg: z.string(), number: z.number().optional(), lines: z.number().optional() });

class LoggingService {
  readonly #child = spawn(
    process.execPath,
    ['--input-type=module', '--conditions=source', '--expose-gc', '-e', script],
    { cwd: new URL('..', import.meta.url) },
  );
  readonly #reports = createInterface(this.#child.stderr);

  /** Has it log `lines` lines of some 1,050 bytes. */
  async logs(lines: number): Promise<z.output<typeof report>> {
    const answered = once(this.#reports, 'line');
    this.#child.stdin.write(`${lines}\n`);
    const [answer] = z.tuple([z.string()]).parse(await answered);
    return report.parse(JSON.parse(answer));
  }

  /** Nobody will ever read what it logs. */
  loseReader(): void {
    this.#child.stdout.destroy();
  }

  /** Reads from now on what it has logged and will log; the list grows until it has ended. */
  read(): { readonly lines: z.output<typeof logged>[]; readonly ended: Promise<unknown> } {
    const lines: z.output<typeof logged>[] = [];
    const reader = createInterface(this.#child.stdout);
    reader.on('line', (line) => void lines.push(logged.parse(JSON.parse(line))));
    return { lines, ended: once(reader, 'close') };
  }

  /** Ends it, and returns its exit code. */
  async stop(): Promise<number | null> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
    return this.#child.exitCode;
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

describe('the log of a service', () => {
  it('that nobody reads takes a bounded memory, holds up nothing, and not the end either', async () => {
    using service = new LoggingService();
    await service.logs(10_000);
    const first = await service.logs(10_000);
    let last = first;
    for (let batch = 0; batch < 5; batch += 1) last = await service.logs(10_000);
    expect(last.dropped - first.dropped).toBeGreaterThan(49_000);
    // 50 MB were logged meanwhile.
    expect(last.residentBytes - first.residentBytes).toBeLessThan(10 * 2 ** 20);
    expect(await service.stop()).toBe(0);
  });

  it('that is read late has its newest lines, and says how many are missing', async () => {
    using service = new LoggingService();
    const { dropped } = await service.logs(10_000);
    expect(dropped).toBeGreaterThan(5_000);
    const { lines, ended } = service.read();
    await expect
      .poll(() => lines.at(-1), { timeout: 10_000 })
      .toMatchObject({ lines: dropped, msg: expect.stringContaining('missing') });
    await service.stop();
    await ended;
    const numbers = lines.flatMap(({ number }) => number ?? []);
    expect(numbers.length + dropped).toBe(10_000);
    expect(numbers.slice(-3_000)).toEqual(Array.from({ length: 3_000 }, (_, index) => 7_001 + index));
    expect(lines.filter(({ lines: missing }) => missing !== undefined)).toHaveLength(1);
    expect(lines.at(-1)).toMatchObject({ msg: 'stopped' });
  });

  it('whose reader begins to read at the end has all that had room', async () => {
    using service = new LoggingService();
    expect(await service.logs(3_000)).toMatchObject({ dropped: 0 });
    const stopped = service.stop();
    const { lines, ended } = service.read();
    await Promise.all([stopped, ended]);
    expect(lines.flatMap(({ number }) => number ?? [])).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1));
    expect(lines.at(-1)).toMatchObject({ msg: 'stopped' });
  });

  it('whose reader is gone is dropped and counted, and the service goes on', async () => {
    using service = new LoggingService();
    service.loseReader();
    await expect.poll(async () => (await service.logs(1)).dropped, { timeout: 10_000 }).toBeGreaterThan(0);
    const before = await service.logs(0);
    const after = await service.logs(1_000);
    expect(after.dropped - before.dropped).toBe(1_000);
    expect(await service.stop()).toBe(0);
  });
});
