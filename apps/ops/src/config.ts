import { z } from 'zod';
import {
  connectionSettings,
  discordCheck,
  discordSettings,
  loadSettings,
  serviceSettings,
  withDotEnv,
} from '@arrakis/service';

const { RABBITMQ_URL, ARRAKIS_NAMESPACE, ARRAKIS_EVENTS, DISCORD_API_URL } = connectionSettings;
const brokerSchema = z.object({ APP_ENV: serviceSettings.APP_ENV, RABBITMQ_URL, ARRAKIS_NAMESPACE, ARRAKIS_EVENTS });

const discordSchema = z
  .object({ APP_ENV: serviceSettings.APP_ENV, DISCORD_API_URL, ...discordSettings })
  .superRefine(...discordCheck);

/** The settings of commands that speak with the broker. */
export type BrokerSettings = Readonly<z.output<typeof brokerSchema>>;

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
