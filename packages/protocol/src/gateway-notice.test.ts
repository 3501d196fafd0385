import { describe, expect, it } from 'vitest';
import {
  decodeEvent,
  encodeEvent,
  eventRouting,
  gatewayGap,
  gatewayGapEvent,
  gatewaySessionLost,
  gatewaySessionLostEvent,
} from './index.ts';

const origin = { applicationId: '100', noticedAt: 1_700_000_000_000, traceparent: '00-0-0-01' };
const session = { session_id: 'sietch', shard_id: 3 };

describe('a notice of the gateway', () => {
  it('of a gap is an event that a queue takes, with an id that says what is missing', () => {
    const gap = { ...session, from: 5, to: 7, missing: 3 };
    const event = gatewayGapEvent(gap, origin);
    expect(event).toMatchObject({ id: '100:sietch:gap:5-7', type: 'gateway.gap', priority: 0, shard: 3, sequence: 7 });
    expect(eventRouting()(event.type)).toBe(true);
    expect(decodeEvent(encodeEvent(event))).toEqual(event);
    expect(gatewayGap.parse(JSON.parse(event.body.toString()))).toEqual(gap);
  });

  it('of a lost session has the same id whoever tells of it', () => {
    const lost = { ...session, confirmed: 40, received: 42, last_dispatch_at: null, reason: 'Discord invalidated it' };
    const event = gatewaySessionLostEvent(lost, origin);
    expect(event).toMatchObject({ id: '100:sietch:lost', type: 'gateway.session.lost', sequence: 42 });
    expect(gatewaySessionLostEvent({ ...lost, received: 41 }, { ...origin, noticedAt: 1 }).id).toBe(event.id);
    expect(eventRouting()(event.type)).toBe(true);
    expect(decodeEvent(encodeEvent(event))).toEqual(event);
    expect(gatewaySessionLost.parse(JSON.parse(event.body.toString()))).toEqual(lost);
  });
});
