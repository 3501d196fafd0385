import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { startSimulator, type Simulator } from '@arrakis/simulator';
import { provideServices, removeNamespaces, type Services } from '@arrakis/testkit';
import { showProgress } from '../bootstrap/progress.mjs';
import { AppProcess } from './app-process.ts';

/** An app has ended, or was not ready in time; the message shows what it said last. */
export class AppFailed extends Error {
  readonly exitCode: number;

  constructor(app: AppProcess, what: string, exitCode: number) {
    super(`${app.name} ${what}. It said last:\n\n${app.lastLines.map(readable).join('\n')}`);
    this.exitCode = exitCode === 2 ? 2 : 1;
  }
}

export interface FleetOptions {
  readonly root: string;
  /** Whether a program will check it: then it has a broker namespace of its own. */
  readonly check: boolean;
  readonly signal: AbortSignal;
  /** Runs the apps from their sources, and tells what they write. */
  readonly fromSources?: { readonly onLine: (name: string, line: string) => void };
}

/** Everything that `npm start` starts. */
export interface Fleet {
  /** The simulated Discord; undefined when the real one is used. */
  readonly discord: Simulator | undefined;
  readonly ingestor: AppProcess;
  readonly worker: AppProcess;
  readonly namespace: string;
  readonly services: Services;
  readonly description: string;
  readonly brokerDescription: string;
  readonly logFolder: string;
  /** Starts one more process of an app, which is stopped with the others. */
  start(name: string): AppProcess;
  /** Rejects when an app ends by itself. */
  readonly failed: Promise<never>;
  /** Ends everything in order: worker, ingestor, Discord, broker and Redis. */
  stop(): Promise<void>;
}

/** The settings that name a bot of one's own, for the real Discord. */
const ownBots = ['DISCORD_TOKEN', 'DISCORD_TOKENS', 'DISCORD_TOKENS_FILE'];

/** How long the apps may take until they are ready, in ms. */
const readyLimitMs = 60_000;

/**
 * Starts broker and Redis, Discord and both apps, and waits until they are ready.
 * @throws {AppFailed} when an app does not become ready.
 */
export async function startFleet({ root, check, signal, fromSources }: FleetOptions): Promise<Fleet> {
  const releases: (() => Promise<void>)[] = [];
  const stop = async () => {
    // One that fails keeps nobody else from being ended.
    for (const release of releases.splice(0).toReversed()) {
      await release().catch((cause: unknown) => console.error(`Stopping: ${String(cause)}`));
    }
  };
  try {
    const services = await showProgress('Start RabbitMQ and Redis', () =>
      provideServices({ root, docker: 'compose', signal, report: (step) => console.error(`  ${step}`) }),
    );
    releases.push(() => services.stop());
    const discord = ownBots.every((name) => (process.env[name] ?? '') === '')
      ? await startSimulator({ guilds: 3, membersPerGuild: 12, gateway: { heartbeatIntervalMs: 10_000 } })
      : undefined;
    if (discord !== undefined) releases.push(() => discord.stop());
    const logFolder = join(root, '.arrakis', 'logs');
    await mkdir(logFolder, { recursive: true });
    const namespace = process.env['ARRAKIS_NAMESPACE'] ?? (check ? `check-${process.pid}` : 'arrakis');
    // A check leaves nothing behind in a broker that is not ours alone.
    if (check) releases.push(() => removeNamespaces([namespace], services));
    const env = { ...process.env, ...connections(services, discord), ARRAKIS_NAMESPACE: namespace };
    const start = (name: string) => {
      const app = new AppProcess({
        root,
        name,
        env,
        logFile: join(logFolder, `${name}.log`),
        ...(fromSources !== undefined && {
          fromSources: true,
          onLine: (line: string) => fromSources.onLine(name, line),
        }),
      });
      releases.push(() => app.stop());
      return app;
    };
    const [ingestor, worker] = await showProgress('Start the ingestor and a worker', async () => {
      const apps = [start('ingestor'), start('worker')] as const;
      await Promise.all(apps.map((app) => untilReady(app, signal)));
      return apps;
    });
    const failed = Promise.race([failure(ingestor), failure(worker)]);
    failed.catch(() => undefined);
    return {
      discord,
      ingestor,
      worker,
      namespace,
      services,
      description: describeDiscord(discord),
      brokerDescription: `RabbitMQ from ${services.origin.rabbitmq}, Redis from ${services.origin.redis}, namespace ${namespace}`,
      logFolder: relative(process.cwd(), logFolder) || '.',
      start,
      failed,
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

function connections(services: Services, discord: Simulator | undefined): NodeJS.ProcessEnv {
  const own = { RABBITMQ_URL: services.rabbitmqUrl, REDIS_URL: services.redisUrl };
  const [bot] = discord?.bots ?? [];
  if (discord === undefined || bot === undefined) return own;
  return {
    ...own,
    // What a .env says of bots is not meant for the simulated Discord.
    ...Object.fromEntries(ownBots.map((name) => [name, ''])),
    DISCORD_TOKEN: bot.token,
    DISCORD_APPLICATION_ID: bot.applicationId,
    DISCORD_API_URL: discord.apiUrl,
  };
}

function describeDiscord(discord: Simulator | undefined): string {
  if (discord === undefined) return `Discord at ${process.env['DISCORD_API_URL'] ?? 'discord.com'}`;
  return `simulated Discord at ${discord.origin}, ${discord.world.guilds.length} guilds`;
}

/** @throws {AppFailed} when it does not become ready. */
export async function untilReady(app: AppProcess, signal: AbortSignal): Promise<void> {
  const limit = AbortSignal.timeout(readyLimitMs);
  try {
    await app.ready(AbortSignal.any([signal, limit]));
  } catch (cause) {
    if (signal.aborted) throw cause;
    if (limit.aborted) throw new AppFailed(app, `was not ready within ${readyLimitMs / 1_000} s`, 1);
    throw new AppFailed(app, 'ended at its start', await app.ended);
  }
}

async function failure(app: AppProcess): Promise<never> {
  const exitCode = await app.ended;
  throw new AppFailed(app, `ended by itself (exit code ${exitCode})`, exitCode);
}

/** A line of a log as a person reads it; what is no JSON is shown as it is. */
export function readable(line: string): string {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return `  ${line}`;
  }
  const message = textAt(entry, 'msg');
  const cause = textAt(valueAt(entry, 'err'), 'message');
  return `  ${textAt(entry, 'time')} ${textAt(entry, 'level')} ${message}${cause === '' || cause === message ? '' : `: ${cause}`}`;
}

function valueAt(object: unknown, key: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, key) : undefined;
}

function textAt(object: unknown, key: string): string {
  const value = valueAt(object, key);
  return typeof value === 'string' ? value : '';
}
