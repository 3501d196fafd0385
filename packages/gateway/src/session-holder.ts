import type { Session } from './session.ts';
import type { SessionLoss } from './shard-event.ts';

interface SessionHolderOptions {
  readonly shardId: number;
  /** When the last dispatch came. */
  readonly lastDispatchAt: () => number | undefined;
  readonly onLoss: (loss: SessionLoss) => void;
}

/** The session of a shard, if it has one. */
export class SessionHolder {
  readonly #options: SessionHolderOptions;
  #session: Session | undefined;

  constructor(session: Session | undefined, options: SessionHolderOptions) {
    this.#session = session;
    this.#options = options;
  }

  get current(): Session | undefined {
    return this.#session;
  }

  open(session: Session): void {
    this.#session = session;
  }

  /** Forgets the session, which can no longer be resumed, and tells so. What was received of it stays to be confirmed. */
  lose(reason: string): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    this.#options.onLoss({
      type: 'session-lost',
      shardId: this.#options.shardId,
      sessionId: session.id,
      confirmed: session.cursor,
      received: session.received,
      lastDispatchAt: this.#options.lastDispatchAt(),
      reason,
    });
  }
}
