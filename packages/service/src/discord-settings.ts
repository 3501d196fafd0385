import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { SettingsError, wrongBecause } from './settings.ts';

/** A bot, as the settings name it. */
export interface DiscordBot {
  readonly applicationId: string;
  /** A secret: it belongs in no log, no error and no metric. */
  readonly token: string;
}

/** The settings that name the bots, as far as they are set. */
interface BotSettings {
  readonly DISCORD_TOKEN?: string | undefined;
  readonly DISCORD_APPLICATION_ID?: string | undefined;
  readonly DISCORD_TOKENS?: readonly DiscordBot[] | undefined;
  readonly DISCORD_TOKENS_FILE?: readonly DiscordBot[] | undefined;
}

const tokenPattern = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const applicationIdPattern = /^\d{15,20}$/;
const entryPattern = /^(?:(?<id>\d{15,20}):)?(?<token>[\w-]+\.[\w-]+\.[\w-]+)$/;

/** Bytes of a file of tokens; one of a thousand bots has less than a tenth of it. */
const fileLimit = 1_048_576;

/**
 * The settings that name the bots of a process: one by `DISCORD_TOKEN`, several by `DISCORD_TOKENS` or, from a secret
 * that is mounted as a file, by `DISCORD_TOKENS_FILE`. What concerns them together is checked by {@link discordCheck}.
 */
export const discordSettings = {
  DISCORD_TOKEN: z
    .string()
    .regex(tokenPattern)
    .optional()
    .describe(
      "the bot's token from Discord's developer portal, three parts with dots between, without 'Bot '; several bots " +
        'are named by DISCORD_TOKENS or DISCORD_TOKENS_FILE',
    ),
  DISCORD_APPLICATION_ID: z
    .string()
    .regex(applicationIdPattern)
    .optional()
    .describe('the application id from the developer portal; for example 1088510058284990888'),
  DISCORD_TOKENS: z
    .string()
    .transform(parseBots)
    .optional()
    .describe('tokens with commas or white space between, each of another bot'),
  DISCORD_TOKENS_FILE: z
    .string()
    .transform((file, context) => parseBots(readTokens(file, context), context))
    .optional()
    .describe('a file of tokens with commas or white space between, each of another bot'),
};

/**
 * The arguments of a schema's `superRefine` that make sure of at least one bot, named in one way only:
 *
 *     z.object({ ...serviceSettings, ...connectionSettings, ...discordSettings }).superRefine(...discordCheck)
 */
export const discordCheck = [checkBots, { when: () => true }] as const;

/**
 * The bots of settings that {@link discordCheck} has passed, in the order in which they are named.
 * @throws {SettingsError} when there is none.
 */
export function botsOf(settings: BotSettings): readonly [DiscordBot, ...DiscordBot[]] {
  const { DISCORD_TOKEN: token, DISCORD_TOKENS, DISCORD_TOKENS_FILE } = settings;
  const single = token === undefined ? [] : [{ applicationId: applicationIdIn(settings) ?? '', token }];
  const [first, ...others] = DISCORD_TOKENS ?? DISCORD_TOKENS_FILE ?? single;
  if (first === undefined) throw new SettingsError('A setting is wrong:\n  DISCORD_TOKEN is missing.');
  return [first, ...others];
}

function checkBots(settings: BotSettings, context: z.RefinementCtx): void {
  const names = ['DISCORD_TOKEN', 'DISCORD_TOKENS', 'DISCORD_TOKENS_FILE'] as const;
  const [given, other] = names.filter((name) => settings[name] !== undefined);
  const fault = (name: string, text: string) => context.addIssue({ ...wrongBecause(text), path: [name] });
  if (given === undefined) context.addIssue({ code: 'custom', path: ['DISCORD_TOKEN'] });
  else if (other !== undefined) fault(other, `${given} is set as well: one of them is to name all bots`);
  const { DISCORD_TOKEN: token, DISCORD_APPLICATION_ID: id } = settings;
  if (id !== undefined && (given === 'DISCORD_TOKENS' || given === 'DISCORD_TOKENS_FILE')) {
    fault('DISCORD_APPLICATION_ID', `it belongs to DISCORD_TOKEN; in ${given} write <application id>:<token>`);
  }
  // What is no token is a fault of its own.
  if (token !== undefined && tokenPattern.test(token) && applicationIdIn(settings) === undefined) {
    fault('DISCORD_APPLICATION_ID', "DISCORD_TOKEN does not tell it; the developer portal's General Information does");
  }
}

/**
 * The application id of a bot: what the setting says, otherwise what the token's first part says, which is the
 * bot's user id in base64. Both are the same for every bot made since 2016; an older one sets its application id.
 */
function applicationIdIn({ DISCORD_APPLICATION_ID: id, DISCORD_TOKEN: token = '' }: BotSettings): string | undefined {
  if (id !== undefined) return id;
  const [first = ''] = token.split('.');
  const told = Buffer.from(first, 'base64').toString();
  return applicationIdPattern.test(told) ? told : undefined;
}

/** Reads `<token>` and `<application id>:<token>`, with commas or white space between; faults name places, never texts. */
function parseBots(text: string, context: z.RefinementCtx): readonly DiscordBot[] {
  const bots = new Map<string, DiscordBot>();
  const fault = (entry: number, what: string) => context.addIssue(wrongBecause(`entry ${entry} ${what}`));
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  // When a file could not be read, that is the fault.
  if (entries.length === 0 && context.issues.length === 0) context.addIssue(wrongBecause('it names no bot'));
  for (const [index, entry] of entries.entries()) {
    const { id, token } = entryPattern.exec(entry)?.groups ?? {};
    const applicationId = applicationIdIn({ DISCORD_APPLICATION_ID: id, DISCORD_TOKEN: token });
    if (token === undefined) fault(index + 1, "is no token: three parts with dots between, without 'Bot '");
    else if (applicationId === undefined) {
      fault(index + 1, 'does not tell its application id: write <application id>:<token>');
    } else if (bots.has(applicationId)) fault(index + 1, `is of application ${applicationId}, which was named before`);
    else bots.set(applicationId, { applicationId, token });
  }
  return [...bots.values()];
}

/** The content of a file of tokens; the path is not repeated in a fault, since it may be a token by mistake. */
function readTokens(file: string, context: z.RefinementCtx): string {
  try {
    const content = readFileSync(file);
    if (content.length <= fileLimit) return content.toString();
    context.addIssue(wrongBecause(`the file has more than ${fileLimit} bytes`));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    context.addIssue(wrongBecause(`the file cannot be read (${code})`));
  }
  return '';
}
