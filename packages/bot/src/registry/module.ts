import type { z } from 'zod';
import type { ComponentHandler } from '../definition/component.ts';
import type { EventHandler } from '../definition/event.ts';
import type { MenuHandler } from '../definition/menu.ts';
import type { ModalHandler } from '../definition/modal.ts';
import type { SlashGroup, SlashHandler } from '../definition/slash.ts';
import type { BaseContext } from '../interaction/context.ts';
import type { BotParts } from '../interaction/interaction-context.ts';
import type { Log } from '../interaction/log.ts';
import type { ModuleSettings, SettingsOf } from './module-settings.ts';

/** What Discord registers. */
export type Command = SlashHandler | SlashGroup | MenuHandler;

/** Everything that a bot consists of. */
export type Handler = Command | ComponentHandler | ModalHandler | EventHandler;

/** A handler that is about to run. */
export interface HandlerCall {
  /** Which handler: `slash echo`, `event member.join`. */
  readonly handler: string;
  /** The module that it belongs to. */
  readonly module: string;
  readonly context: BaseContext;
}

/**
 * Runs around handlers: it calls `next` for the rest, and may look at how that ends. What it throws counts as thrown by
 * the handler.
 */
export type Middleware = (call: HandlerCall, next: () => Promise<void>) => Promise<void>;

/** What a module has at hand while its process lives, once for each bot. */
export interface ModuleContext extends Pick<BotParts, 'rest' | 'gateway' | 'state'> {
  readonly applicationId: string;
  readonly log: Log;
  readonly settings: SettingsOf;
  /** Aborted when the process begins to stop. */
  readonly signal: AbortSignal;
}

/** Handlers that belong together. A worker serves all modules, or those that `WORKER_MODULES` names. */
export interface Module {
  /** Small letters, digits and dashes: part of a queue's name. */
  readonly name: string;
  readonly commands?: readonly Command[];
  /** Buttons, selects and modals. */
  readonly components?: readonly (ComponentHandler | ModalHandler)[];
  readonly events?: readonly EventHandler[];
  readonly settings?: ModuleSettings<z.ZodRawShape>;
  /** Around each of the module's handlers, the first outermost. */
  readonly middleware?: readonly Middleware[];
  /** Before the first event comes: a failure ends the start. */
  setup?(context: ModuleContext): void | Promise<void>;
  /** When the process serves events. */
  ready?(context: ModuleContext): void | Promise<void>;
  /** When no event comes any more and none is under way. */
  drain?(context: ModuleContext): void | Promise<void>;
}
