import type { Discord } from './discord/discord.ts';
import type { Bot } from './discord/methods.ts';
import type { BenchContext } from './suite.ts';

/** Guilds, GuildMembers, GuildModeration: what the events of the load need. */
const intents = 1 | 2 | 4;

interface Surroundings {
  readonly services: BenchContext['services'];
  readonly discord: Discord;
  readonly bot: Bot;
  readonly shards: number;
  readonly namespace: string;
}

/** The whole environment of a measured process: settings as in production, under Arrakis' own names. */
export function environmentOf({ services, discord, bot, shards, namespace }: Surroundings): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    NODE_ENV: 'production',
    APP_ENV: 'production',
    DISCORD_TOKEN: bot.token,
    DISCORD_APPLICATION_ID: bot.applicationId,
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_INTENTS: String(intents),
    SHARD_COUNT: String(shards),
    RABBITMQ_URL: services.rabbitmqUrl,
    REDIS_URL: services.redisUrl,
    ARRAKIS_NAMESPACE: namespace,
    HEALTH_HOST: '127.0.0.1',
    HEALTH_PORT: '0',
  };
}
