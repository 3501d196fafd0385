import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testServices } from '@arrakis/testkit';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs what `npm start` hands over to. */
async function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const command = ['--conditions=source', 'scripts/demo/start.ts', ...args];
  try {
    const { stdout, stderr } = await run(process.execPath, command, { cwd: root, env, timeout: 60_000 });
    return { code: 0, output: stdout, errors: stderr };
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause && 'stdout' in cause && 'stderr' in cause)) throw cause;
    return { code: Number(cause.code), output: String(cause.stdout), errors: String(cause.stderr) };
  }
}

describe('npm start', () => {
  beforeAll(async () => {
    // The apps run from their builds, as in production.
    await run(process.execPath, ['node_modules/typescript/bin/tsc', '--build', 'tsconfig.build.json'], { cwd: root });
  });

  it('-- --check: every interaction is answered and every event executed, from gateway frame to REST reply', async () => {
    const { rabbitmqUrl, redisUrl } = await testServices();
    const { code, output, errors } = await start(['--check', '--json'], {
      RABBITMQ_URL: rabbitmqUrl,
      REDIS_URL: redisUrl,
    });
    const failed = output.split('\n').filter((line) => line.includes('"passed":false'));
    expect([failed, code, errors]).toEqual([[], 0, errors]);
    expect(output.split('\n').filter((line) => line.includes('"passed":true'))).toHaveLength(16);
  });

  it('names what is wrong with a setting of an app, and exits with 2', async () => {
    const { rabbitmqUrl, redisUrl } = await testServices();
    const env = { RABBITMQ_URL: rabbitmqUrl, REDIS_URL: redisUrl, SHARD_COUNT: 'many' };
    const { code, errors } = await start(['--check'], env);
    expect([code, errors]).toEqual([2, expect.stringMatching(/SHARD_COUNT cannot be used: expected auto/)]);
  });

  it.each([
    [['--rate', 'x'], /--rate must be a number from 0 to 500/],
    [['--chekc'], /--chekc/],
  ])('%j: says what is wrong, shows the usage, and exits with 2', async (args, message) => {
    const { code, errors } = await start(args);
    expect([code, errors]).toEqual([2, expect.stringMatching(message)]);
    expect(errors).toContain('Usage: npm start');
  });

  it('--help shows examples and exits with 0', async () => {
    expect(await start(['--help'])).toMatchObject({ code: 0, output: expect.stringContaining('npm start -- --check') });
  });
});
