import { parseArgs } from 'node:util';
import { z } from 'zod';
import { gatewayOptionsSchema } from './gateway/options.ts';
import { limitOptionsSchema } from './rest/rate-limits/options.ts';

/** Settings that cannot be used; the message names all that is wrong. */
export class SettingsError extends Error {
  constructor(faults: readonly string[]) {
    super(`${faults.join('\n')}\nTry --help.`);
    this.name = 'SettingsError';
  }
}

function wholeNumber(minimum: number, maximum: number) {
  return z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(minimum).max(maximum));
}

/** A schema for settings that are given as JSON. */
function json<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue('not JSON');
        return z.NEVER;
      }
    })
    .pipe(schema);
}

interface Setting {
  readonly schema: z.ZodType;
  readonly placeholder: string;
  readonly meaning: string;
  readonly expects: string;
}

const settings = {
  port: {
    schema: wholeNumber(0, 65_535).default(0),
    placeholder: 'n',
    meaning: 'TCP port on 127.0.0.1; default 0, any free one',
    expects: 'a port from 0 to 65535, for example 4700',
  },
  seed: {
    schema: wholeNumber(0, 4_294_967_295).default(1),
    placeholder: 'n',
    meaning: 'the same seed makes the same ids, names and tokens; default 1',
    expects: 'a whole number, for example 7',
  },
  guilds: {
    schema: wholeNumber(0, 100_000).default(2),
    placeholder: 'n',
    meaning: 'guilds at the start; default 2',
    expects: 'a whole number up to 100000, for example 3',
  },
  members: {
    schema: wholeNumber(1, 100_000).default(5),
    placeholder: 'n',
    meaning: 'people in each guild, the owner included; default 5',
    expects: 'a whole number from 1 to 100000, for example 12',
  },
  token: {
    schema: z
      .string()
      .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)
      .exactOptional(),
    placeholder: 'token',
    meaning: "the bot's token; default one made from the seed; better given as SIMULATOR_TOKEN",
    expects: 'three parts with dots between',
  },
  'application-id': {
    schema: z
      .string()
      .regex(/^\d{15,20}$/)
      .exactOptional(),
    placeholder: 'id',
    meaning: "the bot's application id; default one made from the seed",
    expects: 'a snowflake, for example 1088510058284990888',
  },
  community: {
    schema: z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number)
      .pipe(z.number().max(5000))
      .default(0),
    placeholder: 'rate',
    meaning: 'what members do in a second, commands and buttons included; default 0',
    expects: 'a number up to 5000, for example 12',
  },
  gateway: {
    schema: json(gatewayOptionsSchema).prefault('{}'),
    placeholder: 'json',
    meaning: 'options of the gateway that differ from Discord',
    expects: 'JSON such as {"maxConcurrency":16,"heartbeatIntervalMs":5000}',
  },
  limits: {
    schema: json(limitOptionsSchema).prefault('{}'),
    placeholder: 'json',
    meaning: 'rate limits of REST that differ from Discord',
    expects: 'JSON such as {"global":{"limit":10}} or {"enabled":false}',
  },
} as const satisfies Readonly<Record<string, Setting>>;

type SettingName = keyof typeof settings;

const settingsSchema = z.object({
  port: settings.port.schema,
  seed: settings.seed.schema,
  guilds: settings.guilds.schema,
  members: settings.members.schema,
  token: settings.token.schema,
  'application-id': settings['application-id'].schema,
  community: settings.community.schema,
  gateway: settings.gateway.schema,
  limits: settings.limits.schema,
});

export type SimulatorSettings = Readonly<z.output<typeof settingsSchema>>;

const names = Object.keys(settings).filter((name): name is SettingName => name in settings);

function variableName(name: string): string {
  return `SIMULATOR_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** The text of `--help`. */
export const usage = `Simulates Discord: gateway, REST and a control API on one port of the loopback interface.

Usage: main.js [settings]

${names.map((name) => `  ${`--${name} <${settings[name].placeholder}>`.padEnd(24)}${settings[name].meaning}`).join('\n')}
  --help                  shows this

Each setting can also be given by the environment: ${names.slice(0, 2).map(variableName).join(', ')} and so on.
When it listens it prints one line of JSON with its URLs and its bot. SIGTERM or SIGINT ends it.

Examples:
  main.js --port 4700 --guilds 3 --members 12 --community 10
  main.js --gateway '{"maxConcurrency":1000,"sessionStartLimit":{"total":100000}}'
`;

/**
 * Reads the settings from the command line, completed by the environment. Throws a SettingsError that names all that is wrong;
 * it never repeats a value, which may be a token.
 */
export function readSettings(argv: readonly string[], environment: NodeJS.ProcessEnv): SimulatorSettings {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    strict: false,
    allowPositionals: true,
  });
  const faults = positionals.length > 0 ? ['there is an argument that belongs to no setting'] : [];
  for (const name of Object.keys(values)) if (!(name in settings)) faults.push(`there is no --${name}`);
  const given: Partial<Record<SettingName, unknown>> = {};
  for (const name of names) {
    const value = values[name] ?? environment[variableName(name)];
    if (value !== undefined && value !== '') given[name] = value;
  }
  const parsed = settingsSchema.safeParse(given);
  for (const name of names) {
    const issue = parsed.error?.issues.find(({ path }) => path[0] === name);
    if (issue === undefined) continue;
    const where = issue.path.length > 1 ? ` (${issue.path.slice(1).join('.')}: ${issue.message})` : '';
    faults.push(`${values[name] === undefined ? variableName(name) : `--${name}`} ${describeFault(name, where)}`);
  }
  if (!parsed.success || faults.length > 0) throw new SettingsError(faults);
  return parsed.data;
}

function describeFault(name: SettingName, where: string): string {
  return `cannot be used${where}: expected ${settings[name].expects}`;
}
