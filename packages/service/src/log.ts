import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Properties whose value is a secret, wherever in a logged object they stand (up to two levels down). */
const secretNames = [
  'token',
  'authorization',
  'password',
  'secret',
  'signature',
  'url',
  'DISCORD_TOKEN',
  'DISCORD_TOKENS',
  'DISCORD_TOKENS_FILE',
];

/**
 * Secrets as they look within a text: a bot token, an interaction token in a callback or webhook URL, a
 * password in any other URL. Applied to messages and errors, which no property name can protect.
 */
const secretPatterns: readonly [RegExp, string][] = [
  [/[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g, '[token]'],
  [/(\/(?:interactions|webhooks)\/\d+\/)[^/\s?"']+/g, '$1[token]'],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^:/\s@]*:)[^\s/]+@/gi, '$1[password]@'],
  [/([?&](?:password|token|secret)=)[^&\s"']+/gi, '$1[redacted]'],
];

/** The text without what looks like a secret. */
export function withoutSecrets(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of secretPatterns) clean = clean.replace(pattern, replacement);
  return clean;
}

export interface LogOptions {
  /** Name of the service, in every line. */
  readonly name: string;
  readonly level: string;
  /** Where the lines go; at once to standard output, which may hold up the process, unless said otherwise. */
  readonly destination?: DestinationStream;
}

/** A logger of JSON lines that lets no secret through, neither as a property nor within a text. */
export function createLog({ name, level, destination = process.stdout }: LogOptions): Logger {
  const options = {
    name,
    level,
    redact: {
      paths: secretNames.flatMap((secret) => [secret, `*.${secret}`, `*.*.${secret}`]),
      censor: '[redacted]',
    },
    serializers: { err: (error: unknown) => serializeError(error) },
    hooks: {
      logMethod(this: Logger, args: Parameters<Logger['info']>, method: (...args: Parameters<Logger['info']>) => void) {
        for (const [index, arg] of args.entries()) if (typeof arg === 'string') args[index] = withoutSecrets(arg);
        method.apply(this, args);
      },
    },
    formatters: { level: (label: string) => ({ level: label }), log: cleanTexts },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    base: { name, pid: process.pid },
  };
  return pino(options, destination);
}

/** Resolves when everything logged so far is written, or dropped. */
export function written(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    log.flush(() => resolve());
  });
}

/** The texts of a logged object without what looks like a secret; what lies deeper is protected by its name. */
function cleanTexts(object: Record<string, unknown>): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    clean[name] = typeof value === 'string' ? withoutSecrets(value) : value;
  }
  return clean;
}

/** How many causes of an error are logged: they may run in a circle. */
const maxCauses = 5;

/** An error as it is logged: what it says, where it arose, what caused it; nothing else that clings to it. */
function serializeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return withoutSecrets(String(error));
  return {
    type: error.name,
    message: withoutSecrets(error.message),
    ...('kind' in error && { kind: error.kind }),
    ...('code' in error && { code: error.code }),
    stack: withoutSecrets(error.stack ?? ''),
    ...(error.cause !== undefined && depth < maxCauses && { cause: serializeError(error.cause, depth + 1) }),
  };
}
