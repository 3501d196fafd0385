import { InteractionResponseType, MessageFlags, MessageType } from 'discord-api-types/v10';
import type { APIAttachment } from 'discord-api-types/v10';
import { ApiError } from '../forms/api-error.ts';
import type { Callback, CallbackType } from '../forms/callback.ts';
import type { MessageForm } from '../forms/message.ts';
import { editedMessageFlags } from '../forms/message.ts';
import { findMentions } from '../world/mentions.ts';
import { numberComponents } from '../world/stored-components.ts';
import type { Message, MessageContent, MessageDraft } from '../world/message.ts';
import type { World } from '../world/world.ts';
import type { Interaction } from './interaction.ts';
import type { InteractionRegistry } from './registry.ts';
import { ResponseMessages } from './response-messages.ts';
import type { Notice, View } from './view.ts';

/** The body of a message for an interaction, with the files that came with it. */
export interface ResponseContent {
  form: MessageForm;
  /** the message's attachments from now on; absent when the request says nothing of them */
  attachments?: APIAttachment[];
}

const messageCallbacks: readonly CallbackType[] = [
  InteractionResponseType.ChannelMessageWithSource,
  InteractionResponseType.DeferredChannelMessageWithSource,
];
const updateCallbacks: readonly CallbackType[] = [
  InteractionResponseType.DeferredMessageUpdate,
  InteractionResponseType.UpdateMessage,
];

/** What becomes of interactions: callbacks, `@original`, follow-ups, and what members see of them. */
export class Responses {
  readonly #world: World;
  readonly #registry: InteractionRegistry;
  readonly #messages: ResponseMessages;

  constructor(world: World, registry: InteractionRegistry) {
    this.#world = world;
    this.#registry = registry;
    this.#messages = new ResponseMessages(world);
  }

  /** Throws 10062 or 40060. */
  forCallback(interactionId: string, token: string): Interaction {
    return this.#registry.forCallback(interactionId, token);
  }

  /** Throws 10015 or 50027. */
  forWebhook(applicationId: string, token: string): Interaction {
    return this.#registry.forWebhook(applicationId, token);
  }

  /** What this interaction may be answered with (docs: Interaction Callback Type). */
  allowedCallbacks(interaction: Interaction): readonly CallbackType[] {
    const updates = interaction.identity.source === undefined ? [] : updateCallbacks;
    switch (interaction.identity.kind) {
      case 'autocomplete':
        return [InteractionResponseType.ApplicationCommandAutocompleteResult];
      case 'modal':
        return [...messageCallbacks, ...updates];
      case 'slash':
      case 'userMenu':
      case 'messageMenu':
      case 'component':
        return [...messageCallbacks, ...updates, InteractionResponseType.Modal];
    }
  }

