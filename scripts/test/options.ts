import { parseArgs } from 'node:util';

export const usage = `Usage: npm test [-- [options] [filter …]]

Checks format, lint (with the import rules), types and dead code, then runs the tests against a real RabbitMQ and Redis.
A filter is a part of a test file's path; with filters only those tests run.

  -t, --name <pattern>  only tests whose full name matches
  --no-docker           no containers, even if a Docker engine runs
  --help                this text

Examples:
  npm test
  npm test -- packages/broker
  npm test -- packages/broker -t reconnect
  RABBITMQ_URL=amqp://127.0.0.1 REDIS_URL=redis://127.0.0.1 npm test

RabbitMQ and Redis come from RABBITMQ_URL and REDIS_URL if set, else from a running Docker engine (testcontainers), else
from the servers installed here, which are started privately and stopped afterwards.

While working, one step alone is quicker: see CONTRIBUTING.md.`;

/** What `npm test` was asked for. */
export interface TestOptions {
  readonly help: boolean;
  readonly docker: 'testcontainers' | 'never';
  /** Parts of test files' paths. */
  readonly filters: readonly string[];
  readonly name: string | undefined;
}

/** @throws TypeError on an option that does not exist. */
export function parseOptions(args: readonly string[]): TestOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: {
      help: { type: 'boolean', default: false },
      docker: { type: 'boolean', default: true },
      name: { type: 'string', short: 't' },
    },
  });
  return {
    help: values.help,
    docker: values.docker ? 'testcontainers' : 'never',
    filters: positionals,
    name: values.name,
  };
}
