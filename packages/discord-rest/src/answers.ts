import type { APIApplicationCommand, APIGatewayBotInfo, APIGuildMember, APIMessage } from 'discord-api-types/v10';
import { z } from 'zod';
import { discordPayload, snowflake } from './payload.ts';

/** For the answers that say no more than their status. */
export const nothing: z.ZodType<void> = z.unknown().transform(() => undefined);

/** For the answers that are passed on as Discord's documentation has them. */
export function documented<Result>(): z.ZodType<Result> {
  return z.custom<Result>();
}

export const message = discordPayload<APIMessage>(
  z.object({ id: snowflake, channel_id: snowflake, content: z.string() }),
);

export const channelId: z.ZodType<string> = z.object({ id: snowflake }).transform((channel) => channel.id);

export const guildMember = discordPayload<APIGuildMember>(
  z.object({ user: z.object({ id: snowflake }), roles: z.array(snowflake) }),
);

export const commands = discordPayload<APIApplicationCommand[]>(
  z.array(z.object({ id: snowflake, name: z.string(), type: z.number() })),
);

export const gatewayBot = discordPayload<APIGatewayBotInfo>(
  z.object({
    url: z.url(),
    shards: z.number().int().positive(),
    session_start_limit: z.object({
      total: z.number().int(),
      remaining: z.number().int(),
      reset_after: z.number().nonnegative(),
      max_concurrency: z.number().int().positive(),
    }),
  }),
);
