import { ApiError } from '../forms/api-error.ts';
import type { Modal } from '../forms/callback.ts';
import type { Interaction } from './interaction.ts';

export interface RegistryOptions {
  deadlineMs?: number;
  tokenLifetimeMs?: number;
  capacity?: number;
}

/** All interactions, the deadlines that end them, and the modals that members have open. */
export class InteractionRegistry {
  readonly #deadlineMs: number;
  readonly #tokenLifetimeMs: number;
  readonly #capacity: number;
  readonly #byId = new Map<string, Interaction>();
  readonly #byToken = new Map<string, Interaction>();
  readonly #openModals = new Map<string, Interaction>();

  constructor(options: RegistryOptions) {
    this.#deadlineMs = options.deadlineMs ?? 3000;
    this.#tokenLifetimeMs = options.tokenLifetimeMs ?? 15 * 60_000;
    this.#capacity = options.capacity ?? 50_000;
  }

  add(interaction: Interaction): void {
    this.#byId.set(interaction.id, interaction);
    this.#byToken.set(interaction.identity.token, interaction);
    interaction.timer = setTimeout(() => interaction.advance('failed'), this.#deadlineMs).unref();
    if (this.#byId.size > this.#capacity) this.#forgetOldest();
  }

  find(interactionId: string): Interaction | undefined {
    return this.#byId.get(interactionId);
  }

  /** The interaction that a callback is for. Throws 10062 when it is unknown or its deadline has passed, 40060 when it was acknowledged. */
  forCallback(interactionId: string, token: string): Interaction {
    const interaction = this.#byId.get(interactionId);
    if (interaction === undefined || interaction.identity.token !== token) throw new ApiError(10062);
    // The timer may be late in a busy process; what counts is the time.
    if (interaction.state === 'pending' && interaction.elapsedMs() > this.#deadlineMs) interaction.advance('failed');
    if (interaction.callback !== undefined) throw new ApiError(40060);
    if (interaction.state === 'failed') throw new ApiError(10062);
    return interaction;
  }

  /**
   * The interaction whose token is used as a webhook's. Throws 10015 when there is none or it has not been acknowledged,
   * 50027 when the token has ended.
   */
  forWebhook(applicationId: string, token: string): Interaction {
    const interaction = this.#byToken.get(token);
    if (interaction === undefined || interaction.identity.applicationId !== applicationId) throw new ApiError(10015);
    if (interaction.callback === undefined) throw new ApiError(10015);
    if (interaction.elapsedMs() > this.#tokenLifetimeMs) throw new ApiError(50027);
    return interaction;
  }

  /** A deferral that nothing follows fails when its token ends. */
  awaitTokenEnd(interaction: Interaction): void {
    const remainingMs = Math.max(0, this.#tokenLifetimeMs - interaction.elapsedMs());
    interaction.timer = setTimeout(() => interaction.advance('failed'), remainingMs).unref();
  }

  noteModal(interaction: Interaction): void {
    if (interaction.modal !== undefined) this.#openModals.set(modalKey(interaction, interaction.modal), interaction);
  }

  openModal(
    applicationId: string,
    userId: string,
    customId: string,
  ): { modal: Modal; interaction: Interaction } | undefined {
    const interaction = this.#openModals.get(`${applicationId}/${userId}/${customId}`);
    return interaction?.modal && { modal: interaction.modal, interaction };
  }

  closeModal(interaction: Interaction): void {
    if (interaction.modal === undefined) return;
    const key = modalKey(interaction, interaction.modal);
    if (this.#openModals.get(key) === interaction) this.#openModals.delete(key);
  }

  stop(): void {
    for (const interaction of this.#byId.values()) clearTimeout(interaction.timer);
  }

  #forgetOldest(): void {
    const oldest = this.#byId.values().next();
    if (oldest.done) return;
    const interaction = oldest.value;
    clearTimeout(interaction.timer);
    this.closeModal(interaction);
    this.#byId.delete(interaction.id);
    this.#byToken.delete(interaction.identity.token);
  }
}

function modalKey(interaction: Interaction, modal: Modal): string {
  const { applicationId, userId } = interaction.identity;
  return `${applicationId}/${userId}/${modal.custom_id}`;
}
