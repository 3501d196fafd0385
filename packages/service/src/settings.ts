import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { eventPatternFault, splitEventPatterns } from './event-patterns.ts';

/** Settings that cannot be used. Its message names every wrong variable, what is expected, and an example. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly kind = 'settings';
  readonly retryable = false;
}

/**
 * Reads settings from environment variables: raw, defaulted, validated, frozen, once. An empty variable counts as
 * absent. Schemas describe themselves with `.describe('what it expects; for example …')`.
 * @throws {SettingsError} naming all that is wrong at once; values are never repeated, they may be secrets.
 */
export function loadSettings<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: NodeJS.ProcessEnv,
): Readonly<z.output<z.ZodObject<Shape>>> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const faults = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0] ?? 'settings');
    if (!faults.has(name)) faults.set(name, describeFault(name in given, { name, field: schema.shape[name], issue }));
  }
  // What concerns several settings is found last, and told where the setting stands.
  const names = Object.keys(schema.shape);
  const told = [...faults].toSorted(([one], [other]) => names.indexOf(one) - names.indexOf(other));
  throw new SettingsError(
    `${told.length === 1 ? 'A setting is' : `${told.length} settings are`} wrong:\n` +
      `${told.map(([, fault]) => fault).join('\n')}\n` +
      'Settings are environment variables; README.md lists them, and .env is read in development.',
  );
}

/**
 * The environment of a process, completed in development by a `.env` file in the working directory. What the
 * environment says itself always counts.
 */
export function withDotEnv(environment: NodeJS.ProcessEnv, file = '.env'): NodeJS.ProcessEnv {
  if ((environment['APP_ENV'] ?? 'development') !== 'development' || !existsSync(file)) return environment;
  return { ...parseEnv(readFileSync(file, 'utf8')), ...environment };
}

/** An issue of a schema that says more than what the setting expects; `text` must not repeat the value. */
export function wrongBecause(text: string) {
  return { code: 'custom', message: text, params: { saysWhy: true } } as const;
}

interface Fault {
  readonly name: string;
  readonly field: unknown;
  readonly issue: z.core.$ZodIssue;
}

function describeFault(given: boolean, { name, field, issue }: Fault): string {
  const what = `  ${name} ${given ? 'cannot be used' : 'is missing'}`;
  if (issue.code === 'custom' && issue.params?.['saysWhy'] === true) return `${what}: ${issue.message}`;
  const expected = descriptionOf(field);
  return expected === undefined ? what : `${what}: expected ${expected}`;
}

/** What a field expects, wherever in the schema it was said: a default or a transformation hides it. */
function descriptionOf(field: unknown): string | undefined {
  if (!(field instanceof z.ZodType)) return undefined;
  if (field.description !== undefined) return field.description;
  if (field instanceof z.ZodDefault || field instanceof z.ZodOptional) return descriptionOf(field.unwrap());
  return field instanceof z.ZodPipe ? descriptionOf(field.in) : undefined;
}

const port = z.coerce.number().int().min(0).max(65_535);

/** A whole number given as text, within bounds. */
export function integerSetting({ min, max, defaultsTo }: { min: number; max: number; defaultsTo: number }) {
  return z.coerce
    .number()
    .int()
    .min(min)
    .max(max)
    .default(defaultsTo)
    .describe(`a whole number from ${min} to ${max}; for example ${defaultsTo}`);
}

/** A URL with one of the given protocols (written with their colon). */
export function urlSetting(protocols: readonly string[], example: string) {
  return z
    .string()
    .refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ''))
    .describe(
      `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}; for example ${example}`,
    );
}

/** The URLs of a setting with commas between. Commas may also be part of a password. */
export function splitUrls(text: string): readonly string[] {
  return text.split(/,\s*(?=[a-z]+:\/\/)/);
}

/** One or several URLs of a Redis: one of a server, any of a cluster's. */
const redisUrlSetting = z
  .string()
  .refine((text) => splitUrls(text).every((url) => ['redis:', 'rediss:'].includes(URL.parse(url)?.protocol ?? '')))
  .describe(
    'a URL that begins with redis:// or rediss://, or those of several nodes of a cluster with commas between; for example redis://localhost:6379',
  );

/** The settings that every service has. */
export const serviceSettings = {
  APP_ENV: z
    .enum(['development', 'test', 'staging', 'production'])
    .default('development')
    .describe('development, test, staging or production'),
  APP_VERSION: z
    .string()
    .regex(/^[\w.+-]{1,64}$/)
    .default('unversioned')
    .describe('the version that is deployed, as dead letters shall name it; for example 1.4.2 or a commit'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('fatal, error, warn, info, debug, trace or silent'),
  HEALTH_HOST: z.string().min(1).default('0.0.0.0').describe('an address to listen on; for example 127.0.0.1'),
  HEALTH_PORT: port.default(8080).describe('a port from 0 to 65535, 0 for any free one; for example 8080'),
};

/** The settings of a service that speaks with the broker, Redis and Discord, beside its bots. */
export const connectionSettings = {
  DISCORD_API_URL: urlSetting(['https:', 'http:'], 'https://discord.com/api/v10')
    .transform((url) => url.replace(/\/+$/, ''))
    .default('https://discord.com/api/v10'),
  RABBITMQ_URL: urlSetting(['amqp:', 'amqps:'], 'amqp://guest:guest@localhost:5672'),
  REDIS_URL: redisUrlSetting,
  ARRAKIS_NAMESPACE: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/)
    .default('arrakis')
    .describe(
      'the first segment of queue names and Redis keys: small letters, digits, dots, dashes; for example arrakis',
    ),
  ARRAKIS_EVENTS: z
    .string()
    .transform((text, context) => {
      const patterns = splitEventPatterns(text);
      for (const [index, pattern] of patterns.entries()) {
        const fault = eventPatternFault(pattern);
        if (fault !== undefined) context.addIssue(wrongBecause(`pattern ${index + 1} ${fault}`));
      }
      return patterns;
    })
    .default([]),
};
