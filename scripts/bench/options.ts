import { parseArgs } from 'node:util';
import type { Suite } from './suite.ts';

/** What the command line asks for. */
export interface BenchOptions {
  readonly suite: Suite;
  readonly quick: boolean;
  readonly json: boolean;
  /** Whether a missed target is a failure. */
  readonly check: boolean;
  readonly profile: boolean;
  /** Names of measures; empty means all. */
  readonly only: readonly string[];
  /** Names of candidates; empty means all. */
  readonly candidates: readonly string[];
}

/** The command line cannot be understood; the message says what is wrong with it. */
export class OptionsError extends Error {}

export function usageOf(suites: readonly Suite[]): string {
  const lines = suites.flatMap(({ name, summary, measures, candidates }) => [
    `  ${name.padEnd(8)} ${summary}`,
    `  ${''.padEnd(8)} measures: ${measures.map((measure) => measure.name).join(', ')}`,
    `  ${''.padEnd(8)} candidates: ${candidates.map((candidate) => candidate.name).join(', ')}`,
  ]);
  return `Measures Arrakis beside a baseline in the same run, each as a process of its own, with a real RabbitMQ and Redis and
a simulated Discord.

Usage: npm run bench -- <suite> [options]

${lines.join('\n')}

  --quick               fewer and shorter rounds: a first impression within a minute
  --only <measures>     only these measures, with commas between
  --candidate <names>   only these candidates, with commas between
  --profile             take a CPU profile of each candidate, and print where its time goes
  --check               exit with 1 when a target is missed
  --json                one JSON object instead of the table
  --help                this

Environment:
  RABBITMQ_URL, REDIS_URL   use these instead of starting private ones

Examples:
  npm run bench -- ingest
  npm run bench -- ingest --quick
  npm run bench -- ingest --only cpu --candidate arrakis --profile
  npm run bench -- path
  npm run bench -- rest --only global

Exit codes: 0 measured; 1 something failed, or with --check a target was missed; 2 wrong options; 130 interrupted.`;
}

/**
 * Reads the command line; undefined when help is wanted.
 * @throws {OptionsError}
 */
export function parseOptions(args: readonly string[], suites: readonly Suite[]): BenchOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [name, ...more] = positionals;
  const suite = suites.find((known) => known.name === name);
  if (suite === undefined || more.length > 0) {
    const known = suites.map((each) => each.name).join(', ');
    throw new OptionsError(`One suite must be named (there are: ${known}), not '${positionals.join(' ')}'.`);
  }
  return {
    suite,
    quick: values.quick,
    json: values.json,
    check: values.check,
    profile: values.profile,
    only: namesIn(values.only, '--only', suite.measures),
    candidates: namesIn(values.candidate, '--candidate', suite.candidates),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        profile: { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
        candidate: { type: 'string', default: '' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (cause) {
    throw new OptionsError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function namesIn(text: string, option: string, known: readonly { readonly name: string }[]): readonly string[] {
  const names = text.split(',').filter((name) => name !== '');
  const unknown = names.filter((name) => !known.some((one) => one.name === name));
  if (unknown.length > 0) {
    const choice = known.map(({ name }) => name).join(', ');
    throw new OptionsError(`${option} does not know ${unknown.join(', ')}; there are: ${choice}.`);
  }
  return names;
}
