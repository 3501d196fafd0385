import { GatewayDispatchEvents } from 'discord-api-types/gateway/v10';
import { InteractionType } from 'discord-api-types/payloads/v10';
import { describe, expect, it } from 'vitest';
import {
  decodeEvent,
  dispatchEventId,
  dispatchType,
  encodeEvent,
  eventRouting,
  eventTypeLabel,
  guildCreateType,
  guildDeleteType,
  interactionType,
  MalformedMessageError,
  namesIn,
  priorityOf,
  topicMatches,
  topologyIn,
  type Event,
} from './index.ts';

const event: Event = {
  id: dispatchEventId('100', 'session', 42),
  type: 'member.join',
  applicationId: '100',
  priority: 0,
  shard: 3,
  sequence: 42,
  guildId: '200',
  userId: '300',
  receivedAt: 1_700_000_000_123,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  body: Buffer.from('{"a":1}'),
};

describe('event types', () => {
  it('give every dispatch of the gateway a routing key that AMQP accepts', () => {
    for (const name of Object.values(GatewayDispatchEvents)) {
      expect(dispatchType(name), name).toMatch(/^[a-z]+(\.[a-z0-9]+)*$/);
    }
  });

  it('differ between any two dispatches', () => {
    const names = Object.values(GatewayDispatchEvents);
    expect(new Set(names.map(dispatchType)).size).toBe(names.length);
  });

  it('speak of members, and tell joining and leaving from availability', () => {
    expect(
      ['GUILD_MEMBER_ADD', 'GUILD_MEMBER_REMOVE', 'GUILD_MEMBER_UPDATE', 'MESSAGE_CREATE'].map(dispatchType),
    ).toEqual(['member.join', 'member.leave', 'member.update', 'message.create']);
    expect([guildCreateType('joined'), guildCreateType('available')]).toEqual(['guild.create', 'guild.available']);
    expect([guildDeleteType(false), guildDeleteType(true)]).toEqual(['guild.delete', 'guild.unavailable']);
  });

  it.each([
    [InteractionType.ApplicationCommand, 'ping', 'interaction.command.ping', 10],
    [InteractionType.ApplicationCommandAutocomplete, 'colour', 'interaction.autocomplete.colour', 9],
    [InteractionType.MessageComponent, undefined, 'interaction.component', 8],
    [InteractionType.ModalSubmit, undefined, 'interaction.modal', 8],
    [99, undefined, 'interaction.type.99', 8],
  ])('of interaction kind %i is %s %s with priority %i', (type, commandName, expected, priority) => {
    const eventType = interactionType({ type, commandName });
    expect(eventType).toBe(expected);
    expect(priorityOf(eventType)).toBe(priority);
    expect(eventRouting()(eventType)).toBe(true);
  });

  it('lose their unbounded part as metric labels', () => {
    expect(eventTypeLabel('interaction.command.Member card')).toBe('interaction.command');
    expect(eventTypeLabel('member.join')).toBe('member.join');
  });
});

