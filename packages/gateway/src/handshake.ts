import { z } from 'zod';

const ready = z.object({
  // It becomes part of every event's id, which AMQP limits to 255 bytes. Discord's have 32 hexadecimal digits.
  session_id: z.string().regex(/^[\x21-\x7e]{1,128}$/),
  resume_gateway_url: z.string().min(1),
  guilds: z.array(z.object({ id: z.string() })),
});

/** What a shard needs of READY. */
export interface Ready {
  readonly sessionId: string;
  readonly resumeUrl: string;
  /** Guilds whose GUILD_CREATE is still to come, and is no join. */
  readonly guildIds: readonly string[];
}

/** Reads the `d` of READY; undefined when it cannot be understood. (Discord docs, Gateway Events, "Ready".) */
export function readReady(d: unknown): Ready | undefined {
  const parsed = ready.safeParse(d);
  if (!parsed.success) return undefined;
  const { session_id: sessionId, resume_gateway_url: resumeUrl, guilds } = parsed.data;
  return { sessionId, resumeUrl, guildIds: guilds.map(({ id }) => id) };
}

/** The `d` of IDENTIFY. (Discord docs, Gateway Events, "Identify".) */
export function identifyData({
  token,
  intents,
  id,
  count,
}: {
  readonly token: string;
  readonly intents: number;
  readonly id: number;
  readonly count: number;
}): object {
  return {
    token,
    intents,
    shard: [id, count],
    properties: { os: process.platform, browser: 'arrakis', device: 'arrakis' },
  };
}
