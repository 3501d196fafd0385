import { Cursor } from './cursor.ts';

/** A session as it is stored, to be resumed by whoever comes next. */
export interface StoredSession {
  readonly sessionId: string;
  /** Where Discord wants it resumed. */
  readonly resumeUrl: string;
  /** The cursor: RESUME asks for everything after it. */
  readonly sequence: number;
  /** Guilds that were unavailable at the cursor: their GUILD_CREATE is no join. */
  readonly unavailableGuilds: readonly string[];
  /**
   * Sequences after the cursor, at most, that a replay leaves out without a loss: those of RESUMED. Without it, a
   * successor may take them for a gap.
   */
  readonly unreplayed?: number;
}

interface OpenedSession {
  readonly sessionId: string;
  readonly resumeUrl: string;
  readonly guildIds: readonly string[];
  readonly first: number;
}

interface GuildChange {
  readonly sequence: number;
  readonly guildId: string;
  readonly unavailable: boolean;
}

/**
 * A gateway session: its cursor, and the guilds it was told of as unavailable. Those are what tells a guild that
 * comes (back) from one the bot has just joined, since Discord sends GUILD_CREATE for both.
 */
export class Session {
  readonly id: string;
  readonly resumeUrl: string;
  readonly #cursor: Cursor;
  /** As of the last dispatch received. */
  readonly #unavailable: Set<string>;
  /** As of the cursor: what a resumed session must begin with, so that a replay is understood as the first time. */
  readonly #unavailableAtCursor: Set<string>;
  #changes: GuildChange[] = [];
  /** RESUMEs since RESUMED was last received, here or by a predecessor. */
  #openResumes: number;
  /** Sequences that may yet be missing in the replay under way without a loss. */
  #excusable = 0;
  /** Sequences of RESUMED, received or excused, that the cursor has not passed; in order. */
  #unreplayed: number[] = [];

  private constructor({ sessionId, resumeUrl, sequence, unavailableGuilds, unreplayed = 0 }: StoredSession) {
    this.id = sessionId;
    this.resumeUrl = resumeUrl;
    this.#cursor = new Cursor(sequence);
    this.#unavailable = new Set(unavailableGuilds);
    this.#unavailableAtCursor = new Set(unavailableGuilds);
    this.#openResumes = unreplayed;
  }

  /** The session that a READY opens. READY itself is its first dispatch, with the number `first`, still to be received. */
  static opened({ sessionId, resumeUrl, guildIds, first }: OpenedSession): Session {
    const session = new Session({ sessionId, resumeUrl, sequence: first - 1, unavailableGuilds: [] });
    session.expectGuilds(guildIds, first);
    return session;
  }

  static restored(stored: StoredSession): Session {
    return new Session(stored);
  }

  get cursor(): number {
    return this.#cursor.position;
  }

  /** Highest sequence received. */
  get received(): number {
    return this.#cursor.received;
  }

  get lag(): number {
    return this.#cursor.lag;
  }

  /** False for a dispatch received before. */
  receive(sequence: number): boolean {
    return this.#cursor.receive(sequence);
  }

  /** The dispatch is safe with the broker, or nobody wants it. True when the cursor has moved. */
  confirm(sequence: number): boolean {
    if (!this.#cursor.confirm(sequence)) return false;
    if (this.#unreplayed.length > 0) {
      this.#unreplayed = this.#unreplayed.filter((later) => later > this.#cursor.position);
    }
    let passed = 0;
    for (const { sequence: changedAt, guildId, unavailable } of this.#changes) {
      if (changedAt > this.#cursor.position) break;
      if (unavailable) this.#unavailableAtCursor.add(guildId);
      else this.#unavailableAtCursor.delete(guildId);
      passed += 1;
    }
    if (passed > 0) this.#changes = this.#changes.slice(passed);
    return true;
  }

  /** RESUME has been sent: a replay follows, until {@link endReplay}. */
  beginReplay(): void {
    this.#openResumes += 1;
    this.#excusable = this.#openResumes;
  }

  /** RESUMED has been received. */
  endReplay(sequence: number): void {
    this.#openResumes = 0;
    this.#excusable = 0;
    this.#unreplayed.push(sequence);
  }

  /**
   * Whether sequences missing in a replay, from `from` on, may have been those of RESUMED: it has a number, too, and is
   * no event that a later RESUME would have to repeat. There is one for each RESUME whose RESUMED we have not received,
   * and one that a predecessor may have received after it last stored the session.
   */
  excuses(from: number, missing: number): boolean {
    if (missing > this.#excusable) return false;
    this.#excusable -= missing;
    for (let sequence = from; sequence < from + missing; sequence += 1) this.#unreplayed.push(sequence);
    return true;
  }

  /** What is missing up to the end of the replay is no RESUMED, for all we know. */
  excuseNothing(): void {
    this.#excusable = 0;
  }

  isUnavailable(guildId: string): boolean {
    return this.#unavailable.has(guildId);
  }

  /** READY has named guilds, whose GUILD_CREATE is still to come. One received before says nothing new. */
  expectGuilds(guildIds: readonly string[], sequence: number): void {
    if (sequence <= this.#cursor.received) return;
    for (const guildId of guildIds) this.setUnavailable(guildId, true, sequence);
  }

  /** A dispatch said that the guild is (no longer) unavailable. */
  setUnavailable(guildId: string, unavailable: boolean, sequence: number): void {
    if (this.#unavailable.has(guildId) === unavailable) return;
    if (unavailable) this.#unavailable.add(guildId);
    else this.#unavailable.delete(guildId);
    this.#changes.push({ sequence, guildId, unavailable });
  }

  /** The session as of the cursor. */
  snapshot(): StoredSession {
    return {
      sessionId: this.id,
      resumeUrl: this.resumeUrl,
      sequence: this.#cursor.position,
      unavailableGuilds: [...this.#unavailableAtCursor],
      unreplayed: this.#unreplayed.length + this.#openResumes,
    };
  }
}
