/**
 * The event: what the ingestor publishes and a worker executes.
 *
 * Terms, as they are used everywhere in Arrakis:
 * - dispatch: an opcode 0 frame of Discord's gateway; `t` its name, `s` its sequence, `d` its payload;
 * - event: a dispatch on its way through the broker;
 * - event type: what the event is about, `member.join` for example; also its routing key;
 * - event id: what makes the event recognisable when it comes a second time.
 */
export interface Event {
  /** The interaction's own id, otherwise `<application id>:<session id>:<sequence>`. */
  readonly id: string;
  /** Event type, equal to the routing key under which it is published. */
  readonly type: string;
  /** The Discord application (bot) that received it. */
  readonly applicationId: string;
  /** AMQP priority: see {@link priorityOf}. */
  readonly priority: number;
  /** Shard that received it. */
  readonly shard: number;
  /** Gateway sequence (`s`) within its session. */
  readonly sequence: number;
  /** The guild it belongs to; absent for events outside guilds. */
  readonly guildId?: string;
  /** The user it is about or who caused it, where Discord names one. */
  readonly userId?: string;
  /** When its frame was read from the gateway socket, in ms since the epoch. */
  readonly receivedAt: number;
  /** W3C Trace Context header that connects all that is done for this event. */
  readonly traceparent: string;
  /** The bytes of Discord's own `d`, unmodified. */
  readonly body: Buffer;
}

/** An event as a worker is given it. */
export interface DeliveredEvent extends Event {
  /** The module whose handler it is for: several handle the event, and the others are done with it or have messages of their own. */
  readonly module?: string;
}

/**
 * The id of an event that is not an interaction. The same dispatch, replayed after a RESUME, has the same
 * session and sequence and therefore the same id.
 */
export function dispatchEventId(applicationId: string, sessionId: string, sequence: number): string {
  return `${applicationId}:${sessionId}:${sequence}`;
}
