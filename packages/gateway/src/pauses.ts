/** Why a shard must not read. Several may have a reason to; reading goes on when each has taken back its own. */
export class Pauses {
  readonly #reasons = new Set<string>();
  #cleared = Promise.withResolvers<void>();

  get active(): boolean {
    return this.#reasons.size > 0;
  }

  get reasons(): readonly string[] {
    return [...this.#reasons];
  }

  add(reason: string): void {
    this.#reasons.add(reason);
  }

  delete(reason: string): void {
    if (!this.#reasons.delete(reason) || this.active) return;
    this.#cleared.resolve();
    this.#cleared = Promise.withResolvers();
  }

  /** Resolves when no reason is left, or when `signal` is aborted. */
  async cleared(signal: AbortSignal): Promise<void> {
    if (!this.active || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = () => resolve();
    signal.addEventListener('abort', stop, { once: true });
    await Promise.race([this.#cleared.promise, promise]);
    signal.removeEventListener('abort', stop);
  }
}
