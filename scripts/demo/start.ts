import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ServicesUnavailable } from '@arrakis/testkit';
import { runCheck } from './check.ts';
import { OptionsError, parseOptions, usage, type DemoOptions } from './options.ts';
import { AppFailed, startFleet, type Fleet } from './fleet.ts';
import { Observer } from './snapshot.ts';
import { JsonView, LiveView, PlainView, type View, type ViewFacts } from './view.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How often the view is brought up to date, in ms. */
const lookEveryMs = 1_000;

process.exitCode = await main(process.argv.slice(2));
// Whatever library still holds a timer or socket has nothing left to do.
process.exit();

async function main(args: readonly string[]): Promise<number> {
  let options: DemoOptions | undefined;
  try {
    options = parseOptions(args);
  } catch (cause) {
    if (!(cause instanceof OptionsError)) throw cause;
    console.error(`${cause.message}\n\n${usage}`);
    return 2;
  }
  if (options === undefined) {
    console.log(usage);
    return 0;
  }
  const interrupt = new AbortController();
  let interruptedAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Who presses Ctrl-C once more wants to be gone. One press may arrive twice, from the terminal and from npm.
      if (interruptedAt !== undefined && performance.now() - interruptedAt > 500) process.exit(130);
      interruptedAt ??= performance.now();
      interrupt.abort(new Error('interrupted'));
    });
  }
  return run(options, interrupt.signal);
}

async function run(options: DemoOptions, signal: AbortSignal): Promise<number> {
  let fleet: Fleet | undefined;
  try {
    fleet = await startFleet({ root, check: options.check, signal });
    if (options.check) return await Promise.race([runCheck(fleet, { json: options.json, signal }), fleet.failed]);
    await watch(fleet, options, signal);
    return 0;
  } catch (cause) {
    if (signal.aborted) return 130;
    if (cause instanceof AppFailed) {
      console.error(`\n${cause.message}`);
      return cause.exitCode;
    }
    if (cause instanceof ServicesUnavailable) {
      console.error(`\n${cause.message}`);
      return 1;
    }
    throw cause;
  } finally {
    await fleet?.stop();
  }
}

/** Shows what goes on until a signal comes or an app fails. */
async function watch(fleet: Fleet, { rate, json }: DemoOptions, signal: AbortSignal): Promise<void> {
  const view = openView(fleet, json);
  const community = fleet.discord?.startCommunity({ eventsPerSecond: rate });
  const observer = new Observer(fleet.ingestor, fleet.worker);
  try {
    while (!signal.aborted) {
      view.show(await observer.look(), community?.statistics);
      await Promise.race([delay(lookEveryMs, undefined, { signal }).catch(() => undefined), fleet.failed]);
    }
  } finally {
    community?.stop();
    view.close();
  }
  view.say('Stopping: the worker finishes what it has begun, the ingestor stores its sessions.');
}

function openView(fleet: Fleet, json: boolean): View {
  const facts: ViewFacts = {
    discord: fleet.description,
    broker: fleet.brokerDescription,
    healthUrls: { ingestor: fleet.ingestor.healthUrl ?? '', worker: fleet.worker.healthUrl ?? '' },
    logFolder: fleet.logFolder,
  };
  if (json) return new JsonView(process.stdout, facts);
  return process.stdout.isTTY && process.env['TERM'] !== 'dumb'
    ? new LiveView(process.stdout, facts)
    : new PlainView(process.stdout, facts);
}
