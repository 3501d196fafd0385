import { z } from 'zod';

/** Variables of an environment. */
export type Environment = Readonly<Record<string, unknown>>;

/** The settings of a module: variables of the environment, and how each is read. */
export interface ModuleSettings<Shape extends z.ZodRawShape> {
  readonly shape: Shape;
  /**
   * What they are in an environment, read once.
   * @throws {z.ZodError} when it does not fit; a worker has checked its environment at its start.
   */
  in(environment: Environment): Readonly<z.output<z.ZodObject<Shape>>>;
}

/** Asks for the settings of a module. */
export type SettingsOf = <Shape extends z.ZodRawShape>(
  settings: ModuleSettings<Shape>,
) => Readonly<z.output<z.ZodObject<Shape>>>;

/**
 * Defines the settings of a module. A worker reads them together with its own at its start, where all that is wrong is
 * told at once; handlers ask for them by what this returns:
 *
 *     const settings = moduleSettings({ WELCOME_EVERY_MS: z.coerce.number().int().default(10_000) });
 *     on('member.join', (ctx) => ctx.settings(settings).WELCOME_EVERY_MS);
 */
export function moduleSettings<const Shape extends z.ZodRawShape>(shape: Shape): ModuleSettings<Shape> {
  const schema = z.object(shape);
  const read = new WeakMap<Environment, Readonly<z.output<typeof schema>>>();
  return {
    shape,
    in(environment) {
      const known = read.get(environment);
      if (known !== undefined) return known;
      const settings = Object.freeze(schema.parse(environment));
      read.set(environment, settings);
      return settings;
    },
  };
}
