import type { Delivery } from '@arrakis/broker';
import { encodeEvent, priorityOf, type Event } from '@arrakis/protocol';

/** An event as the ingestor publishes it. */
export function eventOf(type: string, payload: unknown, fields: Partial<Event> = {}): Event {
  return {
    id: `100:session:${crypto.randomUUID()}`,
    type,
    applicationId: '100',
    priority: priorityOf(type),
    shard: 0,
    sequence: 1,
    receivedAt: Date.now(),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    body: Buffer.from(JSON.stringify(payload)),
    ...fields,
  };
}

/** The event as the broker delivers it. */
export function deliveryOf(event: Event, fields: Partial<Delivery> = {}): Delivery {
  const { body, properties } = encodeEvent(event);
  return {
    queue: 'queue',
    body,
    properties,
    redelivered: false,
    deliveries: 1,
    attempt: 1,
    firstFailedAt: undefined,
    signal: new AbortController().signal,
    ...fields,
  };
}
