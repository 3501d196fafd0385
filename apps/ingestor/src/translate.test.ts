import { GatewayDispatchEvents } from 'discord-api-types/gateway/v10';
import { readFields, type Dispatch } from '@arrakis/gateway';
import { decodeEvent, encodeEvent } from '@arrakis/protocol';
import { describe, expect, it } from 'vitest';
import { newTraceparent } from './traceparent.ts';
import { translate } from './translate.ts';

const origin = { applicationId: '100', newTraceparent: () => `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` };

function dispatch(name: string, data: unknown, guildWasUnavailable = false): Dispatch {
  const body = Buffer.from(JSON.stringify(data));
  return {
    name,
    body,
    fields: readFields(body, 0, body.length) ?? expect.fail('JSON has fields'),
    sequence: 7,
    lag: 1,
    sessionId: 'session',
    shardId: 2,
    receivedAt: 1_700_000_000_000,
    guildWasUnavailable,
  };
}

describe('a dispatch becomes an event', () => {
  it('with the bytes of d as body and all else about it as properties', () => {
    const joined = dispatch('GUILD_MEMBER_ADD', { guild_id: '200', user: { id: '300' }, nick: 'Zoë ☂' });
    const event = translate(joined, origin);
    expect(event).toMatchObject({
      id: '100:session:7',
      type: 'member.join',
      guildId: '200',
      userId: '300',
      priority: 0,
    });
    expect(event.body).toBe(joined.body);
  });

  it('an interaction keeps its own id, and names its command', () => {
    const data = { id: '900', type: 2, guild_id: '200', member: { user: { id: '300' } }, data: { name: 'ping' } };
    expect(translate(dispatch('INTERACTION_CREATE', data), origin)).toMatchObject({
      id: '900',
      type: 'interaction.command.ping',
      guildId: '200',
      userId: '300',
      priority: 10,
    });
  });

  it.each([
    ['GUILD_CREATE', { id: '200' }, false, 'guild.create'],
    ['GUILD_CREATE', { id: '200' }, true, 'guild.available'],
    ['GUILD_CREATE', { id: '200', unavailable: true }, false, 'guild.unavailable'],
    ['GUILD_DELETE', { id: '200', unavailable: true }, false, 'guild.unavailable'],
    ['GUILD_DELETE', { id: '200' }, false, 'guild.delete'],
  ])('%s %j, announced as unavailable %s: %s', (name, data, wasUnavailable, type) => {
    expect(translate(dispatch(name, data, wasUnavailable), origin)).toMatchObject({ type, guildId: '200' });
  });

  it('whatever its payload is, and always into a message that a worker can read', () => {
    const payloads = [
      null,
      1,
      'text',
      [],
      {},
      { guild_id: 5, user: 'x', data: [] },
      { id: 'x'.repeat(500), type: 'y' },
    ];
    for (const name of Object.values(GatewayDispatchEvents)) {
      for (const payload of payloads) {
        const event = translate(dispatch(name, payload), origin);
        expect(decodeEvent(encodeEvent(event))).toEqual(event);
      }
    }
  });
});

it('every trace is a new one, in the form of W3C Trace Context', () => {
  const traces = Array.from({ length: 2_000 }, newTraceparent);
  expect(new Set(traces).size).toBe(2_000);
  for (const trace of traces) expect(trace).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});
