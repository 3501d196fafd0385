import { z } from 'zod';
import {
  connectionSettings,
  discordCheck,
  discordSettings,
  integerSetting,
  loadSettings,
  serviceSettings,
  withDotEnv,
} from '@arrakis/service';

/** RabbitMQ closes the channel of a consumer that does not settle for 30 min (RabbitMQ docs, "Consumer timeout"). */
const maxLowTimeoutMs = 1_500_000;

const schema = z
  .object({
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
    WORKER_SYNC_COMMANDS: z
      .stringbool()
      .optional()
      .describe('true or false: whether to register the commands at start; without it, in development only'),
  })
  .superRefine(...discordCheck);

/** The settings of the worker. */
export type WorkerSettings = z.output<typeof schema>;

/**
 * Reads the settings from the environment; in development `.env` completes it.
 * @throws {SettingsError} naming all that is wrong.
 */
export function loadWorkerSettings(environment: NodeJS.ProcessEnv = withDotEnv(process.env)): Readonly<WorkerSettings> {
  return loadSettings(schema, environment);
}
