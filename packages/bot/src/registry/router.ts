import {
  ApplicationCommandOptionType as OptionType,
  ApplicationCommandType,
  InteractionType,
} from 'discord-api-types/v10';
import { completion } from '../definition/autocomplete.ts';
import type { ComponentHandler } from '../definition/component.ts';
import type { EventHandler } from '../definition/event.ts';
import type { MenuHandler } from '../definition/menu.ts';
import type { ModalHandler } from '../definition/modal.ts';
import type { SlashGroup, SlashHandler } from '../definition/slash.ts';
import { DefinitionError, MalformedPayloadError } from '../errors.ts';
import type {
  AutocompleteInteraction,
  CommandInteraction,
  ComponentInteraction,
  Interaction,
  ModalInteraction,
  SubmittedOption,
} from '../interaction/interaction.ts';
import type { Invocation } from '../interaction/invocation.ts';
import { registrationsOf, type Registrations } from '../registration/registration.ts';
import { moduleFaults } from './handler-faults.ts';
import { run } from './middleware.ts';
import type { Command, Middleware, Module } from './module.ts';
import { refusal, type Mismatch } from './refusal.ts';

/** What a router knows beside its modules. */
export interface RouterOptions {
  /** Patterns of event types that are delivered beside the usual ones: the setting `ARRAKIS_EVENTS`; default none. */
  readonly events?: readonly string[];
  /** Around the handlers of all modules, the first outermost. */
  readonly middleware?: readonly Middleware[];
}

/** Where an interaction or event belongs. */
export interface Routed<Invoked> {
  /** Undefined for what belongs to no module. */
  readonly module: string | undefined;
  readonly invocation: Invoked;
  /** Why no handler runs, and the member is told so: nobody handles it any more, or not with this input. */
  readonly mismatch?: Mismatch;
}

/** A handler of an event, and the module that it belongs to. */
export interface RoutedEvent {
  readonly module: string;
  readonly handler: EventHandler;
}

const none: readonly RoutedEvent[] = [];

interface Found<Handler> {
  readonly handler: Handler;
  readonly module: Module;
}

/** A slash command, or a group, within its groups, the outermost first. */
interface FoundSlash<Handler> extends Found<Handler> {
  readonly groups: readonly SlashGroup[];
}

/**
 * Finds the handler of an interaction or event, and reads its input. It keeps nothing of what passes: any process
 * with the same modules finds the same.
 */
export class Router {
  readonly modules: readonly Module[];
  readonly #middleware: readonly Middleware[];
  readonly #commands: readonly Command[];
  /** Slash commands by path, `role give`. */
  readonly #slashes = new Map<string, FoundSlash<SlashHandler>>();
  /** Menu commands by type and name. */
  readonly #menus = new Map<string, Found<MenuHandler>>();
  readonly #components: Found<ComponentHandler>[] = [];
  readonly #modals: Found<ModalHandler>[] = [];
  /** By event type, in the order of their modules. */
  readonly #events = new Map<string, RoutedEvent[]>();

  /** @throws {DefinitionError} naming all that Discord would refuse, and every handler that could never be found. */
  constructor(modules: readonly Module[], { events = [], middleware = [] }: RouterOptions = {}) {
    const faults = moduleFaults(modules, events);
    if (faults.length > 0) {
      throw new DefinitionError(`Definitions cannot work:\n${faults.map((one) => `  ${one}`).join('\n')}`);
    }
    this.modules = modules;
    this.#middleware = middleware;
    this.#commands = modules.flatMap(({ commands = [] }) => commands);
    for (const module of modules) this.#add(module);
  }

