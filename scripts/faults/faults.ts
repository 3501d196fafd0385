import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDockerRunning, provideServices, ServicesUnavailable } from '@arrakis/testkit';
import { brokerVersion } from '../bench/queues.ts';
import { showProgress } from '../bootstrap/progress.mjs';
import { runStep } from '../test/step.ts';
import { faults, tagOf } from './catalogue.ts';
import { OptionsError, parseOptions, usageOf, type BrokerOrigin, type FaultsOptions } from './options.ts';
import { renderReport, type BrokerReport } from './report.ts';
import { isSurvived, readResults } from './results.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const titles: Readonly<Record<BrokerOrigin, string>> = { installed: 'installed', docker: 'container' };

process.exitCode = await main(process.argv.slice(2));
// Whatever library still holds a timer or socket has nothing left to do.
process.exit();

async function main(args: readonly string[]): Promise<number> {
  let options: FaultsOptions | undefined;
  try {
    options = parseOptions(args, faults);
  } catch (cause) {
    if (!(cause instanceof OptionsError)) throw cause;
    console.error(`${cause.message}\n\n${usageOf(faults)}`);
    return 2;
  }
  if (options === undefined) {
    console.log(usageOf(faults));
    return 0;
  }
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interrupt.abort(new Error('interrupted')));
  }
  // A broker that others use is not to be killed.
  delete process.env['RABBITMQ_URL'];
  delete process.env['REDIS_URL'];
  try {
    return await run(options, interrupt.signal);
  } catch (cause) {
    if (interrupt.signal.aborted) return 130;
    throw cause;
  }
}

async function run(options: FaultsOptions, signal: AbortSignal): Promise<number> {
  const reports: BrokerReport[] = [];
  let unavailable = 0;
  for (const origin of options.brokers) {
    const report = await tryOn(origin, options, signal);
    if (report === undefined) unavailable += 1;
    else {
      reports.push(report);
      if (!options.json) console.log(`\n${renderReport(report)}\n`);
    }
  }
  if (options.json) console.log(JSON.stringify({ brokers: reports }));
  const survived = reports.length > 0 && reports.every(({ results }) => results.every(isSurvived));
  return survived && (unavailable === 0 || !options.brokersNamed) ? 0 : 1;
}

/** Undefined when there is no such broker here; standard error says why. */
async function tryOn(
  origin: BrokerOrigin,
  options: FaultsOptions,
  signal: AbortSignal,
): Promise<BrokerReport | undefined> {
  await using stack = new AsyncDisposableStack();
  const started = await showProgress(`Start RabbitMQ and Redis (${origin})`, () => start(origin, signal)).catch(
    (cause: unknown) => {
      if (!(cause instanceof ServicesUnavailable)) throw cause;
      console.error(`Not tried on RabbitMQ (${titles[origin]}): ${cause.message}`);
      return undefined;
    },
  );
  if (started === undefined) return undefined;
  const { rabbitmqUrl, redisUrl } = stack.use(started);
  const broker = `RabbitMQ ${await brokerVersion(rabbitmqUrl)} (${titles[origin]})`;
  const results = join(root, '.arrakis', `faults-${origin}.json`);
  await mkdir(join(root, '.arrakis'), { recursive: true });
  await rm(results, { force: true });
  await runStep({
    title: `Faults on ${broker}`,
    command: [
      'vitest',
      'run',
      '--project=faults',
      `--tags-filter=${options.faults.map(tagOf).join(' or ')}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${results}`,
    ],
    cwd: root,
    env: {
      ...process.env,
      PATH: `${join(root, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`,
      RABBITMQ_URL: rabbitmqUrl,
      REDIS_URL: redisUrl,
      FAULT_TESTS: 'all',
      PRIVATE_SERVERS: origin,
    },
    output: 'to-stderr',
    signal,
  });
  signal.throwIfAborted();
  return { broker, results: await readResults(results, options.faults) };
}

/** @throws {ServicesUnavailable} when they cannot be had this way. */
async function start(origin: BrokerOrigin, signal: AbortSignal) {
  if (origin === 'installed') return provideServices({ root, docker: 'never', signal });
  if (!(await isDockerRunning())) throw new ServicesUnavailable('no Docker engine runs here.');
  const services = await provideServices({ root, docker: 'testcontainers', signal });
  if (services.origin.rabbitmq === 'docker') return services;
  await services.stop();
  throw new ServicesUnavailable('the Docker engine cannot start its image.');
}
