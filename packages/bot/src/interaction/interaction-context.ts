import {
  InteractionResponseType as ResponseType,
  InteractionType,
  type APIApplicationCommandOptionChoice,
  type APIInteractionGuildMember,
  type APIInteractionResponse,
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
  type APIUser,
  RESTJSONErrorCodes,
} from 'discord-api-types/v10';
import {
  acknowledgeBy,
  answerBy,
  createdAt,
  DiscordRestError,
  nonceFor,
  type Acknowledgement,
  type DiscordRest,
  type FileOptions,
} from '@arrakis/discord-rest';
import { ResponseStateError } from '../errors.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { inWords, type Text } from '../localisation/texts.ts';
import type { Environment, ModuleSettings } from '../registry/module-settings.ts';
import type { BotState } from '../state/bot-state.ts';
import type { CommandContexts, ComponentContexts, Extended, ModalContexts } from './context.ts';
import type { Defer } from './deferral.ts';
import { factsOf, type Interaction, type InteractionFacts } from './interaction.ts';
import type { Log } from './log.ts';
import { editBody, partsOf, replyBody, type Message, type Reply } from './reply.ts';
import type { z } from 'zod';

/** What the handlers of a bot work with. */
export interface BotParts {
  readonly rest: DiscordRest;
  readonly gateway: Gateway;
  readonly state: BotState;
  /** Where settings of modules are read from. */
  readonly environment: Environment;
}

/** What the context of an interaction is made of. */
export interface InteractionContextOptions extends BotParts {
  readonly log: Log;
  readonly signal: AbortSignal;
  /** How its handler is deferred. */
  readonly defer: Defer;
  /** Somebody has acknowledged it before: an earlier delivery of the same interaction. */
  readonly acknowledged?: boolean;
  /** Called when the first response is about to be sent. */
  readonly onRespond?: () => void;
}

/**
 * Where an interaction stands:
 * - `fresh`: nothing has been sent; three seconds are running;
 * - `deferred`: acknowledged, the answer is to come;
 * - `answered`: whoever caused it sees an answer.
 */
type ResponseState = 'fresh' | 'deferred' | 'answered';

/**
 * The context of every interaction. Handlers see it through the narrower types of their definition; whoever runs
 * them defers, and sees whether they have answered.
 */
