export { auto, type AutoDefer, type CommandDefer, type Defer, type DeferPolicy } from './interaction/deferral.ts';
export { button, select, type ComponentHandler, type Identified, type SelectTypes } from './definition/component.ts';
export type { Cooldown } from './definition/cooldown.ts';
export {
  DefinitionError,
  GatewayCommandError,
  GuardResultError,
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
export {
  botCan,
  inGuild,
  memberCan,
  type Extension,
  type Guard,
  type GuardResult,
  type PermissionName,
} from './definition/guard.ts';
export { apologize, runInvocation } from './interaction/boundary.ts';
export type {
  AskedContext,
  BaseContext,
  CommandContexts,
  ComponentContexts,
  EventContext,
  Extended,
  ModalContexts,
  OnMessage,
  OpeningModals,
  Replying,
  Updating,
} from './interaction/context.ts';
export { Denied } from './interaction/denied.ts';
export {
  kindOf,
  parseInteraction,
  type Interaction,
  type InteractionFacts,
  type InteractionKind,
} from './interaction/interaction.ts';
export {
  InteractionContext,
  type BotParts,
  type InteractionContextOptions,
} from './interaction/interaction-context.ts';
export type { Invocation, Passage } from './interaction/invocation.ts';
export type { Log } from './interaction/log.ts';
export type { DeferredReply, Message, Reply } from './interaction/reply.ts';
export { botTexts } from './localisation/bot-texts.ts';
export {
  texts,
  type LocalizedText,
  type Phrase,
  type Phrases,
  type PluralForms,
  type Text,
  type Texts,
  type Translations,
} from './localisation/texts.ts';
export type { CommandDifference, CommandPlan, PlannedCommand } from './registration/command-plan.ts';
export { applyRegistrations, planRegistrations, type CommandSyncOptions } from './registration/command-sync.ts';
export type { Registrations } from './registration/registration.ts';
export { messageFaults } from './message/message-faults.ts';
export { ui, type ButtonLook, type SelectMenu } from './message/ui.ts';
export type { Fault } from './validation/fault.ts';
export { messageMenu, userMenu, type MenuHandler } from './definition/menu.ts';
export { modal, type FilledIn, type ModalHandler, type Openable } from './definition/modal.ts';
export { field, type FieldDefinition, type FieldDefinitions, type FieldValues } from './definition/modal-fields.ts';
export {
  opt,
  type AttachmentOption,
  type Autocomplete,
  type AutocompleteRequest,
  type ChannelOption,
  type Choice,
  type NumberOption,
  type OptionBase,
  type OptionDefinition,
  type OptionDefinitions,
  type OptionValues,
  type ResolvedUser,
  type StringOption,
} from './definition/options.ts';
export type { Command, Handler, HandlerCall, Middleware, Module, ModuleContext } from './registry/module.ts';
export { moduleSettings, type Environment, type ModuleSettings, type SettingsOf } from './registry/module-settings.ts';
export type { Mismatch } from './registry/refusal.ts';
export { Router, type Routed, type RoutedEvent, type RouterOptions } from './registry/router.ts';
export type { BotState } from './state/bot-state.ts';
export type { Scope } from './state/scope.ts';
export { session, SessionContendedError, type Session, type SessionOptions } from './state/session.ts';
export { slash, slashGroup, type CommandTraits, type SlashGroup, type SlashHandler } from './definition/slash.ts';
export {
  DiscordRuleError,
  type SentFile,
  type TestAnswer,
  type TestRequest,
} from './test-context/recording-discord.ts';
export { TestContext, testContext, type TestContextOptions, type TestResult } from './test-context/test-context.ts';
export type { TestChannel, TestFile, TestRole, TestUser } from './test-context/entities.ts';
export type { TestAsker } from './test-context/interaction-payload.ts';
export type { TestField, TestOption } from './test-context/interaction-data.ts';
