import { applyCommands } from './bot-commands/apply.ts';
import { checkCommands } from './bot-commands/check.ts';
import { planCommands } from './bot-commands/plan.ts';
import type { Command } from './command.ts';
import { newCommand } from './scaffold/new-command.ts';
import { applyTopology } from './topology/apply.ts';
import { migrateTopology } from './topology/migrate.ts';
import { planTopology } from './topology/plan.ts';

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  planTopology,
  applyTopology,
  migrateTopology,
  planCommands,
  applyCommands,
  checkCommands,
  newCommand,
];
