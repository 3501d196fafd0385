import { z } from 'zod';
import type { Event } from './event.ts';

/**
 * Notices: what Arrakis itself has to say about the gateway. They travel as events, on the way and with the guarantees
 * of every other, so that a bot can make good what was lost, by asking for the members of its guilds for example.
 */

/** The event types of notices. */
export const gatewayNotices = { gap: 'gateway.gap', sessionLost: 'gateway.session.lost' } as const;

const sequence = z.number().int().min(0);
const session = { session_id: z.string().min(1), shard_id: z.number().int().min(0) };

/**
 * Dispatches of a session that are lost: they were never received, and Discord will not send them again; or one was
 * received that no broker takes, since it is too large.
 */
export const gatewayGap = z.object({
  ...session,
  /** The first sequence that is missing. */
  from: sequence,
  /** The last sequence that is missing. */
  to: sequence,
  /** How many are missing. */
  missing: z.number().int().min(1),
});

/**
 * A session that could not be resumed: what Discord would have sent of it after `confirmed` is lost, up to the first
 * dispatch of the session that follows.
 */
export const gatewaySessionLost = z.object({
  ...session,
  /** Up to which sequence every event has reached the broker. */
  confirmed: sequence,
  /** The highest sequence received; what lies between was received, and may have reached the broker. */
  received: sequence,
  /** When the last dispatch came, in ms since the epoch; null when this process has received none. */
  last_dispatch_at: z.number().int().min(0).nullable(),
  /** Why it could not be resumed, in words. */
  reason: z.string(),
});

export type GatewayGap = Readonly<z.infer<typeof gatewayGap>>;
export type GatewaySessionLost = Readonly<z.infer<typeof gatewaySessionLost>>;

/** What an event needs beside the notice itself. */
export interface NoticeOrigin {
  readonly applicationId: string;
  /** When it was noticed, in ms since the epoch. */
  readonly noticedAt: number;
  /** W3C Trace Context. */
  readonly traceparent: string;
}

/** The event that tells of a gap. Noticed again, by a successor for example, it has the same id. */
export function gatewayGapEvent(gap: GatewayGap, origin: NoticeOrigin): Event {
  return notice(gap, origin, {
    type: gatewayNotices.gap,
    id: `${origin.applicationId}:${gap.session_id}:gap:${gap.from}-${gap.to}`,
    sequence: gap.to,
  });
}

/** The event that tells of a lost session. A session is lost once: the event has the same id whoever tells of it. */
export function gatewaySessionLostEvent(lost: GatewaySessionLost, origin: NoticeOrigin): Event {
  return notice(lost, origin, {
    type: gatewayNotices.sessionLost,
    id: `${origin.applicationId}:${lost.session_id}:lost`,
    sequence: lost.received,
  });
}

function notice(
  body: GatewayGap | GatewaySessionLost,
  { applicationId, noticedAt, traceparent }: NoticeOrigin,
  identity: Pick<Event, 'type' | 'id' | 'sequence'>,
): Event {
  return {
    ...identity,
    applicationId,
    priority: 0,
    shard: body.shard_id,
    receivedAt: noticedAt,
    traceparent,
    body: Buffer.from(JSON.stringify(body)),
  };
}
