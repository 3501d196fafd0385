import {
  ApplicationCommandOptionType as OptionType,
  ApplicationCommandType,
  InteractionType,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import { eventRouting } from '@arrakis/protocol';
import { completion } from '../definition/autocomplete.ts';
import type { ComponentHandler } from '../definition/component.ts';
import { DefinitionError } from '../errors.ts';
import type { EventHandler } from '../definition/event.ts';
import type {
  AutocompleteInteraction,
  CommandInteraction,
  ComponentInteraction,
  Interaction,
  ModalInteraction,
  SubmittedOption,
} from '../interaction/interaction.ts';
import type { Invocation } from '../interaction/invocation.ts';
import type { MenuHandler } from '../definition/menu.ts';
import type { ModalHandler } from '../definition/modal.ts';
import { registrationOf } from '../registration/registration.ts';
import type { SlashGroup, SlashHandler } from '../definition/slash.ts';

/** Everything that a bot consists of. */
export type Handler = SlashHandler | SlashGroup | MenuHandler | ComponentHandler | ModalHandler | EventHandler;

export interface RouterOptions {
  /** Patterns of event types that are delivered beside the usual ones: the setting `ARRAKIS_EVENTS`; default none. */
  readonly events?: readonly string[];
}

/**
 * Finds the handler of an interaction or event, and reads its input. It keeps nothing of what passes: any process
 * with the same handlers finds the same.
 */
export class Router {
  readonly #commands: readonly (SlashHandler | SlashGroup | MenuHandler)[];
  /** Slash commands by path, `role give`. */
  readonly #slashes = new Map<string, SlashHandler>();
  /** Menu commands by type and name. */
  readonly #menus = new Map<string, MenuHandler>();
  readonly #components: readonly ComponentHandler[];
  readonly #modals: readonly ModalHandler[];
  readonly #events: ReadonlyMap<string, EventHandler>;

  /** @throws {DefinitionError} naming every handler that could never, or not alone, be found. */
  constructor(handlers: readonly Handler[], { events: patterns = [] }: RouterOptions = {}) {
    const faults = [...duplicates(handlers), ...unreachable(handlers, patterns)];
    if (faults.length > 0) throw new DefinitionError(`Handlers cannot be told apart or reached: ${faults.join('; ')}`);
    this.#commands = handlers.filter((handler) => isCommand(handler));
    this.#components = handlers.filter((handler) => handler.kind === 'component');
    this.#modals = handlers.filter((handler) => handler.kind === 'modal');
    const events = handlers.filter((handler) => handler.kind === 'event');
    this.#events = new Map(events.map((handler) => [handler.type, handler]));
    for (const command of this.#commands) {
      if (command.kind === 'menu') this.#menus.set(menuKey(command.type, command.name), command);
      else this.#addSlash(command, command.name);
    }
  }

  /** The commands, as Discord registers them. */
  get registrations(): RESTPutAPIApplicationCommandsJSONBody {
    return this.#commands.map(registrationOf);
  }

  /**
   * The handler of an interaction with its input read; undefined when there is none.
   * @throws {MalformedPayloadError} when the input is not what the handler is defined for.
   */
  route(interaction: Interaction): Invocation | undefined {
    switch (interaction.type) {
      case InteractionType.ApplicationCommand:
        return this.#routeCommand(interaction);
      case InteractionType.ApplicationCommandAutocomplete:
        return this.#routeAutocomplete(interaction);
      case InteractionType.MessageComponent:
        return this.#routeComponent(interaction);
      case InteractionType.ModalSubmit:
        return this.#routeModal(interaction);
    }
  }

  /** The handler of an event type; undefined when there is none. */
  event(type: string): EventHandler | undefined {
    return this.#events.get(type);
  }

  #routeCommand(interaction: CommandInteraction): Invocation | undefined {
    const { type, name, options } = interaction.data;
    if (type !== ApplicationCommandType.ChatInput) return this.#menus.get(menuKey(type, name))?.prepare(interaction);
    const { path, submitted } = descend(name, options);
    return this.#slashes.get(path)?.prepare({ interaction, path, submitted });
  }

  #routeAutocomplete(interaction: AutocompleteInteraction): Invocation | undefined {
    const { path, submitted } = descend(interaction.data.name, interaction.data.options);
    const command = this.#slashes.get(path);
    return command === undefined ? undefined : completion(command, { interaction, path, submitted });
  }

  #routeComponent(interaction: ComponentInteraction): Invocation | undefined {
    const { component_type: type, custom_id: customId } = interaction.data;
    for (const handler of this.#components) {
      const params = handler.componentType === type ? handler.customId.match(customId) : undefined;
      if (params !== undefined) return handler.prepare(interaction, params);
    }
    return undefined;
  }

  #routeModal(interaction: ModalInteraction): Invocation | undefined {
    for (const handler of this.#modals) {
      const params = handler.customId.match(interaction.data.custom_id);
      if (params !== undefined) return handler.prepare(interaction, params);
    }
    return undefined;
  }

  #addSlash(command: SlashHandler | SlashGroup, path: string): void {
    if (command.kind === 'slash') this.#slashes.set(path, command);
    else for (const child of command.commands) this.#addSlash(child, `${path} ${child.name}`);
  }
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

function isCommand(handler: Handler): handler is SlashHandler | SlashGroup | MenuHandler {
  return handler.kind === 'slash' || handler.kind === 'slash-group' || handler.kind === 'menu';
}

function menuKey(type: ApplicationCommandType, name: string): string {
  return `${type} ${name}`;
}

/** Handlers of which one would never be found, because another has its name, event or custom ids. */
function duplicates(handlers: readonly Handler[]): string[] {
  return handlers.flatMap((handler, index) => {
    const inner = handler.kind === 'slash-group' ? duplicates(handler.commands) : [];
    const earlier = handlers.slice(0, index).find((other) => collide(handler, other));
    return earlier === undefined ? inner : [...inner, `${describe(handler)} and ${describe(earlier)}`];
  });
}

function collide(one: Handler, other: Handler): boolean {
  if (spaceOf(one) !== spaceOf(other)) return false;
  if ('customId' in one && 'customId' in other) return one.customId.overlaps(other.customId);
  return describe(one) === describe(other);
}

/** Names are told apart within a space: a button and a select, a slash and a menu command may share theirs. */
function spaceOf(handler: Handler): string {
  switch (handler.kind) {
    case 'component':
      return `component ${handler.componentType}`;
    case 'menu':
      return `menu ${handler.type}`;
    case 'slash':
    case 'slash-group':
      return 'slash';
    case 'modal':
    case 'event':
      return handler.kind;
  }
}

/** Handlers of events that reach no queue. */
function unreachable(handlers: readonly Handler[], patterns: readonly string[]): string[] {
  const isRouted = eventRouting(patterns);
  return handlers.flatMap((handler) =>
    handler.kind === 'event' && !isRouted(handler.type)
      ? [`no queue receives ${handler.type} unless ARRAKIS_EVENTS names it, for all ingestors and workers`]
      : [],
  );
}

function describe(handler: Handler): string {
  switch (handler.kind) {
    case 'slash':
    case 'slash-group':
      return `/${handler.name}`;
    case 'menu':
      return `menu ${handler.name}`;
    case 'component':
    case 'modal':
      return `${handler.kind} ${handler.customId.pattern}`;
    case 'event':
      return `event ${handler.type}`;
  }
}