describe('messages', () => {
  it('carry an event there and back', () => {
    const message = encodeEvent(event);
    expect(message.properties).toMatchObject({
      messageId: '100:session:42',
      timestamp: 1_700_000_000,
      deliveryMode: 2,
    });
    expect(decodeEvent(message)).toEqual(event);
  });

  it('carry an event outside guilds without a guild', () => {
    const { guildId: _guild, userId: _user, ...direct } = event;
    expect(decodeEvent(encodeEvent(direct))).toEqual(direct);
  });

  const { properties, body } = encodeEvent(event);
  it.each([
    ['messageId', { messageId: '' }],
    ['messageId', { messageId: 'x'.repeat(256) }],
    ['type', { type: undefined }],
    ['type', { type: 7 }],
    ['priority', { priority: 256 }],
    ['priority', { priority: -1 }],
    ['priority', { priority: '0' }],
    ['priority', { priority: null }],
    ['appId', { appId: '1'.repeat(21) }],
    ['appId', { appId: '-1' }],
    ['headers', { headers: undefined }],
    ['headers', { headers: null }],
    ['headers.x-arrakis-v', { headers: { ...properties.headers, 'x-arrakis-v': '1' } }],
    ['headers.x-arrakis-shard', { headers: { ...properties.headers, 'x-arrakis-shard': 0.5 } }],
    ['headers.x-arrakis-seq', { headers: { ...properties.headers, 'x-arrakis-seq': 2 ** 53 } }],
    ['headers.x-arrakis-received', { headers: { ...properties.headers, 'x-arrakis-received': -1 } }],
    ['headers.x-arrakis-guild', { headers: { ...properties.headers, 'x-arrakis-guild': 200 } }],
    ['headers.x-arrakis-user', { headers: { ...properties.headers, 'x-arrakis-user': '' } }],
    ['headers.traceparent', { headers: { ...properties.headers, traceparent: 'x'.repeat(56) } }],
  ])('are refused for their %s alone: %j', (name, wrong) => {
    const decode = () => decodeEvent({ body, properties: { ...properties, ...wrong } });
    expect(decode).toThrow(MalformedMessageError);
    expect(decode).toThrow(`Not an Arrakis event: ${name}: `);
  });

  it('that are no events are refused with every fault named', () => {
    const decode = () =>
      decodeEvent({
        body: Buffer.from('x'),
        properties: { appId: 'me', headers: { 'x-arrakis-v': 9 } },
      });
    expect(decode).toThrow(MalformedMessageError);
    expect(decode).toThrow(/messageId.*type.*appId.*x-arrakis-v.*x-arrakis-shard/s);
    expect(() => decodeEvent({ body: Buffer.alloc(0), properties: undefined })).toThrow(MalformedMessageError);
  });
});

describe('topology', () => {
  const topology = topologyIn('test.tenant');

  it('keeps every name below the namespace, and binds only what it declares', () => {
    const exchanges = topology.exchanges.map((exchange) => exchange.name);
    const queues = topology.queues.map((queue) => queue.name);
    for (const name of [...exchanges, ...queues]) expect(name).toMatch(/^test\.tenant\./);
    for (const binding of topology.bindings) {
      expect(exchanges).toContain(binding.exchange);
      expect(queues).toContain(binding.queue);
    }
  });

  it('states type and limit of every queue, and gives priorities to classic queues only', () => {
    for (const { name, arguments: args } of topology.queues) {
      expect(args['x-queue-type'], name).toMatch(/^(classic|quorum)$/);
      expect(args['x-max-length'], name).toBeGreaterThan(0);
      if (args['x-queue-type'] === 'quorum') expect(args).not.toHaveProperty('x-max-priority');
    }
  });

  it.each([
    ['guild.#', 'guild.create', true],
    ['guild.#', 'guild', true],
    ['guild.*', 'guild.ban.add', false],
    ['*.join', 'member.join', true],
    ['#.add', 'guild.ban.add', true],
    ['member.#', 'guild.create', false],
    ['#', '', true],
  ])('pattern %s against %s: %s', (pattern, key, matches) => {
    expect(topicMatches(pattern, key)).toBe(matches);
  });

  it('routes guild and member events and interactions, nothing else', () => {
    const wanted = ['member.join', 'guild.available', 'guild.ban.add', 'gateway.gap'];
    const answers = ['guild.members.chunk', 'voice.server.update', 'soundboard.sounds', 'rate.limited'];
    const others = ['message.create', 'presence.update', 'ready', 'typing.start', 'voice.channel.effect.send'];
    expect([...wanted, ...answers].every(eventRouting())).toBe(true);
    expect(others.some(eventRouting())).toBe(false);
  });

  it('routes what is asked for beside that, to the queue of guild events', () => {
    const events = ['message.create', 'voice.#', 'guild.#'];
    const isRouted = eventRouting(events);
    expect(['message.create', 'voice.channel.effect.send', 'member.join'].every(isRouted)).toBe(true);
    expect(['message.update', 'presence.update'].some(isRouted)).toBe(false);
    const { guildEvents } = namesIn('test.tenant');
    const bindings = topologyIn('test.tenant', { events }).bindings.filter(({ queue }) => queue === guildEvents);
    expect(bindings).toHaveLength(topology.bindings.filter(({ queue }) => queue === guildEvents).length + 2);
    for (const key of events.slice(0, 2)) {
      expect(bindings).toContainEqual({ exchange: 'test.tenant.events', queue: guildEvents, key });
    }
  });
});
