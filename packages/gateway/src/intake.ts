import { GatewayDispatchEvents } from 'discord-api-types/gateway/v10';
import type { DispatchSink } from './dispatch.ts';
import type { DispatchFrame } from './frame.ts';
import type { Session } from './session.ts';
import type { ShardListener } from './shard-event.ts';

/** How a dispatch was taken: handed on, known already, or so far ahead that it cannot be of this session. */
export type Taken = 'new' | 'known' | 'absurd';

/**
 * Most sequences that can be missing in a row: more than the busiest shard is sent in the time for which Discord
 * keeps a session. A number beyond is damaged, and believing it would make all that follows look like a replay.
 */
const maxMissing = 10_000_000;

/** Takes the dispatches of a shard: notes their sequences and what they say of guilds, and hands them on. */
export class Intake {
  readonly #shardId: number;
  readonly #sink: DispatchSink;
  readonly #onEvent: ShardListener;
  #lastDispatchAt: number | undefined;

  constructor({
    id,
    sink,
    onEvent,
  }: {
    readonly id: number;
    readonly sink: DispatchSink;
    readonly onEvent: ShardListener;
  }) {
    this.#shardId = id;
    this.#sink = sink;
    this.#onEvent = onEvent;
  }

  /** When the last dispatch came, in ms since the epoch. */
  get lastDispatchAt(): number | undefined {
    return this.#lastDispatchAt;
  }

  take(session: Session, frame: DispatchFrame): Taken {
    const { t, s, body, fields } = frame;
    const receivedAt = Date.now();
    this.#lastDispatchAt = receivedAt;
    const missing = s - session.received - 1;
    // What a RESUME replays and this process already has is with the broker, or on its way there.
    if (missing < 0) return 'known';
    if (missing > maxMissing) return 'absurd';
    if (missing > 0) this.#skip(session, s - 1);
    session.receive(s);
    const guildWasUnavailable = noteGuild(session, frame);
    const { id: sessionId, lag } = session;
    this.#sink(
      { name: t, sequence: s, lag, sessionId, shardId: this.#shardId, body, fields, receivedAt, guildWasUnavailable },
      () => session.confirm(s),
    );
    return 'new';
  }

  /**
   * Goes on without a dispatch that could not be read; `sequence` is undefined when not even that could be: then every
   * hole from here on is told, up to the end of the replay.
   */
  leaveOut(session: Session, sequence: number | undefined): void {
    const missing = (sequence ?? Infinity) - session.received - 1;
    if (sequence === undefined || missing > maxMissing) {
      session.excuseNothing();
    } else if (missing >= 0) {
      if (missing > 0) this.#skip(session, sequence - 1);
      this.#tellGap(session, sequence, sequence);
    }
  }

  #skip(session: Session, to: number): void {
    const from = session.received + 1;
    if (!session.excuses(from, to - from + 1)) this.#tellGap(session, from, to);
  }

  /**
   * Tells of sequences that are missing from `from` up to and including `to`. Discord calls `s` "the relative order in which [an
   * event] occurred" and promises no more (Discord docs, Gateway, "Dispatch Events"), but it numbers the dispatches
   * of a session one by one, and after a RESUME it sends "the missed events in order" ("Resuming"). So a hole is a
   * loss, but for what {@link Session.excuses}.
   */
  #tellGap(session: Session, from: number, to: number): void {
    const missing = to - from + 1;
    session.receive(to);
    const pass = () => void session.confirm(to);
    let held = false;
    const hold = () => {
      held = true;
      return pass;
    };
    this.#onEvent({ type: 'gap', shardId: this.#shardId, sessionId: session.id, from, to, missing, hold });
    if (!held) pass();
  }
}

/** Follows which guilds are unavailable. Returns whether the one of a GUILD_CREATE was. */
function noteGuild(session: Session, { t, s, fields: { id, unavailable } }: DispatchFrame): boolean {
  if (t !== GatewayDispatchEvents.GuildCreate && t !== GatewayDispatchEvents.GuildDelete) return false;
  if (typeof id !== 'string') return false;
  const wasUnavailable = session.isUnavailable(id);
  session.setUnavailable(id, unavailable === true, s);
  return wasUnavailable;
}
