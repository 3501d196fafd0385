export type { DiscordApi, EndpointName } from './api/api.ts';
export type { FileUpload } from './api/multipart.ts';
export { DiscordRest } from './discord-rest.ts';
export { DiscordRestError, type DiscordRestErrorKind, type Remedy } from './discord-rest-error.ts';
export { acknowledgeBy, answerBy, createdAt } from './interaction-time.ts';
export type { HttpRequest, Transport } from './http-transport.ts';
export type { Response } from './response.ts';
export { nonceFor } from './message-body.ts';
export type {
  Acknowledgement,
  AuditedOptions,
  CallOptions,
  DiscordRestOptions,
  FileOptions,
  GuildOptions,
  MessageBody,
  MessageOptions,
  RequestInput,
} from './options.ts';
export { discordPayload, snowflake } from './payload.ts';
export type { ScriptRunner } from './fleet/script-runner.ts';
export type { Lane } from './rate-limiter.ts';
export type { RestEvent, RestListener } from './rest-event.ts';
export type { InteractionReference, Method, RoleAssignment, Route } from './route.ts';