export class InteractionContext
  implements
    Omit<CommandContexts['none'], 'reply'>,
    Omit<ComponentContexts['none'], 'reply'>,
    Omit<ModalContexts['none'], 'reply'>,
    Extended<object>
{
  /** What guards have found out so far. */
  ext: object = {};
  readonly #interaction: Interaction;
  readonly #facts: InteractionFacts;
  readonly #options: InteractionContextOptions;
  #state: ResponseState;
  /** The deferral that is under way: an answer waits for it. */
  #deferring: Promise<void> | undefined;
  /** The answer that is under way: another one comes too late, and so does a deferral. */
  #answering: Promise<void> | undefined;

  constructor(interaction: Interaction, options: InteractionContextOptions) {
    this.#interaction = interaction;
    this.#facts = factsOf(interaction);
    this.#options = options;
    this.#state = options.acknowledged === true ? 'deferred' : 'fresh';
  }

  get rest(): DiscordRest {
    return this.#options.rest;
  }

  get gateway(): Gateway {
    return this.#options.gateway;
  }

  get state(): BotState {
    return this.#options.state;
  }

  get log(): Log {
    return this.#options.log;
  }

  get signal(): AbortSignal {
    return this.#options.signal;
  }

  get id(): string {
    return this.#facts.id;
  }

  get guildId(): string | undefined {
    return this.#facts.guildId;
  }

  get channelId(): string | undefined {
    return this.#facts.channelId;
  }

  get user(): APIUser {
    return this.#facts.user;
  }

  get member(): APIInteractionGuildMember | undefined {
    return this.#facts.member;
  }

  get locale(): string {
    return this.#facts.locale;
  }

  get guildLocale(): string | undefined {
    return this.#facts.guildLocale;
  }

  get appPermissions(): string {
    return this.#facts.appPermissions;
  }

  get message(): APIMessage | undefined {
    return this.#interaction.message;
  }

  get deadline(): number {
    return this.#state === 'fresh' ? acknowledgeBy(this.id) : answerBy(this.id);
  }

  /** How long ago Discord created the interaction, in ms. */
  get ageMs(): number {
    return Date.now() - createdAt(this.id);
  }

  /** Whether Discord has a response, of this delivery or an earlier one. */
  get acknowledged(): boolean {
    return this.#state !== 'fresh';
  }

  /** Whether whoever caused it has been answered by this delivery. */
  get answered(): boolean {
    return this.#state === 'answered';
  }

  settings<Shape extends z.ZodRawShape>(settings: ModuleSettings<Shape>): Readonly<z.output<z.ZodObject<Shape>>> {
    return settings.in(this.#options.environment);
  }

  t(text: Text): string {
    return inWords(text, this.locale);
  }

  nonce(purpose?: string): string {
    return nonceFor(this.id, purpose);
  }

  /** Acknowledges by the policy of the handler; what has been acknowledged before stays as it is. */
  async defer(): Promise<void> {
    if (this.#options.defer === 'none' || this.#state !== 'fresh' || this.#answering !== undefined) return;
    this.#deferring ??= this.#sendDeferral(this.#options.defer);
    await this.#deferring;
  }

  async reply(reply: Reply): Promise<void> {
    // Whoever reads it must not depend on whether the handler was fast enough.
    const ephemeral = reply.ephemeral ?? this.#options.defer === 'ephemeral';
    const message = replyBody({ ...reply, ephemeral });
    await this.#answerOnce('reply', () => this.#answer(ResponseType.ChannelMessageWithSource, message));
  }

  async update(message: Message): Promise<void> {
    await this.#answerOnce('update', () => this.#answer(ResponseType.UpdateMessage, message));
  }

  async edit(message: Message): Promise<APIMessage> {
    await this.#notFresh('edit');
    const edited = await this.#editOriginal(message);
    this.#state = 'answered';
    return edited;
  }

  async followUp(reply: Reply): Promise<APIMessage> {
    await this.#notFresh('followUp');
    // Should what is under way fail, this one comes first.
    while (this.#answering !== undefined) await this.#answering.catch(() => undefined);
    const { defer } = this.#options;
    if (this.#state === 'deferred' && (defer === 'public' || defer === 'ephemeral')) {
      if (reply.ephemeral === true && defer === 'public') {
        throw new ResponseStateError(
          "The first follow-up takes the place of the deferral, which everybody sees: defer as 'ephemeral', or answer first.",
        );
      }
      return this.#underWay(() => this.#fillDeferral(reply));
    }
    const sent = await this.#sendFollowup(replyBody(reply));
    this.#state = 'answered';
    return sent;
  }

  async delete(): Promise<void> {
    await this.#notFresh('delete');
    await this.rest.deleteOriginal(this.#interaction, { signal: this.signal });
    this.#state = 'answered';
  }

  async modal(data: APIModalInteractionResponseCallbackData): Promise<void> {
    if (this.#state !== 'fresh') throw new ResponseStateError('A modal can only be the first response.');
    await this.#answerOnce('modal', () => this.#respond({ type: ResponseType.Modal, data }));
  }

  async showTyping(): Promise<void> {
    const { channelId, signal } = this;
    if (channelId !== undefined) await this.rest.triggerTyping(channelId, { signal });
  }

  /** Answers an autocomplete with choices. */
  async suggest(choices: APIApplicationCommandOptionChoice[], signal: AbortSignal = this.signal): Promise<void> {
    await this.#respond({ type: ResponseType.ApplicationCommandAutocompleteResult, data: { choices } }, { signal });
    this.#state = 'answered';
  }

  /**
   * Tells whoever asked something about their asking, to be read by them alone where Discord still allows that. What the
   * original response shows is to stay: an answer, or the message that was to be updated.
   */
  async tell(text: Text, signal: AbortSignal = this.signal): Promise<void> {
    // Nobody reads a text among suggestions: there are none.
    if (this.#interaction.type === InteractionType.ApplicationCommandAutocomplete) return this.suggest([], signal);
    // Should what is under way fail, this finds out itself what is left to do.
    await Promise.allSettled([this.#deferring, this.#answering]);
    const message = replyBody({ content: this.t(text), ephemeral: true });
    if (this.answered || (this.acknowledged && this.#options.defer === 'update')) {
      await this.#sendFollowup(message, signal);
    } else {
      await this.#answer(ResponseType.ChannelMessageWithSource, message, signal);
    }
    this.#state = 'answered';
  }

  async #sendDeferral(policy: Exclude<Defer, 'none'>): Promise<void> {
    if (policy === 'update') {
      await this.#respond({ type: ResponseType.DeferredMessageUpdate });
    } else {
      this.#options.onRespond?.();
      await this.rest.deferReply(this.#interaction, { ephemeral: policy === 'ephemeral', signal: this.signal });
    }
    this.#state = 'deferred';
  }

  /** Answers as the first response or, when there has been one, as what it becomes. */
  async #answer(
    type: ResponseType.ChannelMessageWithSource | ResponseType.UpdateMessage,
    message: Message,
    signal: AbortSignal = this.signal,
  ): Promise<void> {
    const { body: data, files } = partsOf(message);
    const taken =
      this.#state === 'fresh' && (await this.#respond({ type, data }, { signal, files })) === 'acknowledged';
    if (!taken) await this.#editOriginal(message, signal);
  }

  #editOriginal(message: Message, signal: AbortSignal = this.signal): Promise<APIMessage> {
    const { body, files } = partsOf(editBody(message));
    return this.rest.editOriginal(this.#interaction, body, { signal, files });
  }

  /**
   * What Discord would make of a follow-up itself, but an edit may be repeated (Discord docs, Receiving and Responding,
   * "Create Followup Message").
   */
  async #fillDeferral(reply: Reply): Promise<APIMessage> {
    try {
      return await this.#editOriginal(replyBody(reply));
    } catch (cause) {
      // Somebody has deleted what said that there is more to come.
      if (!(cause instanceof DiscordRestError && cause.code === RESTJSONErrorCodes.UnknownMessage)) throw cause;
      return this.#sendFollowup(replyBody(reply));
    }
  }

  #sendFollowup(message: Message, signal: AbortSignal = this.signal): Promise<APIMessage> {
    const { body, files } = partsOf(message);
    return this.rest.sendFollowup(this.#interaction, body, { signal, files });
  }

  #respond(response: APIInteractionResponse, options?: FileOptions): Promise<Acknowledgement> {
    this.#options.onRespond?.();
    return this.rest.respond(this.#interaction, response, { signal: this.signal, ...options });
  }

  /** Gives the answer, of which there is one; one that failed was none. */
  async #answerOnce(action: string, answer: () => Promise<unknown>): Promise<void> {
    await this.#deferring;
    if (this.answered || this.#answering !== undefined) {
      throw new ResponseStateError(
        `The interaction is answered: '${action}' comes too late, use 'edit' or 'followUp'.`,
      );
    }
    await this.#underWay(answer);
  }

  async #underWay<Result>(answer: () => Promise<Result>): Promise<Result> {
    const given = answer();
    this.#answering = given.then(() => void (this.#state = 'answered'));
    try {
      await this.#answering;
    } finally {
      this.#answering = undefined;
    }
    return given;
  }

  async #notFresh(action: string): Promise<void> {
    await this.#deferring;
    if (this.#state !== 'fresh') return;
    throw new ResponseStateError(`The interaction is not answered yet: '${action}' comes too early, use 'reply'.`);
  }
}
