import { eventRouting } from '@arrakis/protocol';
import { commandFaults, totalFaults } from '../validation/command-faults.ts';
import { cooldownFaults } from '../validation/cooldown-faults.ts';
import { below, fault, type Fault } from '../validation/fault.ts';
import { modalFaults } from '../validation/modal-faults.ts';
import type { Command, Handler, Module } from './module.ts';

/** All handlers of a module. */
function handlersOf({ commands = [], components = [], events = [] }: Module): Handler[] {
  return [...commands, ...components, ...events];
}

/**
 * Everything that is wrong with modules: what Discord would refuse, handlers of which one could never be found, and events
 * that reach no queue. Each with file and line, the handler, and the place in its definition.
 */
export function moduleFaults(modules: readonly Module[], events: readonly string[]): string[] {
  const handlers = modules.flatMap(handlersOf);
  return [
    ...nameFaults(modules),
    ...handlers.flatMap((handler) => [
      ...handlerFaults(handler).map((one) => inWords(handler, one)),
      ...unreachable(handler, events).map((one) => inWords(handler, one)),
    ]),
    ...duplicates(handlers.filter(({ kind }) => kind !== 'event')),
    ...modules.flatMap((module) => duplicates(module.events ?? [])),
    ...totalFaults(handlers.filter(isCommand)).map(({ path, message }) => `all together: ${path} ${message}`),
  ];
}

function isCommand(handler: Handler): handler is Command {
  return handler.kind === 'slash' || handler.kind === 'slash-group' || handler.kind === 'menu';
}

/** What a handler is called where faults are told. */
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

function inWords(handler: Handler, { site = handler.site, path, message }: Fault): string {
  const where = path === '' ? '' : ` ${path}`;
  return `${site === '' ? '' : `${site} `}${describe(handler)}${where} ${message}`;
}

function handlerFaults(handler: Handler): Fault[] {
  switch (handler.kind) {
    case 'slash':
    case 'slash-group':
    case 'menu':
      return commandFaults(handler);
    case 'component':
      return [...below('custom id', handler.customId.faults), ...cooldownFaults(handler.cooldown)];
    case 'modal':
      return [...modalFaults(handler), ...cooldownFaults(handler.cooldown)];
    case 'event':
      return [];
  }
}

/** Handlers of events that reach no queue. */
function unreachable(handler: Handler, patterns: readonly string[]): Fault[] {
  if (handler.kind !== 'event' || eventRouting(patterns)(handler.type)) return [];
  return fault('', 'is received by no queue unless ARRAKIS_EVENTS names it, for all ingestors and workers');
}

function nameFaults(modules: readonly Module[]): string[] {
  const names = modules.map(({ name }) => name);
  return [
    ...names
      .filter((name) => !/^[a-z0-9][a-z0-9-]{0,31}$/.test(name))
      .map((name) => `module '${name}': a name consists of up to 32 small letters, digits and dashes`),
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `module '${name}': there are two of this name`),
  ];
}

/** Handlers of which one would never be found, because another has its name or custom ids; of a module, its event. */
function duplicates(handlers: readonly Handler[]): string[] {
  return handlers.flatMap((handler, index) => {
    const inner = handler.kind === 'slash-group' ? duplicates(handler.commands) : [];
    const earlier = handlers.slice(0, index).find((other) => collide(handler, other));
    if (earlier === undefined) return inner;
    return [...inner, inWords(handler, { path: '', message: collision(handler, earlier) })];
  });
}

function collision({ kind }: Handler, earlier: Handler): string {
  return kind === 'event'
    ? `is handled by the same module at ${earlier.site}: do both in one handler, or in two modules`
    : `cannot be told apart from ${describe(earlier)} at ${earlier.site}`;
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
