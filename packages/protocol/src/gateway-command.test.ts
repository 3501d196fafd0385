import { GatewayOpcodes } from 'discord-api-types/gateway/v10';
import { ActivityType, PresenceUpdateStatus } from 'discord-api-types/payloads/v10';
import { describe, expect, it } from 'vitest';
import {
  decodeGatewayCommand,
  encodeGatewayCommand,
  gatewayCommandQueue,
  guildsOf,
  MalformedMessageError,
  shardOf,
  type GatewayCommand,
} from './index.ts';

const address = { namespace: 'arrakis', applicationId: '100', shardId: 3, deadline: 1_700_000_000_000 };
const guildId = '197038439483310086';

const commands: GatewayCommand[] = [
  {
    op: GatewayOpcodes.PresenceUpdate,
    d: {
      since: null,
      activities: [{ name: 'the spice flow', type: ActivityType.Watching, state: null }],
      status: PresenceUpdateStatus.Idle,
      afk: false,
    },
  },
  {
    op: GatewayOpcodes.VoiceStateUpdate,
    d: { guild_id: guildId, channel_id: null, self_mute: false, self_deaf: true },
  },
  { op: GatewayOpcodes.RequestGuildMembers, d: { guild_id: guildId, query: '', limit: 0, nonce: 'x'.repeat(32) } },
  { op: GatewayOpcodes.RequestGuildMembers, d: { guild_id: guildId, user_ids: ['1', '2'], presences: true } },
  { op: GatewayOpcodes.RequestSoundboardSounds, d: { guild_ids: [guildId, '2'] } },
];

const decode = (payload: unknown, headers: unknown = {}) =>
  decodeGatewayCommand({ body: Buffer.from(JSON.stringify(payload)), properties: { headers } });

describe('a gateway command', () => {
  it.each(commands)('of op $op survives its way through the broker', (command) => {
    const message = encodeGatewayCommand(command, address);
    expect(decodeGatewayCommand(message)).toEqual({ command, deadline: address.deadline });
    // Discord's own payload, so that a sender in any language needs only Discord's documentation.
    expect(JSON.parse(message.body.toString())).toEqual(command);
  });

  it('goes to the queue that its shard declares', () => {
    const [command] = commands;
    if (command === undefined) throw new Error('there are commands');
    const { exchange, routingKey } = encodeGatewayCommand(command, address);
    expect([exchange, routingKey]).toEqual(['', gatewayCommandQueue('arrakis', address).name]);
    expect(routingKey).toBe('arrakis.gateway.100.3');
  });

  it('needs nothing but its body', () => {
    const [, command] = commands;
    const body = Buffer.from(JSON.stringify(command));
    expect(decodeGatewayCommand({ body, properties: {} })).toEqual({ command, deadline: undefined });
  });

  it('passes nothing on that Discord does not document', () => {
    const d = { guild_id: guildId, channel_id: '5', self_mute: false, self_deaf: false, self_video: true };
    const { command } = decode({ op: 4, d, s: 1, token: 'x' });
    const { self_video: _, ...documented } = d;
    expect(command).toEqual({ op: 4, d: documented });
  });

  it('names its guilds, which decide the shard', () => {
    expect(commands.map(guildsOf)).toEqual([[], [guildId], [guildId], [guildId], [guildId, '2']]);
  });
});

describe('what is no gateway command', () => {
  const members = { guild_id: guildId };
  const presence = { since: null, activities: [], status: 'online', afk: false };
  it.each([
    ['an identify', { op: 2, d: { token: 'x', intents: 0 } }],
    ['a heartbeat', { op: 1, d: 5 }],
    ['a resume', { op: 6, d: { token: 'x', session_id: 'y', seq: 1 } }],
    ['an unknown op', { op: 99, d: {} }],
    ['nothing', null],
    ['a list', [commands[0]]],
    ['a request for members without query or ids', { op: 8, d: members }],
    ['one with both', { op: 8, d: { ...members, query: '', limit: 0, user_ids: ['1'] } }],
    ['one with a query without limit', { op: 8, d: { ...members, query: 'a' } }],
    ['one for too many', { op: 8, d: { ...members, user_ids: Array.from({ length: 101 }, (_, id) => String(id)) } }],
    ['one for nobody', { op: 8, d: { ...members, user_ids: [] } }],
    ['one with a nonce that Discord would ignore', { op: 8, d: { ...members, user_ids: '1', nonce: 'ä'.repeat(17) } }],
    ['a guild id that is none', { op: 8, d: { guild_id: '1; drop', user_ids: '1' } }],
    ['a status that is none', { op: 3, d: { ...presence, status: 'hungry' } }],
    [
      'more than Discord takes',
      { op: 3, d: { ...presence, activities: Array.from({ length: 60 }, () => ({ name: 'x'.repeat(99), type: 0 })) } },
    ],
    ['sounds of no guild', { op: 31, d: { guild_ids: [] } }],
  ])('is %s', (_, payload) => {
    expect(() => decode(payload)).toThrow(MalformedMessageError);
  });

  it('is no JSON, too much of it, or headers of another kind', () => {
    const body = (text: string) => () => decodeGatewayCommand({ body: Buffer.from(text), properties: {} });
    expect(body('{"op":')).toThrow(/not JSON/);
    expect(body('[')).toThrow(MalformedMessageError);
    expect(body(`"${'x'.repeat(1_000_000)}"`)).toThrow(/1000002 bytes/);
    expect(body('[['.repeat(8_000))).toThrow(MalformedMessageError);
    expect(() => decode(commands[0], { 'x-arrakis-deadline': 'tomorrow' })).toThrow(/x-arrakis-deadline/);
    expect(() => decode(commands[0], { 'x-arrakis-v': 2 })).toThrow(/x-arrakis-v/);
    expect(() => decode(commands[0], 'none')).toThrow(MalformedMessageError);
  });

  it('is told without its values', () => {
    const payload = { op: 8, d: { guild_id: 's3cret', user_ids: ['s3cret'], nonce: 's3cret' } };
    expect(() => decode(payload)).toThrow(/^Not a gateway command: d.guild_id: expected a Discord id/);
    expect(() => decode(payload)).not.toThrow(/s3cret/);
    expect(() => decode({ op: 's3cret', d: {} })).not.toThrow(/s3cret/);
    const long = { op: 8, d: { guild_id: guildId, user_ids: '1', ['x'.repeat(10_000)]: 1 } };
    expect(() => decode(long)).not.toThrow(/x{1000}/);
  });

  it('is not sent either', () => {
    const nonce = 'x'.repeat(33);
    const command: GatewayCommand = { op: GatewayOpcodes.RequestGuildMembers, d: { ...members, user_ids: '1', nonce } };
    expect(() => encodeGatewayCommand(command, address)).toThrow(MalformedMessageError);
  });
});

describe('the shard of a guild', () => {
  it('is what Discord computes', () => {
    expect(shardOf(guildId, 1)).toBe(0);
    // (197038439483310086 >> 22) % 16, in exact numbers.
    expect(shardOf(guildId, 16)).toBe(Number((197038439483310086n / 4194304n) % 16n));
    expect(shardOf('18446744073709551615', 7)).toBe(Number(((2n ** 64n - 1n) / 4194304n) % 7n));
  });
});
