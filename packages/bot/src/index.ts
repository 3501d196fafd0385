export type { EventContext } from './context.ts';
export { button, select, type ComponentHandler, type Identified } from './component.ts';
export {
  DefinitionError,
  GatewayCommandError,
  MalformedPayloadError,
  ResponseStateError,
  type GatewayCommandErrorKind,
} from './errors.ts';
export {
  on,
  type EventHandler,
  type EventInvocation,
  type EventLane,
  type EventOptions,
  type EventPayloads,
} from './event.ts';
export {
  GatewayClient,
  type CommandOptions,
  type Gateway,
  type GatewayClientOptions,
  type MembersRequest,
  type Presence,
  type VoiceState,
} from './gateway.ts';
export { kindOf, parseInteraction, type Interaction, type InteractionKind } from './interaction.ts';
export { InteractionContext, type InteractionContextOptions } from './interaction-context.ts';
export type { Invocation } from './invocation.ts';
export { messageMenu, userMenu, type MenuHandler } from './menu.ts';
export { modal, type ModalHandler, type Openable, type TextField } from './modal.ts';
export {
  opt,
  type Autocomplete,
  type AutocompleteRequest,
  type Choice,
  type OptionDefinitions,
  type OptionValues,
  type ResolvedUser,
} from './options.ts';
export type { CommandDefer, Defer, DeferredReply, Message, Reply } from './reply.ts';
export { Router, type Handler, type RouterOptions } from './router.ts';
export { slash, slashGroup, type CommandTraits, type SlashGroup, type SlashHandler } from './slash.ts';
