import type { RESTPostAPIChannelMessageJSONBody } from 'discord-api-types/v10';
import type { DiscordApi, EndpointName, ParameterName } from './api/api.ts';
import type { FileUpload } from './api/multipart.ts';
import type { ScriptRunner } from './fleet/script-runner.ts';
import type { Transport } from './http-transport.ts';
import type { Lane } from './rate-limiter.ts';
import type { RestListener } from './rest-event.ts';
import type { Parameters } from './route.ts';

export interface DiscordRestOptions {
  /** Base of the API with its version: `https://discord.com/api/v10`, or a simulator's or proxy's. */
  readonly apiUrl: string;
  readonly applicationId: string;
  readonly token: string;
  /** The Redis by which the fleet keeps Discord's limits; without, this process keeps them as if it were alone. */
  readonly scripts?: ScriptRunner;
  /** Requests a second that Discord allows the bot; 50 unless Discord has granted more. */
  readonly globalLimit?: number;
  /** Names the address from which Discord sees this process; those behind one address share what leads to its ban. */
  readonly egress?: string;
  /** An HTTP proxy on the way to Discord. */
  readonly proxyUrl?: string | undefined;
  /** Hosts that are reached without it, as NO_PROXY names them: `localhost,.internal`. */
  readonly noProxy?: string | undefined;
  /** Told of every attempt; for logs and metrics. */
  readonly onEvent?: RestListener;
  /** The way to Discord; HTTP unless a test takes its place. */
  readonly transport?: Transport;
}

export interface CallOptions {
  /**
   * When the call shall have ended, repetitions and waits included, in ms since the epoch. By default 30 s from
   * now, and never after the interaction that is answered has expired.
   */
  readonly deadline?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `bulk` gives way to others where the global limit is short; default `normal`. */
  readonly lane?: Lane | undefined;
}

export interface FileOptions extends CallOptions {
  /**
   * Files to attach; the body may describe them in `attachments`, by their position. With an edit they take the place of those
   * that are there, unless `attachments` says what stays: it then names these and the new ones.
   */
  readonly files?: readonly FileUpload[] | undefined;
}

export interface MessageOptions extends FileOptions {
  /** Discord posts one message per nonce: see {@link nonceFor}. At most 25 characters. */
  readonly nonce: string;
}

export interface GuildOptions extends CallOptions {
  /** Without it, everything is about the bot in all guilds. */
  readonly guildId?: string | undefined;
}

export interface AuditedOptions extends CallOptions {
  /** Shown in the guild's audit log. */
  readonly reason?: string | undefined;
}

/** What is sent to an endpoint. */
export type RequestInput<Name extends EndpointName> = AuditedOptions &
  FileOptions & {
    readonly query?: DiscordApi[Name]['query'];
    readonly body?: DiscordApi[Name]['body'];
  } & ([ParameterName<Name>] extends [never]
    ? { readonly parameters?: Parameters<Name> }
    : { readonly parameters: Parameters<Name> });

/** Whether the response was taken, or somebody had responded before: then `editOriginal` says what is to be said. */
export type Acknowledgement = 'acknowledged' | 'already-acknowledged';

/** A message to post; its nonce is an option of the call. */
export type MessageBody = Omit<RESTPostAPIChannelMessageJSONBody, 'nonce' | 'enforce_nonce'>;
