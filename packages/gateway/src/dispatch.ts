import type { DispatchFields } from './dispatch-fields.ts';

/** A dispatch of the gateway as a shard hands it on. */
export interface Dispatch {
  /** Event name as Discord writes it, `GUILD_MEMBER_ADD` for example. */
  readonly name: string;
  readonly sequence: number;
  readonly sessionId: string;
  readonly shardId: number;
  /** The bytes of Discord's `d` as they came. They are JSON. */
  readonly body: Buffer;
  readonly fields: DispatchFields;
  /** Dispatches of its session, this one included, that the cursor has not passed. */
  readonly lag: number;
  /** When the frame was read, in ms since the epoch. */
  readonly receivedAt: number;
  /**
   * For GUILD_CREATE: whether the guild had been announced as unavailable, so that this is no join.
   */
  readonly guildWasUnavailable: boolean;
}

/**
 * Takes a dispatch over. `confirm` is to be called once, when the event is safe with the broker or when nobody
 * wants it: until then the cursor stands before it, and Discord would send it again after a RESUME.
 */
export type DispatchSink = (dispatch: Dispatch, confirm: () => void) => void;