  /** Takes a callback that `parseCallback` has let through. `data` is the callback's own, for the record. */
  respond(
    interaction: Interaction,
    callback: Callback,
    received: { data: unknown; attachments?: APIAttachment[] },
  ): void {
    interaction.callback = { callbackType: callback.type, atMs: interaction.elapsedMs(), data: received.data };
    const { attachments } = received;
    switch (callback.type) {
      case InteractionResponseType.ChannelMessageWithSource:
        this.#postOriginal(interaction, { form: callback.message, ...(attachments && { attachments }) });
        return interaction.advance('answered');
      case InteractionResponseType.DeferredChannelMessageWithSource:
        this.#postLoading(interaction, callback.isEphemeral);
        return this.#defer(interaction);
      case InteractionResponseType.DeferredMessageUpdate:
        this.#adoptSource(interaction);
        return this.#defer(interaction);
      case InteractionResponseType.UpdateMessage:
        this.#adoptSource(interaction);
        this.#edit(interaction, this.original(interaction), {
          form: callback.message,
          ...(attachments && { attachments }),
        });
        return interaction.advance('answered');
      case InteractionResponseType.ApplicationCommandAutocompleteResult:
        interaction.choices = callback.choices;
        return interaction.advance('answered');
      case InteractionResponseType.Modal:
        interaction.modal = { ...callback.modal, components: numberComponents(callback.modal.components) };
        this.#registry.noteModal(interaction);
        return interaction.advance('answered');
    }
  }

  /** Throws 10008 when there is no such message (any more). */
  original(interaction: Interaction): Message {
    return this.message(interaction, interaction.originalId ?? '');
  }

  /** A message that this token has made, or the one that the component is on. Throws 10008. */
  message(interaction: Interaction, messageId: string): Message {
    const isOwn = messageId === interaction.originalId || interaction.followUpIds.includes(messageId);
    const message = isOwn ? this.#messages.find(interaction.identity.channelId, messageId) : undefined;
    if (message === undefined) throw new ApiError(10008);
    return message;
  }

  /** Edits `@original` or a follow-up. Throws 10008. */
  editMessage(interaction: Interaction, message: Message, content: ResponseContent): Message {
    const edited = this.#edit(interaction, message, content);
    interaction.advance('answered');
    return edited;
  }

  /** Deletes `@original` or a follow-up. Throws 10008. */
  deleteMessage(interaction: Interaction, message: Message): void {
    this.#messages.delete(message.channel_id, message.id);
    if (message.id === interaction.originalId) interaction.originalId = null;
  }

  /**
   * Posts a follow-up. The first one after a deferral edits the loading message instead and leaves its visibility
   * (docs: Create Followup Message).
   */
  followUp(interaction: Interaction, content: ResponseContent): Message {
    const loading = this.#messages.find(interaction.identity.channelId, interaction.originalId ?? '');
    if (loading !== undefined && isLoading(loading)) return this.editMessage(interaction, loading, content);
    const draft = this.#draft(interaction, content);
    const reference = loading ?? interaction.identity.source;
    const message = this.#messages.post(
      { ...draft, type: MessageType.Reply, ...(reference && { reference }) },
      interaction.identity.userId,
    );
    interaction.followUpIds.push(message.id);
    interaction.advance('answered');
    return message;
  }

  /** The message as it stands now. */
  current(message: Message): Message {
    return this.#messages.find(message.channel_id, message.id) ?? message;
  }

  /** The message, if the member sees it. */
  visible(channelId: string, messageId: string, userId: string): Message | undefined {
    return this.#messages.isVisibleTo(messageId, userId) ? this.#messages.find(channelId, messageId) : undefined;
  }

  /** All that the member sees in a channel, newest first. */
  visibleIn(channelId: string, userId: string): Message[] {
    return this.#messages.visibleIn(channelId, userId);
  }

  view(interaction: Interaction, userId: string): View {
    const isInvoker = userId === interaction.identity.userId;
    return {
      messages: this.#shownMessages(interaction, userId).filter((message) => !isLoading(message)),
      notice: this.#notice(interaction, userId),
      modal: isInvoker ? (interaction.modal ?? null) : null,
      choices: isInvoker ? (interaction.choices ?? null) : null,
    };
  }

  #shownMessages(interaction: Interaction, userId: string): Message[] {
    if (!this.#canSeeChannel(interaction, userId)) return [];
    const isSourceUntouched = interaction.updatesSource && interaction.state === 'deferred';
    const originalId = isSourceUntouched ? null : interaction.originalId;
    return [originalId ?? '', ...interaction.followUpIds].flatMap(
      (id) => this.visible(interaction.identity.channelId, id, userId) ?? [],
    );
  }

  #notice(interaction: Interaction, userId: string): Notice | null {
    const isInvoker = userId === interaction.identity.userId;
    if (interaction.state === 'pending') return isInvoker ? 'Sending…' : null;
    if (interaction.state === 'answered' || interaction.updatesSource) return null;
    const seesLoading = this.#shownMessages(interaction, userId).some(isLoading);
    if (interaction.state === 'deferred') return seesLoading ? 'The application is thinking…' : null;
    return isInvoker || seesLoading ? 'The application did not respond' : null;
  }

  #canSeeChannel(interaction: Interaction, userId: string): boolean {
    const located = this.#world.channel(interaction.identity.channelId);
    if (located.kind === 'direct') return located.channel.userIds.includes(userId);
    return located.guild.hasMember(userId) && located.guild.permissionsOf(userId, located.channel.id) !== 0n;
  }

  #postOriginal(interaction: Interaction, content: ResponseContent): void {
    const draft = this.#draft(interaction, content);
    const type = messageType(interaction);
    const { source, userId } = interaction.identity;
    const isReply = type === MessageType.Reply && source !== undefined;
    interaction.originalId = this.#messages.post({ ...draft, type, ...(isReply && { reference: source }) }, userId).id;
  }

  #postLoading(interaction: Interaction, ephemeral: boolean): void {
    const flags = MessageFlags.Loading | (ephemeral ? MessageFlags.Ephemeral : 0);
    this.#postOriginal(interaction, { form: { flags, tts: false, enforceNonce: false } });
  }

  #adoptSource(interaction: Interaction): void {
    interaction.originalId = interaction.identity.source?.id;
    interaction.updatesSource = true;
  }

  #defer(interaction: Interaction): void {
    interaction.advance('deferred');
    this.#registry.awaitTokenEnd(interaction);
  }

  #edit(interaction: Interaction, message: Message, content: ResponseContent): Message {
    const changes = this.#content(interaction, content);
    const kept = message.flags & ~MessageFlags.Loading;
    const added = (content.form.flags ?? 0) & editedMessageFlags;
    return this.#messages.edit(message.channel_id, message.id, { ...changes, flags: kept | added });
  }

  #draft(interaction: Interaction, content: ResponseContent): MessageDraft {
    const { applicationId, channelId, metadata } = interaction.identity;
    const isFollowUp = interaction.originalId !== undefined && interaction.originalId !== null;
    return {
      ...this.#content(interaction, content),
      channelId,
      applicationId,
      author: this.#world.bot(applicationId).user,
      tts: content.form.tts,
      flags: content.form.flags ?? 0,
      interactionMetadata: isFollowUp
        ? { ...metadata, original_response_message_id: interaction.originalId }
        : metadata,
    };
  }

  #content(interaction: Interaction, { form, attachments }: ResponseContent): MessageContent {
    const content: MessageContent = {};
    if (form.content !== undefined) {
      content.content = form.content;
      content.mentions = this.#mentions(interaction, form);
    }
    if (form.embeds !== undefined) content.embeds = form.embeds;
    if (form.components !== undefined) content.components = form.components;
    if (attachments !== undefined) content.attachments = attachments;
    return content;
  }

  #mentions(interaction: Interaction, form: MessageForm): NonNullable<MessageContent['mentions']> {
    const { guildId } = interaction.identity;
    const guild = guildId === null ? undefined : this.#world.guild(guildId);
    return findMentions(form.content ?? '', form.allowedMentions, {
      user: (userId) => (this.#world.hasUser(userId) ? this.#world.user(userId) : undefined),
      isRole: (roleId) => guild?.roles.has(roleId) ?? false,
      mayMentionEveryone: false,
    });
  }
}

function isLoading(message: Message): boolean {
  return (message.flags & MessageFlags.Loading) !== 0;
}

function messageType(interaction: Interaction): MessageType {
  switch (interaction.identity.kind) {
    case 'slash':
      return MessageType.ChatInputCommand;
    case 'userMenu':
    case 'messageMenu':
      return MessageType.ContextMenuCommand;
    default:
      return interaction.identity.source === undefined ? MessageType.Default : MessageType.Reply;
  }
}
