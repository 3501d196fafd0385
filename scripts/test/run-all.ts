import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { provideServices, type Services } from '@arrakis/testkit';
import type { TestOptions } from './options.ts';
import { runStep, type StepCommand, type StepResult } from './step.ts';
import { readCounts, type TestCounts } from './vitest-counts.ts';

/** What came out of a run of `npm test`. */
export interface TestReport {
  /** In the order in which they are told. */
  readonly steps: readonly StepResult[];
  readonly origin: Services['origin'] | undefined;
  readonly counts: TestCounts;
}

/** The static checks: they are short, and none needs the other. */
const checks = [
  { title: 'Format', command: ['oxfmt', '--check', '.'] },
  { title: 'Lint', command: ['oxlint'] },
  { title: 'Types', command: ['tsc'] },
  { title: 'Dead code', command: ['knip'] },
] as const;

/** Runs every step, whatever comes out of those before it. The tests run alone: some measure time. */
export async function runAll(root: string, options: TestOptions, signal: AbortSignal): Promise<TestReport> {
  const common = { cwd: root, signal, env: environment(root) };
  const [services, ...checked] = await Promise.all([
    startServices(root, options, signal),
    ...checks.map((check) => runStep({ ...check, ...common, output: 'on-failure' })),
  ]);
  try {
    const tests = await runTests(options, common, services.services);
    return {
      steps: [services.step, ...checked, tests.step],
      origin: services.services?.origin,
      counts: tests.counts,
    };
  } finally {
    await services.services?.stop();
  }
}

async function startServices(
  root: string,
  { docker }: TestOptions,
  signal: AbortSignal,
): Promise<{ step: StepResult; services: Services | undefined }> {
  const title = 'RabbitMQ and Redis';
  const started = performance.now();
  const step = (passed: boolean): StepResult => ({ title, passed, seconds: (performance.now() - started) / 1000 });
  try {
    const services = await provideServices({
      root,
      docker,
      signal,
      report: (line) => {
        console.log(`… ${line}`);
      },
    });
    const result = step(true);
    console.log(`✓ ${title} ${result.seconds.toFixed(1)} s`);
    return { step: result, services };
  } catch (error) {
    if (!signal.aborted) console.log(`✗ ${title}\n\n${error instanceof Error ? error.message : String(error)}\n`);
    return { step: step(false), services: undefined };
  }
}

async function runTests(
  { filters, name }: TestOptions,
  common: Pick<StepCommand, 'cwd' | 'env' | 'signal'>,
  services: Services | undefined,
): Promise<{ step: StepResult; counts: TestCounts }> {
  const results = join(common.cwd, '.arrakis', 'test-results.json');
  await mkdir(join(common.cwd, '.arrakis'), { recursive: true });
  await rm(results, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const selection = name === undefined ? filters : ['--testNamePattern', name, ...filters];
  // Without services, those tests fail that need one, each with the reason.
  const urls = services && { RABBITMQ_URL: services.rabbitmqUrl, REDIS_URL: services.redisUrl };
  const step = await runStep({
    title: 'Tests',
    command: ['vitest', 'run', ...reporters, ...selection],
    ...common,
    env: { ...common.env, ...urls },
    output: 'inherit',
  });
  return { step, counts: await readCounts(results) };
}

/** This process's environment, with the programs of node_modules on the PATH. */
function environment(root: string): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}` };
}
