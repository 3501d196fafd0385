import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ServicesUnavailable } from '@arrakis/testkit';
import { AppFailed, readable, startFleet, untilReady, type Fleet } from '../demo/fleet.ts';
import { Prompt, promptHelp } from './prompt.ts';
import { ReloadingWorker, type Reload } from './reloading-worker.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a worker is made of. */
const folders = ['apps/worker/src', ...['bot', 'broker', 'discord-rest', 'protocol', 'service', 'state'].map(sources)];

/** What every start and end of a worker says; and why one has ended, which is told then. */
const usual =
  /"level":"fatal"|"msg":"(?:starting|started|stopping|stopped|broker connected|Redis connected|all messages in flight are settled)"/;

const usage = `Runs the bot while you write it: RabbitMQ, Redis, a simulated Discord and the ingestor stay, the worker is started anew
within two seconds of every change below apps/worker/src and the packages it uses.

Usage: npm run dev -- [options]

  --community <n>   events per second in the simulated community, 0 to 500 (default 0: nobody but you)
  --help            this

Environment:
  DISCORD_TOKEN     connect to the real Discord with this bot instead of the simulated one
  RABBITMQ_URL, REDIS_URL   use these instead of starting private ones

${promptHelp}`;

process.exitCode = await main();
process.exit();

async function main(): Promise<number> {
  const options = { community: { type: 'string', default: '0' }, help: { type: 'boolean', short: 'h' } } as const;
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (cause) {
    console.error(`${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}`);
    return 2;
  }
  const rate = Number(values.community);
  if (values.help === true || !(rate >= 0 && rate <= 500)) {
    console.log(usage);
    return values.help === true ? 0 : 2;
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(130);
      stopping.abort(new Error('interrupted'));
    });
  }
  return run(rate, stopping.signal);
}

async function run(rate: number, signal: AbortSignal): Promise<number> {
  let fleet: Fleet | undefined;
  try {
    fleet = await startFleet({ root, check: false, signal, fromSources: { onLine: tellLog } });
    await develop(fleet, rate, signal);
    return 0;
  } catch (cause) {
    if (signal.aborted) return 0;
    if (!(cause instanceof AppFailed || cause instanceof ServicesUnavailable)) throw cause;
    console.error(`\n${cause.message}`);
    return cause instanceof AppFailed ? cause.exitCode : 1;
  } finally {
    await fleet?.stop();
  }
}

async function develop(fleet: Fleet, rate: number, signal: AbortSignal): Promise<void> {
  const { discord } = fleet;
  const worker = new ReloadingWorker(fleet.worker, {
    root,
    folders,
    start: () => fleet.start('worker'),
    untilReady: (next) => untilReady(next, signal),
    onReload: tellReload,
  });
  const community = rate > 0 ? discord?.startCommunity({ eventsPerSecond: rate }) : undefined;
  console.log(
    `\nReady: ${fleet.description}; logs are in ${fleet.logFolder}. Change a file, and the worker is started anew.`,
  );
  if (discord !== undefined) console.log(`${promptHelp}\n`);
  const prompt = discord === undefined ? undefined : new Prompt(discord);
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => void prompt?.enter(line).then((seen) => seen.forEach((one) => console.log(one))));
  try {
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    lines.close();
    community?.stop();
    worker.close();
  }
}

/** What handlers write. What is no log is an error that ends the worker, which is told then. */
function tellLog(name: string, line: string): void {
  if (name === 'worker' && line.startsWith('{') && !usual.test(line)) console.log(readable(line));
}

function tellReload(reload: Reload): void {
  if (reload.outcome === 'reloaded') {
    console.log(`↻ ${reload.file}: the worker is new after ${(reload.tookMs / 1_000).toFixed(1)} s`);
  } else {
    console.error(
      `✗ ${reload.file}: the former worker goes on. ${reload.cause instanceof Error ? reload.cause.message : String(reload.cause)}`,
    );
  }
}

function sources(name: string): string {
  return `packages/${name}/src`;
}
