import type { Module, ModuleContext } from '@arrakis/bot';
import type { Service } from '@arrakis/service';
import type { Bot } from './bots.ts';

/** How long the modules of a bot may take to end, in ms. */
const drainLimitMs = 3_000;

/** Begins and ends what modules do beside handling events, once for each bot. */
export class ModuleLifecycle {
  readonly #service: Service;
  readonly #lives: readonly { readonly module: Module; readonly context: ModuleContext }[];

  /** `served`: names of the modules that this process serves; all when undefined. */
  constructor(service: Service, bots: readonly Bot[], served: readonly string[] | undefined) {
    this.#service = service;
    this.#lives = bots.flatMap((bot) =>
      bot.router.modules
        .filter(({ name }) => served?.includes(name) ?? true)
        .map((module) => ({ module, context: contextOf(service, bot, module) })),
    );
  }

  /**
   * Sets the modules up, one after the other, and sees to it that each is drained at the end: the last one first, when no
   * handler runs any more.
   * @throws what a module throws: the process does not start without it.
   */
  async setup(): Promise<void> {
    for (const { module, context } of this.#lives) {
      await module.setup?.(context);
      if (module.drain === undefined) continue;
      this.#service.defer(`module ${module.name}`, drainLimitMs, () => module.drain?.(context));
    }
  }

  /** Tells the modules that events come now. */
  async ready(): Promise<void> {
    for (const { module, context } of this.#lives) await module.ready?.(context);
  }
}

function contextOf(service: Service, { applicationId, parts }: Bot, { name }: Module): ModuleContext {
  const { rest, gateway, state, environment } = parts;
  return {
    applicationId,
    rest,
    gateway,
    state,
    settings: (settings) => settings.in(environment),
    log: service.log.child({ module: name, applicationId }),
    signal: service.signal,
  };
}
