import { topologyIn, type Topology } from '@arrakis/protocol';
import { z } from 'zod';
import {
  connectionSettings,
  discordCheck,
  discordSettings,
  loadSettings,
  proxySettings,
  serviceSettings,
  withDotEnv,
} from '@arrakis/service';

const { RABBITMQ_URL, ARRAKIS_NAMESPACE, ARRAKIS_EVENTS, DISCORD_API_URL } = connectionSettings;
const moduleName = /^[a-z0-9][a-z0-9-]{0,31}$/;
const brokerSchema = z.object({
  APP_ENV: serviceSettings.APP_ENV,
  RABBITMQ_URL,
  ARRAKIS_NAMESPACE,
  ARRAKIS_EVENTS,
  WORKER_MODULES: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .refine((names) => names.every((name) => moduleName.test(name)))
    .default([])
    .describe('names of modules with commas between; for example community,poll'),
});

const discordSchema = z
  .object({ APP_ENV: serviceSettings.APP_ENV, DISCORD_API_URL, ...discordSettings, ...proxySettings })
  .superRefine(...discordCheck);

/** The settings of commands that speak with the broker. */
export type BrokerSettings = Readonly<z.output<typeof brokerSchema>>;

/** The topology that the settings ask for. */
export function topologyOf(settings: BrokerSettings): Topology {
  const { ARRAKIS_NAMESPACE: namespace, ARRAKIS_EVENTS: events, WORKER_MODULES: modules } = settings;
  return topologyIn(namespace, { events, modules });
}

/** The environment of this process. */
export const processEnvironment: NodeJS.ProcessEnv = process.env;

/**
 * Reads the settings of commands that speak with the broker; in development `.env` completes the environment.
 * @throws {SettingsError} naming all that is wrong.
 */
export function loadBrokerSettings(environment: NodeJS.ProcessEnv): BrokerSettings {
  return loadSettings(brokerSchema, withDotEnv(environment));
}

/** The settings of commands that speak with Discord. */
export type DiscordSettings = Readonly<z.output<typeof discordSchema>>;

/**
 * Reads the settings of commands that speak with Discord; in development `.env` completes the environment.
 * @throws {SettingsError} naming all that is wrong.
 */
export function loadDiscordSettings(environment: NodeJS.ProcessEnv): DiscordSettings {
  return loadSettings(discordSchema, withDotEnv(environment));
}
