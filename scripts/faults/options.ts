import { parseArgs } from 'node:util';
import type { Fault } from './catalogue.ts';

/** Where the broker comes from: a server installed on this machine, or a container. */
export type BrokerOrigin = 'installed' | 'docker';

/** What the command line asks for. */
export interface FaultsOptions {
  readonly brokers: readonly BrokerOrigin[];
  /** Whether a broker that cannot be had is a failure, since it was asked for by name. */
  readonly brokersNamed: boolean;
  readonly faults: readonly Fault[];
  readonly json: boolean;
}

/** The command line cannot be understood; the message says what is wrong with it. */
export class OptionsError extends Error {}

const origins: readonly BrokerOrigin[] = ['installed', 'docker'];

export function usageOf(faults: readonly Fault[]): string {
  const lines = faults.map(({ number, name }) => `  ${String(number).padStart(2)}  ${name}`);
  return `Breaks what Arrakis stands on, and holds what was sent against what became of it: every event is done or a dead letter, no
effect is had twice, nothing is left unacknowledged. Each app is a process of its own, with a real RabbitMQ and Redis.

Usage: npm run faults [-- options]

  --only <numbers>    only these faults, with commas between
  --broker <origin>   installed: the RabbitMQ of this machine (brought where apt can); docker: the one of the container
                      image. Default: both, as far as they can be had
  --json              one JSON object instead of the tables
  --help              this

Faults:
${lines.join('\n')}

Environment:
  FAULT_ROUNDS   how often as many times what happens by chance is tried; default 1

RABBITMQ_URL and REDIS_URL are not used: brokers are killed here.

Examples:
  npm run faults
  npm run faults -- --only 1,14 --broker installed

Exit codes: 0 all survived; 1 a fault was not survived, or could not be tried; 2 wrong options; 130 interrupted.`;
}

/**
 * Reads the command line; undefined when help is wanted.
 * @throws {OptionsError}
 */
export function parseOptions(args: readonly string[], faults: readonly Fault[]): FaultsOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const named = origins.filter((origin) => origin === values.broker);
  if (values.broker !== undefined && named.length === 0) {
    throw new OptionsError(`--broker knows ${origins.join(' and ')}, not '${values.broker}'.`);
  }
  return {
    brokers: named.length > 0 ? named : origins,
    brokersNamed: named.length > 0,
    faults: values.only === undefined ? faults : chosen(values.only, faults),
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        broker: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new OptionsError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function chosen(text: string, faults: readonly Fault[]): Fault[] {
  const numbers = text.split(',').map((number) => number.trim());
  const unknown = numbers.filter((number) => !faults.some((fault) => String(fault.number) === number));
  if (unknown.length > 0) {
    throw new OptionsError(`--only does not know '${unknown.join(', ')}'; there are 1 to ${faults.length}.`);
  }
  return faults.filter((fault) => numbers.includes(String(fault.number)));
}
