export type { EventContext } from './interaction/context.ts';
export { button, select, type ComponentHandler, type Identified } from './definition/component.ts';
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
} from './definition/event.ts';
export {
  GatewayClient,
  type CommandOptions,
  type Gateway,
  type GatewayClientOptions,
  type MembersRequest,
  type Presence,
  type VoiceState,
} from './gateway/gateway.ts';
export { kindOf, parseInteraction, type Interaction, type InteractionKind } from './interaction/interaction.ts';
export { InteractionContext, type InteractionContextOptions } from './interaction/interaction-context.ts';
export type { Invocation } from './interaction/invocation.ts';
export { messageMenu, userMenu, type MenuHandler } from './definition/menu.ts';
export { modal, type ModalHandler, type Openable, type TextField } from './definition/modal.ts';
export {
  opt,
  type Autocomplete,
  type AutocompleteRequest,
  type Choice,
  type OptionDefinitions,
  type OptionValues,
  type ResolvedUser,
} from './definition/options.ts';
export type { CommandDefer, Defer, DeferredReply, Message, Reply } from './interaction/reply.ts';
export { Router, type Handler, type RouterOptions } from './registry/router.ts';
export { slash, slashGroup, type CommandTraits, type SlashGroup, type SlashHandler } from './definition/slash.ts';
