import { mkdir } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideServices, removeNamespaces, ServicesUnavailable } from '@arrakis/testkit';
import { showProgress } from '../bootstrap/progress.mjs';
import { ingest } from './ingest/suite.ts';
import { OptionsError, parseOptions, usageOf, type BenchOptions } from './options.ts';
import { path } from './path/suite.ts';
import { brokerVersion } from './queues.ts';
import { isMet, renderTable } from './report.ts';
import { rest } from './rest/suite.ts';
import type { BenchContext, Finding } from './suite.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const suites = [ingest, path, rest];

process.exitCode = await main(process.argv.slice(2));
// Whatever library still holds a timer or socket has nothing left to do.
process.exit();

async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions | undefined;
  try {
    options = parseOptions(args, suites);
  } catch (cause) {
    if (!(cause instanceof OptionsError)) throw cause;
    console.error(`${cause.message}\n\n${usageOf(suites)}`);
    return 2;
  }
  if (options === undefined) {
    console.log(usageOf(suites));
    return 0;
  }
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interrupt.abort(new Error('interrupted')));
  }
  try {
    return await run(options, interrupt.signal);
  } catch (cause) {
    if (interrupt.signal.aborted) return 130;
    if (!(cause instanceof ServicesUnavailable)) throw cause;
    console.error(`\n${cause.message}`);
    return 1;
  }
}

async function run(options: BenchOptions, signal: AbortSignal): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const services = stack.use(
    await showProgress('Start RabbitMQ and Redis', () =>
      provideServices({ root, docker: 'compose', signal, report: (step) => console.error(`  ${step}`) }),
    ),
  );
  const namespaces: string[] = [];
  // The broker need not be ours alone.
  stack.defer(() => removeNamespaces(namespaces, services));
  const context = await createContext(options, { services, signal, namespaces });
  const findings: Finding[] = [];
  for (const measure of options.suite.measures) {
    if (options.only.length > 0 && !options.only.includes(measure.name)) continue;
    findings.push(...(await measure.run(context)));
  }
  const broker = `RabbitMQ ${await brokerVersion(services.rabbitmqUrl)} (${services.origin.rabbitmq})`;
  report(options, { candidates: context.candidates, broker, findings });
  return options.check && findings.some((finding) => isMet(finding) === false) ? 1 : 0;
}

async function createContext(
  options: BenchOptions,
  { namespaces, ...parts }: Pick<BenchContext, 'services' | 'signal'> & { namespaces: string[] },
): Promise<BenchContext> {
  const { suite, quick, candidates } = options;
  const logFolder = join(root, '.arrakis', 'logs');
  const profileFolder = join(root, '.arrakis', 'profiles');
  await mkdir(logFolder, { recursive: true });
  await mkdir(profileFolder, { recursive: true });
  return {
    ...parts,
    root,
    quick,
    logFolder,
    candidates: suite.candidates.filter(({ name }) => candidates.length === 0 || candidates.includes(name)),
    profileFolder: options.profile ? profileFolder : undefined,
    progress: showProgress,
    note: (text) => console.error(`\n${text}\n`),
    newNamespace() {
      const namespace = `bench-${process.pid}-${namespaces.length}`;
      namespaces.push(namespace);
      return namespace;
    },
  };
}

interface Results extends Pick<BenchContext, 'candidates'> {
  readonly broker: string;
  readonly findings: readonly Finding[];
}

function report({ suite, quick, json }: BenchOptions, { candidates, broker, findings }: Results): void {
  const machine = { cores: availableParallelism(), load: loadavg()[0] ?? 0, node: process.version, broker };
  if (json) {
    const told = findings.map((finding) => ({ ...finding, met: isMet(finding) ?? null }));
    console.log(JSON.stringify({ suite: suite.name, quick, machine, findings: told }));
    return;
  }
  const { cores, load, node } = machine;
  console.log(`\n${renderTable(findings, candidates)}\n`);
  console.log(
    'Medians, with the least and the most in brackets. ' +
      `${cores} cores, load ${load.toFixed(1)}, Node ${node}, ${broker}.`,
  );
}
