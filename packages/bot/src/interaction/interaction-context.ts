import {
  InteractionResponseType as ResponseType,
  type APIApplicationCommandOptionChoice,
  type APIInteractionGuildMember,
  type APIInteractionResponse,
  type APIInteractionResponseChannelMessageWithSource,
  type APIInteractionResponseUpdateMessage,
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
  type APIUser,
} from 'discord-api-types/v10';
import { acknowledgeBy, answerBy, nonceFor, type Acknowledgement, type DiscordRest } from '@arrakis/discord-rest';
import { ResponseStateError } from '../errors.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { userOf, type Interaction } from './interaction.ts';
import { editBody, replyBody, type Defer, type Message, type Reply } from './reply.ts';
import type { CommandContexts, ComponentContexts, ModalContexts } from './context.ts';

export interface InteractionContextOptions {
  readonly rest: DiscordRest;
  readonly gateway: Gateway;
  readonly signal: AbortSignal;
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
    Omit<ModalContexts['none'], 'reply'>
{
  readonly rest: DiscordRest;
  readonly gateway: Gateway;
  readonly signal: AbortSignal;
  readonly user: APIUser;
  readonly #interaction: Interaction;
  readonly #onRespond: () => void;
  #state: ResponseState;

  constructor(interaction: Interaction, options: InteractionContextOptions) {
    this.rest = options.rest;
    this.gateway = options.gateway;
    this.signal = options.signal;
    this.user = userOf(interaction);
    this.#interaction = interaction;
    this.#onRespond = options.onRespond ?? (() => undefined);
    this.#state = options.acknowledged === true ? 'deferred' : 'fresh';
  }

  get id(): string {
    return this.#interaction.id;
  }

  get guildId(): string | undefined {
    return this.#interaction.guild_id;
  }

  get channelId(): string | undefined {
    return this.#interaction.channel?.id;
  }

  get member(): APIInteractionGuildMember | undefined {
    return this.#interaction.member;
  }

  get locale(): string {
    return this.#interaction.locale;
  }

  get message(): APIMessage | undefined {
    return this.#interaction.message;
  }

  get deadline(): number {
    return this.#state === 'fresh' ? acknowledgeBy(this.id) : answerBy(this.id);
  }

  /** Whether Discord has a response, of this delivery or an earlier one. */
  get acknowledged(): boolean {
    return this.#state !== 'fresh';
  }

  /** Whether whoever caused it has been answered by this delivery. */
  get answered(): boolean {
    return this.#state === 'answered';
  }

  nonce(purpose?: string): string {
    return nonceFor(this.id, purpose);
  }

  /** Acknowledges by the policy of the handler; what has been acknowledged before stays as it is. */
  async defer(policy: Defer): Promise<void> {
    if (policy === 'none' || this.#state !== 'fresh') return;
    if (policy === 'update') {
      await this.#respond({ type: ResponseType.DeferredMessageUpdate });
    } else {
      this.#onRespond();
      await this.rest.deferReply(this.#interaction, { ephemeral: policy === 'ephemeral', signal: this.signal });
    }
    this.#state = 'deferred';
  }

  async reply(reply: Reply): Promise<void> {
    this.#unanswered('reply');
    await this.#answer({ type: ResponseType.ChannelMessageWithSource, data: replyBody(reply) });
  }

  async update(message: Message): Promise<void> {
    this.#unanswered('update');
    await this.#answer({ type: ResponseType.UpdateMessage, data: message });
  }

  async edit(message: Message): Promise<APIMessage> {
    this.#notFresh('edit');
    const edited = await this.rest.editOriginal(this.#interaction, editBody(message), { signal: this.signal });
    this.#state = 'answered';
    return edited;
  }

  async followUp(reply: Reply): Promise<APIMessage> {
    this.#notFresh('followUp');
    const sent = await this.rest.sendFollowup(this.#interaction, replyBody(reply), { signal: this.signal });
    this.#state = 'answered';
    return sent;
  }

  async modal(data: APIModalInteractionResponseCallbackData): Promise<void> {
    if (this.#state !== 'fresh') throw new ResponseStateError('A modal can only be the first response.');
    await this.#respond({ type: ResponseType.Modal, data });
    this.#state = 'answered';
  }

  /** Answers an autocomplete with choices. */
  async suggest(choices: APIApplicationCommandOptionChoice[]): Promise<void> {
    await this.#respond({ type: ResponseType.ApplicationCommandAutocompleteResult, data: { choices } });
    this.#state = 'answered';
  }

  /** Answers as the first response or, when there has been one, as what it becomes. */
  async #answer(
    response: APIInteractionResponseChannelMessageWithSource | APIInteractionResponseUpdateMessage,
  ): Promise<void> {
    const taken = this.#state === 'fresh' && (await this.#respond(response)) === 'acknowledged';
    if (!taken) {
      await this.rest.editOriginal(this.#interaction, editBody(response.data ?? {}), { signal: this.signal });
    }
    this.#state = 'answered';
  }

  #respond(response: APIInteractionResponse): Promise<Acknowledgement> {
    this.#onRespond();
    return this.rest.respond(this.#interaction, response, { signal: this.signal });
  }

  #unanswered(action: string): void {
    if (this.#state !== 'answered') return;
    throw new ResponseStateError(`The interaction is answered: '${action}' comes too late, use 'edit' or 'followUp'.`);
  }

  #notFresh(action: string): void {
    if (this.#state !== 'fresh') return;
    throw new ResponseStateError(`The interaction is not answered yet: '${action}' comes too early, use 'reply'.`);
  }
}
