import { z } from 'zod';

/**
 * A schema for what Discord sends: it checks the fields that this code relies on, and takes Discord's
 * documentation (discord-api-types) at its word for the rest, so that a field which Discord adds or which nobody
 * here reads cannot break anything. The value passes unchanged.
 */
export function discordPayload<T>(shape: z.ZodType): z.ZodType<T> {
  return z.custom<T>().superRefine((value, context) => {
    const checked = shape.safeParse(value);
    if (checked.success) return;
    for (const { path, message } of checked.error.issues) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  });
}

/** A Discord id as it travels in JSON. */
export const snowflake: z.ZodType<string> = z.string().regex(/^\d{1,20}$/, 'expected a Discord id (digits)');
