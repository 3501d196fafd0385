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

const schema = z
  .object({
    ...serviceSettings,
    ...connectionSettings,
    ...discordSettings,
    WORKER_INTERACTION_CONCURRENCY: integerSetting({ min: 1, max: 10_000, defaultsTo: 50 }),
    WORKER_EVENT_CONCURRENCY: integerSetting({ min: 1, max: 10_000, defaultsTo: 100 }),
    WORKER_HANDLER_TIMEOUT_MS: integerSetting({ min: 100, max: 600_000, defaultsTo: 30_000 }),
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
