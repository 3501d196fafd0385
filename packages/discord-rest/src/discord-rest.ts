import {
  InteractionResponseType,
  MessageFlags,
  type APIApplicationCommand,
  type APIGatewayBotInfo,
  type APIGuildMember,
  type APIInteractionResponse,
  type APIMessage,
  type RESTPatchAPIWebhookWithTokenMessageJSONBody,
  type RESTPostAPIWebhookWithTokenJSONBody,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import type { z } from 'zod';
import * as answers from './answers.ts';
import type { DiscordApi, EndpointName } from './api/api.ts';
import { ClockCheck } from './clock-check.ts';
import { DiscordRestError } from './discord-rest-error.ts';
import { FleetLimiter } from './fleet/fleet-limiter.ts';
import { InvalidRequests } from './fleet/invalid-requests.ts';
import { HttpTransport, type Transport } from './http-transport.ts';
import { acknowledgeBy, answerBy } from './interaction-time.ts';
import { LocalLimiter } from './local-limiter.ts';
import type {
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
import { lastMoment, patience } from './patience.ts';
import type { Patience, RateLimiter } from './rate-limiter.ts';
import { Reachability } from './reachability.ts';
import { Refusals } from './refusals.ts';
import { contentOnce } from './request-content.ts';
import { Requester } from './requester.ts';
import {
  routeTo,
  unusableParameter,
  type InteractionReference,
  type Parameters,
  type RoleAssignment,
} from './route.ts';

const callback = 'POST /interactions/{interaction.id}/{interaction.token}/callback';
const followup = 'POST /webhooks/{application.id}/{interaction.token}';
const original = '/webhooks/{application.id}/{interaction.token}/messages/@original';
const memberRole = '/guilds/{guild.id}/members/{user.id}/roles/{role.id}';
const globalCommands = '/applications/{application.id}/commands';
const guildCommands = '/applications/{application.id}/guilds/{guild.id}/commands';

/** Discord's limit for bots to which it has not granted more, in requests a second. */
const usualGlobalLimit = 50;

/**
 * Discord's REST API for one bot. Every method rejects with a {@link DiscordRestError} and nothing else, repeats
 * what may be repeated until its deadline, and mentions nobody unless told to.
 */
export class DiscordRest {
  readonly applicationId: string;
  readonly #transport: Transport;
  readonly #clock: ClockCheck;
  readonly #reachability: Reachability;
  readonly #invalidRequests: InvalidRequests;
  readonly #limiter: RateLimiter;
  readonly #requester: Requester;

  /** @throws {TypeError} when `apiUrl` or `proxyUrl` is no URL. */
  constructor(options: DiscordRestOptions) {
    const {
      applicationId,
      token,
      scripts,
      globalLimit = usualGlobalLimit,
      egress = 'shared',
      proxyUrl,
      noProxy,
    } = options;
    const onEvent = options.onEvent ?? (() => undefined);
    this.applicationId = applicationId;
    this.#clock = new ClockCheck(onEvent);
    this.#transport =
      options.transport ??
      new HttpTransport({
        apiUrl: new URL(options.apiUrl),
        token,
        proxyUrl: proxyUrl === undefined ? undefined : new URL(proxyUrl),
        noProxy,
        onResponse: (response, tookMs) => this.#clock.note(response, tookMs),
      });
    this.#limiter =
      scripts === undefined ? new LocalLimiter(globalLimit) : new FleetLimiter({ scripts, globalLimit, onEvent });
    this.#reachability = new Reachability(onEvent);
    this.#invalidRequests = new InvalidRequests({ scripts, egress, onEvent });
    this.#requester = new Requester({
      transport: this.#transport,
      limiter: this.#limiter,
      reachability: this.#reachability,
      refusals: new Refusals(),
      invalidRequests: this.#invalidRequests,
      onEvent,
    });
  }

  /**
   * Asks any documented endpoint: `request('GET /channels/{channel.id}', { parameters: { 'channel.id': id } })`.
   * POSTs are repeated only where Discord recognises a repetition, or has surely not taken the first.
   * @returns what Discord's documentation (discord-api-types) says; it is not checked further.
   */
  request<const Name extends EndpointName>(
    name: Name,
    { parameters, ...input }: RequestInput<Name>,
  ): Promise<DiscordApi[Name]['result']> {
    const answer = answers.documented<DiscordApi[Name]['result']>();
    return this.#call(name, parameters, { ...input, answer, ...patience(input) });
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
    { id, token }: InteractionReference,
    body: APIInteractionResponse,
    options: FileOptions = {},
  ): Promise<Acknowledgement> {
    const parameters = { 'interaction.id': id, 'interaction.token': token };
    const wait = patience(options, lastMoment(id, acknowledgeBy));
    try {
      await this.#call(callback, parameters, { body, files: options.files, answer: answers.nothing, ...wait });
      return 'acknowledged';
    } catch (error) {
      if (!(error instanceof DiscordRestError)) throw error;
      if (error.kind === 'already-acknowledged') return 'already-acknowledged';
      // An attempt that went unanswered may have been taken: the message it made tells.
      if (error.kind !== 'too-late' || error.attempt === 1) throw error;
      if (await this.isAcknowledged({ id, token }, options)) return 'already-acknowledged';
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
    return this.#callWebhook(`GET ${original}`, interaction, { answer: answers.message, options });
  }

  /** Edits the response to an interaction; a deferred one gets its content. The same edit twice is one. */
  editOriginal(
    interaction: InteractionReference,
    body: RESTPatchAPIWebhookWithTokenMessageJSONBody,
    options: FileOptions = {},
  ): Promise<APIMessage> {
    const input = { body, files: options.files, answer: answers.message, options };
    return this.#callWebhook(`PATCH ${original}`, interaction, input);
  }

  deleteOriginal(interaction: InteractionReference, options?: CallOptions): Promise<void> {
    return this.#callWebhook(`DELETE ${original}`, interaction, { answer: answers.nothing, options });
  }

  /**
   * A further message to an interaction that has been acknowledged.
   * @throws {DiscordRestError} `unknown-outcome` when it may have been posted: webhooks know no nonce, so nothing
   *   is repeated blindly.
   */
  sendFollowup(
    interaction: InteractionReference,
    body: RESTPostAPIWebhookWithTokenJSONBody,
    options: FileOptions = {},
  ): Promise<APIMessage> {
    const input = { body, files: options.files, answer: answers.message, options };
    return this.#callWebhook(followup, interaction, input);
  }

  /** Posts a message, once for its nonce. */
  createMessage(
    channelId: string,
    message: MessageBody,
    { nonce, files, ...options }: MessageOptions,
  ): Promise<APIMessage> {
    const input = { body: { ...message, nonce }, files, answer: answers.message, ...patience(options) };
    return this.#call('POST /channels/{channel.id}/messages', { 'channel.id': channelId }, input);
  }

  /**
   * Posts a message to a user's private channel, once for its nonce.
   * @throws {DiscordRestError} `forbidden` (50007, 50278) when the user takes none from this bot.
   */
  async sendDM(userId: string, message: MessageBody, options: MessageOptions): Promise<APIMessage> {
    const wait = patience(options);
    const input = { body: { recipient_id: userId }, answer: answers.channelId, ...wait };
    const channelId = await this.#call('POST /users/@me/channels', {}, input);
    return this.createMessage(channelId, message, { ...options, deadline: wait.deadline });
  }

  /** Shows in a channel that the bot is typing, for ten seconds or until it has written. */
  triggerTyping(channelId: string, options?: CallOptions): Promise<void> {
    const input = { answer: answers.nothing, ...patience(options) };
    return this.#call('POST /channels/{channel.id}/typing', { 'channel.id': channelId }, input);
  }

  getGuildMember(guildId: string, userId: string, options?: CallOptions): Promise<APIGuildMember> {
    const parameters = { 'guild.id': guildId, 'user.id': userId };
    const input = { answer: answers.guildMember, ...patience(options) };
    return this.#call('GET /guilds/{guild.id}/members/{user.id}', parameters, input);
  }

  /** Gives a role; whoever has it already keeps it. */
  assignRole(role: RoleAssignment, options: AuditedOptions = {}): Promise<void> {
    return this.#changeRole(`PUT ${memberRole}`, role, options);
  }

  /** Takes a role away, if the member has it. */
  removeRole(role: RoleAssignment, options: AuditedOptions = {}): Promise<void> {
    return this.#changeRole(`DELETE ${memberRole}`, role, options);
  }

  /** All commands of the bot or, with `guildId`, those of one guild; with their translations. */
  commands({ guildId, ...options }: GuildOptions = {}): Promise<APIApplicationCommand[]> {
    const input = { query: { with_localizations: true }, answer: answers.commands, ...patience(options) };
    const parameters = { 'application.id': this.applicationId };
    if (guildId === undefined) return this.#call(`GET ${globalCommands}`, parameters, input);
    return this.#call(`GET ${guildCommands}`, { ...parameters, 'guild.id': guildId }, input);
  }

  /** Replaces all commands of the bot, or with `guildId` those of one guild. */
  overwriteCommands(
    body: RESTPutAPIApplicationCommandsJSONBody,
    { guildId, ...options }: GuildOptions = {},
  ): Promise<APIApplicationCommand[]> {
    const input = { body, answer: answers.commands, ...patience(options) };
    const parameters = { 'application.id': this.applicationId };
    if (guildId === undefined) return this.#call(`PUT ${globalCommands}`, parameters, input);
    return this.#call(`PUT ${guildCommands}`, { ...parameters, 'guild.id': guildId }, input);
  }

  /** Where the gateway is, how many shards Discord recommends, and how many sessions may still be started. */
  gatewayBot(options?: CallOptions): Promise<APIGatewayBotInfo> {
    return this.#call('GET /gateway/bot', {}, { answer: answers.gatewayBot, ...patience(options) });
  }

  /**
   * Opens a connection for interactions now and keeps it open, with a request that needs no token every 25 s in which
   * there is no other.
   */
  keepWarm(): void {
    this.#transport.keepWarm?.();
  }

  /** Why Discord cannot be used, as the latest requests tell; undefined when it can. */
  whyNotReady(): string | undefined {
    return this.#reachability.whyNot() ?? this.#clock.whyNot();
  }

  /** Waits at most `timeoutMs` for the requests under way, then cuts them off. */
  async close(timeoutMs = 5_000): Promise<void> {
    await this.#transport.close(timeoutMs);
    this.#limiter.close();
    this.#invalidRequests.close();
  }

  #changeRole(
    name: `${'PUT' | 'DELETE'} ${typeof memberRole}`,
    { guildId, userId, roleId }: RoleAssignment,
    { reason, ...options }: AuditedOptions,
  ): Promise<void> {
    const parameters = { 'guild.id': guildId, 'user.id': userId, 'role.id': roleId };
    return this.#call(name, parameters, { reason, answer: answers.nothing, ...patience(options) });
  }

  /** What comes after the first response, as long as the interaction lives. */
  async #callWebhook<Answer>(
    name: WebhookEndpoint,
    { id, token }: InteractionReference,
    { options, ...input }: Omit<CallInput<Answer>, keyof Patience> & { readonly options: CallOptions | undefined },
  ): Promise<Answer> {
    const parameters = { 'application.id': this.applicationId, 'interaction.token': token };
    const expiresAt = lastMoment(id, answerBy);
    if (expiresAt <= Date.now()) throw new DiscordRestError('too-late', routeTo(name, { parameters }));
    return this.#call(name, parameters, { ...input, ...patience(options, expiresAt) });
  }

  async #call<const Name extends EndpointName, Answer>(
    name: Name,
    parameters: Parameters<Name> | undefined,
    { query, body, files, ...input }: CallInput<Answer>,
  ): Promise<Answer> {
    const unusable = unusableParameter(name, parameters);
    if (unusable !== undefined) throw new DiscordRestError('invalid', routeTo(name), { reason: `no ${unusable}` });
    const route = routeTo(name, { parameters, query, body });
    return this.#requester.request({ ...input, route, content: contentOnce(name, route, { body, files }) });
  }
}

/** The endpoints with which interactions are answered after their first response. */
type WebhookEndpoint = typeof followup | `${'GET' | 'PATCH' | 'DELETE'} ${typeof original}`;

/** What a call needs beside its endpoint. */
interface CallInput<Answer> extends Patience {
  readonly query?: unknown;
  readonly body?: unknown;
  readonly files?: FileOptions['files'];
  readonly reason?: string | undefined;
  readonly answer: z.ZodType<Answer>;
}
