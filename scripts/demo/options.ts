import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface DemoOptions {
  /** Prove that everything works, and exit. */
  readonly check: boolean;
  /** What happens in the simulated community, in events/s. */
  readonly rate: number;
  /** One JSON object a line instead of text. */
  readonly json: boolean;
}

export const usage = `Starts Arrakis: RabbitMQ, Redis, a simulated Discord with a small community, the ingestor and a worker.

Usage: npm start -- [options]

  --check        send every kind of interaction and 1,000 member events, check each answer and effect, and exit
  --rate <n>     events per second in the simulated community, 0 to 500 (default 12)
  --json         one JSON object a line instead of text
  --help         this

Environment:
  RABBITMQ_URL, REDIS_URL   use these instead of starting private ones
  DISCORD_TOKEN             connect to the real Discord with this bot instead of the simulated one
  DISCORD_TOKENS            the same with several bots; DISCORD_TOKENS_FILE names a file of them
  DISCORD_API_URL           where its API is, if not at Discord

Examples:
  npm start
  npm start -- --check
  npm start -- --rate 100
  DISCORD_TOKEN=… npm start

Exit codes: 0 stopped as asked, or the check passed; 1 something failed; 2 wrong options or settings; 130 interrupted.`;

/** The command line cannot be understood; the message says all that is wrong with it. */
export class OptionsError extends Error {}

/**
 * Reads the command line; undefined when help is wanted.
 * @throws {OptionsError}
 */
export function parseOptions(args: readonly string[]): DemoOptions | undefined {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        check: { type: 'boolean', default: false },
        rate: { type: 'string', default: '12' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (cause) {
    throw new OptionsError(cause instanceof Error ? cause.message : String(cause));
  }
  if (values.help) return undefined;
  const rate = Number(values.rate);
  if (!(rate >= 0 && rate <= 500))
    throw new OptionsError(`--rate must be a number from 0 to 500, not '${values.rate}'`);
  return { check: values.check, rate, json: values.json };
}
