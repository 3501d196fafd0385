import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Module } from '@arrakis/bot';
import { z } from 'zod';
import { UsageError } from '../command.ts';

const exported = z.object({
  modules: z.array(
    z.custom<Module>((value) => typeof value === 'object' && value !== null && 'name' in value, 'expected a module'),
  ),
});

/** Where the worker of this repository has its modules, beside these sources or beside what was built of them. */
const workersModules = import.meta.url.endsWith('.ts')
  ? '../../../worker/src/modules/index.ts'
  : '../../../worker/dist/modules/index.js';

/**
 * Loads the modules of a bot, as a worker does: which bot it is about is said where the command is called, like a
 * configuration.
 * @throws {UsageError} when the file cannot be loaded, or exports no modules.
 */
export async function loadModules(file: string | undefined): Promise<readonly Module[]> {
  const url = file === undefined ? new URL(workersModules, import.meta.url) : pathToFileURL(resolve(file));
  let found: unknown;
  try {
    found = await import(url.href);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`the modules cannot be loaded: ${reason}`, { cause });
  }
  const parsed = exported.safeParse(found);
  if (!parsed.success) throw new UsageError(`${url.pathname} exports no \`modules\`.`);
  return parsed.data.modules;
}
