import type { Environment, Module } from '@arrakis/bot';
import { z } from 'zod';
import {
  connectionSettings,
  discordCheck,
  discordSettings,
  integerSetting,
  loadSettings,
  proxySettings,
  serviceSettings,
  withDotEnv,
} from '@arrakis/service';

/** RabbitMQ closes the channel of a consumer that does not settle for 30 min (RabbitMQ docs, "Consumer timeout"). */
const maxLowTimeoutMs = 1_500_000;

const shape = {
  ...serviceSettings,
  ...connectionSettings,
  ...discordSettings,
  WORKER_INTERACTION_CONCURRENCY: integerSetting({ min: 1, max: 10_000, defaultsTo: 50 }),
  WORKER_EVENT_CONCURRENCY: integerSetting({ min: 1, max: 10_000, defaultsTo: 100 }),
  WORKER_LOW_CONCURRENCY: integerSetting({ min: 1, max: 10_000, defaultsTo: 5 }),
  WORKER_GUILD_ORDER: z
    .stringbool()
    .default(false)
    .describe('true or false: whether a worker handles the events of one guild one at a time, in their order'),
  WORKER_HANDLER_TIMEOUT_MS: integerSetting({ min: 100, max: 600_000, defaultsTo: 30_000 }),
  WORKER_LOW_TIMEOUT_MS: integerSetting({ min: 100, max: maxLowTimeoutMs, defaultsTo: 600_000 }),
  WORKER_CLAIM_LEASE_MS: integerSetting({ min: 500, max: 600_000, defaultsTo: 10_000 }),
  WORKER_MAX_POSTPONEMENT_MS: integerSetting({ min: 0, max: 86_400_000, defaultsTo: 1_800_000 }),
  WORKER_MAX_ATTEMPTS: integerSetting({ min: 1, max: 20, defaultsTo: 5 }),
  DISCORD_GLOBAL_LIMIT: integerSetting({ min: 1, max: 100_000, defaultsTo: 50 }),
  ...proxySettings,
  WORKER_EGRESS: z
    .string()
    .regex(/^[\w.:-]{1,64}$/)
    .default('shared')
    .describe('a name for the address from which Discord sees this worker; for example nat-1 or 203.0.113.7'),
  WORKER_SYNC_COMMANDS: z
    .stringbool()
    .optional()
    .describe('true or false: whether to register the commands at start; without it, in development only'),
  WORKER_MODULES: z
    .string()
    .transform((text) => [...new Set(text.split(',').map((name) => name.trim()))])
    .optional(),
};

/** The settings of the worker. */
export interface WorkerSettings extends z.output<z.ZodObject<typeof shape>> {
  /** Where the settings of its modules are read from; they have been checked. */
  readonly moduleEnvironment: Environment;
}

/**
 * Reads the settings of the worker and of its modules from the environment; in development `.env` completes it.
 * @throws {SettingsError} naming all that is wrong.
 */
export function loadWorkerSettings(
  modules: readonly Module[],
  environment: NodeJS.ProcessEnv = withDotEnv(process.env),
): Readonly<WorkerSettings> {
  const moduleShape: z.ZodRawShape = Object.fromEntries(
    modules.flatMap(({ settings }) => Object.entries(settings?.shape ?? {})),
  );
  const names = modules.map(({ name }) => name);
  const WORKER_MODULES = shape.WORKER_MODULES.refine(
    (chosen) => chosen?.every((name) => names.includes(name)) ?? true,
  ).describe(`names with commas between, of ${names.join(', ')}`);
  const schema = z.object({ ...shape, WORKER_MODULES, ...moduleShape }).superRefine(...discordCheck);
  const settings = loadSettings(schema, environment);
  const given = Object.entries(environment).filter(([name, value]) => name in moduleShape && value !== '');
  return Object.freeze({ ...settings, moduleEnvironment: Object.freeze(Object.fromEntries(given)) });
}