  /** The commands, as Discord registers them. */
  get registrations(): Registrations {
    return registrationsOf(this.#commands);
  }

  /** Finds the handler of an interaction, with its input read; where there is none, what tells the member so. */
  route(interaction: Interaction): Routed<Invocation> {
    let mismatch: Mismatch = { kind: 'unknown' };
    try {
      const found = this.#find(interaction);
      if (found !== undefined) return this.#routed(found.module, found.invocation);
    } catch (cause) {
      if (!(cause instanceof MalformedPayloadError)) throw cause;
      mismatch = { kind: 'changed', reason: cause.message };
    }
    return { module: undefined, invocation: refusal(mismatch), mismatch };
  }

  /** The handlers of an event type, of each module at most one. */
  events(type: string): readonly RoutedEvent[] {
    return this.#events.get(type) ?? none;
  }

  #withMiddleware(handler: EventHandler, module: Module): EventHandler {
    const middleware = [...this.#middleware, ...(module.middleware ?? [])];
    if (middleware.length === 0) return handler;
    return {
      ...handler,
      prepare(payload) {
        const invocation = handler.prepare(payload);
        const call = { handler: invocation.handler, module: module.name };
        return {
          ...invocation,
          run: (context) => run(middleware, { ...call, context }, () => invocation.run(context)),
        };
      },
    };
  }

  #routed(module: Module, invocation: Invocation): Routed<Invocation> {
    const middleware = [...this.#middleware, ...(module.middleware ?? [])];
    if (middleware.length === 0) return { module: module.name, invocation };
    const call = { handler: invocation.handler, module: module.name };
    return {
      module: module.name,
      invocation: {
        ...invocation,
        run: (context) => run(middleware, { ...call, context }, () => invocation.run(context)),
      },
    };
  }

  #find(interaction: Interaction): { module: Module; invocation: Invocation } | undefined {
    switch (interaction.type) {
      case InteractionType.ApplicationCommand:
        return this.#findCommand(interaction);
      case InteractionType.ApplicationCommandAutocomplete:
        return this.#findAutocomplete(interaction);
      case InteractionType.MessageComponent:
        return this.#findComponent(interaction);
      case InteractionType.ModalSubmit:
        return this.#findModal(interaction);
    }
  }

  #findCommand(interaction: CommandInteraction) {
    const { type, name, options } = interaction.data;
    if (type !== ApplicationCommandType.ChatInput) {
      return prepared(this.#menus.get(menuKey(type, name)), ({ handler }) => handler.prepare(interaction));
    }
    const { path, submitted } = descend(name, options);
    const found = this.#slashes.get(path);
    return prepared(found, ({ handler, groups }) => handler.prepare({ interaction, path, groups, submitted }));
  }

  #findAutocomplete(interaction: AutocompleteInteraction) {
    const { path, submitted } = descend(interaction.data.name, interaction.data.options);
    const found = this.#slashes.get(path);
    return prepared(found, ({ handler, groups }) => completion(handler, { interaction, path, groups, submitted }));
  }

  #findComponent(interaction: ComponentInteraction) {
    const { component_type: type, custom_id: customId } = interaction.data;
    for (const found of this.#components) {
      const params = found.handler.componentType === type ? found.handler.customId.match(customId) : undefined;
      if (params !== undefined) return prepared(found, ({ handler }) => handler.prepare(interaction, params));
    }
    return undefined;
  }

  #findModal(interaction: ModalInteraction) {
    for (const found of this.#modals) {
      const params = found.handler.customId.match(interaction.data.custom_id);
      if (params !== undefined) return prepared(found, ({ handler }) => handler.prepare(interaction, params));
    }
    return undefined;
  }

  #add(module: Module): void {
    const { commands = [], components = [], events = [] } = module;
    for (const handler of commands) {
      if (handler.kind === 'menu') this.#menus.set(menuKey(handler.type, handler.name), { handler, module });
      else this.#addSlash({ handler, module, groups: [] }, handler.name);
    }
    for (const handler of components) {
      if (handler.kind === 'modal') this.#modals.push({ handler, module });
      else this.#components.push({ handler, module });
    }
    for (const handler of events) {
      const routed = { module: module.name, handler: this.#withMiddleware(handler, module) };
      this.#events.set(handler.type, [...this.events(handler.type), routed]);
    }
  }

  #addSlash({ handler, module, groups }: FoundSlash<SlashHandler | SlashGroup>, path: string): void {
    if (handler.kind === 'slash') {
      this.#slashes.set(path, { handler, module, groups });
      return;
    }
    const within = [...groups, handler];
    for (const child of handler.commands) {
      this.#addSlash({ handler: child, module, groups: within }, `${path} ${child.name}`);
    }
  }
}

function prepared<Some extends Found<unknown>>(
  found: Some | undefined,
  prepare: (found: Some) => Invocation | undefined,
): { module: Module; invocation: Invocation } | undefined {
  const invocation = found === undefined ? undefined : prepare(found);
  return found === undefined || invocation === undefined ? undefined : { module: found.module, invocation };
}

/** Follows the sub-command that was chosen down to its own options. */
function descend(
  name: string,
  options: readonly SubmittedOption[],
): { readonly path: string; readonly submitted: readonly SubmittedOption[] } {
  const nested = options.find(({ type }) => type === OptionType.Subcommand || type === OptionType.SubcommandGroup);
  return nested === undefined
    ? { path: name, submitted: options }
    : descend(`${name} ${nested.name}`, nested.options ?? []);
}

function menuKey(type: ApplicationCommandType, name: string): string {
  return `${type} ${name}`;
}
