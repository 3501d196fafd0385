import {
  InteractionResponseType,
  MessageFlags,
  type APIApplicationCommand,
  type APIGatewayBotInfo,
  type APIGuildMember,
  type APIInteractionResponse,
  type APIMessage,
  type RESTPatchAPIWebhookWithTokenMessageJSONBody,
  type RESTPostAPIChannelMessageJSONBody,
  type RESTPostAPIWebhookWithTokenJSONBody,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import * as answers from './answers.ts';
import { DiscordRestError } from './discord-rest-error.ts';
import { HttpTransport, type Transport } from './http-transport.ts';
import { acknowledgeBy, answerBy } from './interaction-time.ts';
import { withoutMentions } from './message-body.ts';
import { FleetLimiter } from './fleet/fleet-limiter.ts';
import type { ScriptRunner } from './fleet/script-runner.ts';
import { LocalLimiter } from './local-limiter.ts';
import type { Lane, Patience, RateLimiter } from './rate-limiter.ts';
import { Reachability } from './reachability.ts';
import { Requester } from './requester.ts';
import type { RestListener } from './rest-event.ts';
import { routes, type InteractionReference, type RoleAssignment } from './route.ts';

export interface DiscordRestOptions {
  /** Base of the API with its version: `https://discord.com/api/v10`, or a simulator's or proxy's. */
  readonly apiUrl: string;
  readonly applicationId: string;
  readonly token: string;
  /** The Redis by which the fleet keeps Discord's limits; without, this process keeps them as if it were alone. */
  readonly scripts?: ScriptRunner;
  /** Requests a second that Discord allows the bot; 50 unless Discord has granted more. */
  readonly globalLimit?: number;
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

export interface MessageOptions extends CallOptions {
  /** Discord posts one message per nonce: see {@link nonceFor}. At most 25 characters. */
  readonly nonce: string;
}

export interface AuditedOptions extends CallOptions {
  /** Shown in the guild's audit log. */
  readonly reason?: string | undefined;
}

/** Whether the response was taken, or somebody had responded before: then `editOriginal` says what is to be said. */
export type Acknowledgement = 'acknowledged' | 'already-acknowledged';

/** A message to post; its nonce is an option of the call. */
export type MessageBody = Omit<RESTPostAPIChannelMessageJSONBody, 'nonce' | 'enforce_nonce'>;

/** How long a call may take unless it says otherwise, in ms. */
const patienceMs = 30_000;

/**
 * Discord's REST API for one bot. Every method rejects with a {@link DiscordRestError} and nothing else, repeats
 * what may be repeated until its deadline, and mentions nobody unless told to.
 */
export class DiscordRest {
  readonly applicationId: string;
  readonly #transport: Transport;
  readonly #reachability = new Reachability();
  readonly #limiter: RateLimiter;
  readonly #requester: Requester;

  /** @throws {TypeError} when `apiUrl` is no URL. */
  constructor(options: DiscordRestOptions) {
    const { apiUrl, applicationId, token, transport, scripts, globalLimit = 50, onEvent = () => undefined } = options;
    this.applicationId = applicationId;
    this.#transport = transport ?? new HttpTransport({ apiUrl: new URL(apiUrl), token });
    this.#limiter =
      scripts === undefined ? new LocalLimiter(globalLimit) : new FleetLimiter({ scripts, globalLimit, onEvent });
    this.#requester = new Requester({
      transport: this.#transport,
      limiter: this.#limiter,
      reachability: this.#reachability,
      onEvent,
    });
  }

  /** Shows that the bot is thinking; the answer follows by `editOriginal`, as ephemeral as the thinking is. */
  deferReply(
    interaction: InteractionReference,
    { ephemeral = false, ...options }: CallOptions & { readonly ephemeral?: boolean } = {},
  ): Promise<Acknowledgement> {
    const type = InteractionResponseType.DeferredChannelMessageWithSource;
    const data = ephemeral ? { flags: MessageFlags.Ephemeral } : {};
    return this.respond(interaction, { type, data }, options);
  }

  /**
   * Responds to an interaction for the first time, within three seconds of its creation.
   * Source: Discord docs, Receiving and Responding, "Create Interaction Response".
   * @throws {DiscordRestError} `too-late` after that; it is not even tried.
   */
  async respond(
    interaction: InteractionReference,
    response: APIInteractionResponse,
    options: CallOptions = {},
  ): Promise<Acknowledgement> {
    const route = routes.createInteractionResponse(interaction);
    const deadline = Math.min(options.deadline ?? Infinity, acknowledgeBy(interaction.id));
    if (deadline <= Date.now()) throw new DiscordRestError('too-late', route);
    const body = bodyOf(response);
    try {
      await this.#requester.request({ route, body, answer: answers.nothing, ...patience(options), deadline });
      return 'acknowledged';
    } catch (error) {
      if (!(error instanceof DiscordRestError)) throw error;
      if (error.kind === 'already-acknowledged') return 'already-acknowledged';
      // An attempt that went unanswered may have been taken: the message it made tells.
      if (error.kind !== 'too-late' || error.attempt === 1) throw error;
      if (await this.isAcknowledged(interaction, options)) return 'already-acknowledged';
      throw error;
    }
  }

  /** Whether somebody has responded to the interaction with a message, or deferred it. */
  async isAcknowledged(interaction: InteractionReference, options: CallOptions = {}): Promise<boolean> {
    try {
      await this.getOriginal(interaction, options);
      return true;
    } catch (error) {
      if (!(error instanceof DiscordRestError)) throw error;
      if (error.kind === 'not-found' || error.kind === 'too-late') return false;
      throw error;
    }
  }

  getOriginal(interaction: InteractionReference, options?: CallOptions): Promise<APIMessage> {
    const route = routes.originalResponse('GET', this.applicationId, interaction);
    const until = untilExpiry(interaction, options);
    return this.#requester.request({ route, answer: answers.message, ...until });
  }

  /** Edits the response to an interaction; a deferred one gets its content. The same edit twice is one. */
  editOriginal(
    interaction: InteractionReference,
    message: RESTPatchAPIWebhookWithTokenMessageJSONBody,
    options?: CallOptions,
  ): Promise<APIMessage> {
    const route = routes.originalResponse('PATCH', this.applicationId, interaction);
    const until = untilExpiry(interaction, options);
    const body = withoutMentions(message);
    return this.#requester.request({ route, body, answer: answers.message, ...until });
  }

  deleteOriginal(interaction: InteractionReference, options?: CallOptions): Promise<void> {
    const route = routes.originalResponse('DELETE', this.applicationId, interaction);
    const until = untilExpiry(interaction, options);
    return this.#requester.request({ route, answer: answers.nothing, ...until });
  }

  /**
   * A further message to an interaction that has been acknowledged.
   * @throws {DiscordRestError} `unknown-outcome` when it may have been posted: webhooks know no nonce, so nothing
   *   is repeated blindly.
   */
  sendFollowup(
    interaction: InteractionReference,
    message: RESTPostAPIWebhookWithTokenJSONBody,
    options?: CallOptions,
  ): Promise<APIMessage> {
    const route = routes.createFollowup(this.applicationId, interaction);
    const until = untilExpiry(interaction, options);
    const body = withoutMentions(message);
    return this.#requester.request({ route, body, answer: answers.message, ...until });
  }

  /** Posts a message, once for its nonce. */
  createMessage(channelId: string, message: MessageBody, { nonce, ...options }: MessageOptions): Promise<APIMessage> {
    const route = routes.createMessage(channelId);
    const body = { ...withoutMentions(message), nonce, enforce_nonce: true };
    return this.#requester.request({ route, body, answer: answers.message, ...patience(options) });
  }

  /**
   * Posts a message to a user's private channel, once for its nonce.
   * @throws {DiscordRestError} `forbidden` (50007, 50278) when the user takes none from this bot.
   */
  async sendDM(userId: string, message: MessageBody, options: MessageOptions): Promise<APIMessage> {
    const route = routes.createDm();
    const body = { recipient_id: userId };
    const wait = patience(options);
    const { deadline } = wait;
    const answer = answers.channelId;
    const channelId = await this.#requester.request({ route, body, answer, ...wait });
    return this.createMessage(channelId, message, { ...options, deadline });
  }

  /** Shows in a channel that the bot is typing, for ten seconds or until it has written. */
  triggerTyping(channelId: string, options?: CallOptions): Promise<void> {
    const route = routes.triggerTyping(channelId);
    return this.#requester.request({ route, answer: answers.nothing, ...patience(options) });
  }

  getGuildMember(guildId: string, userId: string, options?: CallOptions): Promise<APIGuildMember> {
    const route = routes.guildMember(guildId, userId);
    return this.#requester.request({ route, answer: answers.guildMember, ...patience(options) });
  }

  /** Gives a role; whoever has it already keeps it. */
  assignRole(role: RoleAssignment, options: AuditedOptions = {}): Promise<void> {
    return this.#changeRole('PUT', role, options);
  }

  /** Takes a role away, if the member has it. */
  removeRole(role: RoleAssignment, options: AuditedOptions = {}): Promise<void> {
    return this.#changeRole('DELETE', role, options);
  }

  /** All commands of the bot or, with `guildId`, those of one guild; with their translations. */
  commands({ guildId, ...options }: CallOptions & { readonly guildId?: string | undefined } = {}): Promise<
    APIApplicationCommand[]
  > {
    const route = routes.commands('GET', this.applicationId, guildId);
    return this.#requester.request({ route, answer: answers.commands, ...patience(options) });
  }

  /** Replaces all commands of the bot, or with `guildId` those of one guild. */
  overwriteCommands(
    commands: RESTPutAPIApplicationCommandsJSONBody,
    { guildId, ...options }: CallOptions & { readonly guildId?: string | undefined } = {},
  ): Promise<APIApplicationCommand[]> {
    const route = routes.commands('PUT', this.applicationId, guildId);
    const answer = answers.commands;
    return this.#requester.request({ route, body: commands, answer, ...patience(options) });
  }

  /** Where the gateway is, how many shards Discord recommends, and how many sessions may still be started. */
  gatewayBot(options?: CallOptions): Promise<APIGatewayBotInfo> {
    const route = routes.gatewayBot();
    return this.#requester.request({ route, answer: answers.gatewayBot, ...patience(options) });
  }

  /** Why Discord cannot be used, as the latest requests tell; undefined when it can. */
  whyNotReady(): string | undefined {
    return this.#reachability.whyNot();
  }

  /** Waits at most `timeoutMs` for the requests under way, then cuts them off. */
  async close(timeoutMs = 5_000): Promise<void> {
    await this.#transport.close(timeoutMs);
    this.#limiter.close();
  }

  #changeRole(method: 'PUT' | 'DELETE', role: RoleAssignment, { reason, ...options }: AuditedOptions): Promise<void> {
    const route = routes.guildMemberRole(method, role);
    const answer = answers.nothing;
    return this.#requester.request({ route, reason, answer, ...patience(options) });
  }
}

function patience({ deadline, signal, lane = 'normal' }: CallOptions = {}): Patience {
  return { deadline: deadline ?? Date.now() + patienceMs, signal, lane };
}

function untilExpiry(interaction: InteractionReference, options?: CallOptions): Patience {
  const wait = patience(options);
  return { ...wait, deadline: Math.min(wait.deadline, answerBy(interaction.id)) };
}

/** A response that carries a message mentions nobody by default, as every message. */
function bodyOf(response: APIInteractionResponse): APIInteractionResponse {
  switch (response.type) {
    case InteractionResponseType.ChannelMessageWithSource:
      return { ...response, data: withoutMentions(response.data) };
    case InteractionResponseType.UpdateMessage:
      return response.data === undefined ? response : { ...response, data: withoutMentions(response.data) };
    default:
      return response;
  }
}
