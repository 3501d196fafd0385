import { GatewayOpcodes } from 'discord-api-types/gateway/v10';
import { Broker, type Subscriptions } from '@arrakis/broker';
import { encodeGatewayCommand, gatewayCommandQueue, type GatewayCommand } from '@arrakis/protocol';
import { createLog } from '@arrakis/service';
import { deleteAfterTests, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayCommands, type CommandTarget } from './gateway-commands.ts';

const applicationId = '100000000000000001';
const count = 4;
/** A guild of the shard. */
const guildOn = (shardId: number) => String((BigInt(shardId) << 22n) + 5n);

const releases: (() => Promise<unknown>)[] = [];
let namespace: string;
let broker: Broker;
let subscriptions: Subscriptions;
let lines: string[];
let results: string[];

async function connect(): Promise<Broker> {
  const { rabbitmqUrl: url } = await testServices();
  const connected = new Broker({ url, namespace, connectionName: 'test' });
  releases.push(() => connected.close());
  return connected;
}

beforeEach(async () => {
  namespace = uniqueNamespace();
  for (let shardId = 0; shardId < count; shardId += 1) deleteAfterTests(queueName(shardId));
  lines = [];
  results = [];
  broker = await connect();
  subscriptions = broker.subscriptions(1);
  void broker.publisher;
  await waitFor(() => broker.whyNotReady() === undefined, { what: 'the broker' });
});
afterEach(async () => {
  for (const release of releases.splice(0).toReversed()) await release();
});

/** The commands of a process. */
function commandsOf(own: Subscriptions = subscriptions): GatewayCommands {
  const commands = new GatewayCommands({
    subscriptions: own,
    namespace,
    applicationId,
    log: createLog({ name: 'test', level: 'trace', destination: { write: (line) => void lines.push(line) } }),
    metrics: { settled: (op, result) => void results.push(`${op} ${result}`) },
  });
  releases.push(() => commands.stop());
  return commands;
}

/** A shard that writes at once, or as soon as it may. */
class RecordingShard implements CommandTarget {
  readonly id: number;
  readonly sent: unknown[] = [];
  /** How many have been given to it, sent or not. */
  taken = 0;
  readonly #mayWrite: Promise<unknown>;

  constructor(id: number, mayWrite: Promise<unknown> = Promise.resolve()) {
    this.id = id;
    this.#mayWrite = mayWrite;
  }

  async command(_op: number, d: unknown, signal?: AbortSignal): Promise<void> {
    this.taken += 1;
    const aborted = new Promise((_, reject) =>
      signal?.addEventListener('abort', () => reject(new Error('given up')), { once: true }),
    );
    await Promise.race([this.#mayWrite, aborted]);
    this.sent.push(d);
  }
}

const never = () => new Promise<never>(() => undefined);

const leave = (guildId: string): GatewayCommand => ({
  op: GatewayOpcodes.VoiceStateUpdate,
  d: { guild_id: guildId, channel_id: null, self_mute: false, self_deaf: false },
});
const ask = (guildId: string, nonce: string): GatewayCommand => ({
  op: GatewayOpcodes.RequestGuildMembers,
  d: { guild_id: guildId, user_ids: ['1'], nonce },
});

const queueName = (shardId: number) => gatewayCommandQueue(namespace, { applicationId, shardId }).name;

async function give(shardId: number, command: GatewayCommand, inMs = 30_000): Promise<void> {
  const deadline = Date.now() + inMs;
  const message = encodeGatewayCommand(command, { namespace, applicationId, shardId, deadline });
  // Until its queue is there nobody takes it.
  await waitFor(() => broker.publisher.publish(message).then(() => true), { what: 'the command to be taken' });
}

/** Whatever somebody who can write to the queue may send. */
async function giveRaw(shardId: number, body: Buffer, headers: Record<string, unknown> = {}): Promise<void> {
  const message = { exchange: '', routingKey: queueName(shardId), body };
  const properties = { messageId: crypto.randomUUID(), headers };
  await waitFor(() => broker.publisher.publish({ ...message, properties }).then(() => true), { what: 'the message' });
}

describe('the commands of a shard', () => {
  it('are sent in the order in which they were given', async () => {
    const shard = new RecordingShard(1);
    commandsOf().own(shard, count);
    const nonces = Array.from({ length: 50 }, (_, index) => String(index));
    for (const nonce of nonces) await give(1, ask(guildOn(1), nonce));
    await waitFor(() => shard.sent.length === nonces.length, { what: 'all to be sent' });
    expect(shard.sent).toEqual(nonces.map((nonce) => ask(guildOn(1), nonce).d));
    expect(new Set(results)).toEqual(new Set(['8 sent']));
  });

  it('that cannot be sent now hold up no other shard', async () => {
    const [stuck, free] = [new RecordingShard(1, never()), new RecordingShard(2)];
    const commands = commandsOf();
    commands.own(stuck, count);
    commands.own(free, count);
    for (const nonce of ['a', 'b', 'c']) await give(1, ask(guildOn(1), nonce));
    await waitFor(() => stuck.taken === 1, { what: 'the first to wait' });
    for (const nonce of ['d', 'e']) await give(2, ask(guildOn(2), nonce));
    await waitFor(() => free.sent.length === 2, { what: 'the other shard' });
    expect(stuck.sent).toEqual([]);
    // One at a time: the others wait where a successor finds them.
    expect(stuck.taken).toBe(1);
  });

  it('are dropped when their time is over, before and while they wait, and never sent then', async () => {
    const writable = Promise.withResolvers<void>();
    const shard = new RecordingShard(1, writable.promise);
    commandsOf().own(shard, count);
    await give(1, leave(guildOn(1)), -1);
    await give(1, ask(guildOn(1), 'waits too long'), 100);
    await give(1, ask(guildOn(1), 'in time'));
    await waitFor(() => results.length === 2, { what: 'both to expire' });
    writable.resolve();
    await waitFor(() => shard.sent.length === 1, { what: 'the one in time' });
    expect(shard.sent).toMatchObject([{ nonce: 'in time' }]);
    expect(results).toEqual(['4 expired', '8 expired', '8 sent']);
    expect(lines.filter((line) => line.includes('a gateway command is expired: dropped'))).toHaveLength(2);
  });

  it('go back when the shard is disowned, and to its next holder, in order', async () => {
    const commands = commandsOf();
    const shard = new RecordingShard(1, never());
    commands.own(shard, count);
    for (const nonce of ['a', 'b', 'c']) await give(1, ask(guildOn(1), nonce));
    await waitFor(() => shard.taken === 1, { what: 'the first to wait' });
    // In a hand-over both consume for a moment: the first holder is still the one that is served.
    const next = new RecordingShard(1);
    commandsOf((await connect()).subscriptions(1)).own(next, count);
    await give(1, ask(guildOn(1), 'd'));
    await commands.disown(1);
    await waitFor(() => next.sent.length === 4, { what: 'the next holder' });
    expect(next.sent).toMatchObject([{ nonce: 'a' }, { nonce: 'b' }, { nonce: 'c' }, { nonce: 'd' }]);
    expect(shard.sent).toEqual([]);
    expect(results).toEqual(['8 returned', ...Array.from({ length: 4 }, () => '8 sent')]);
  });

  it('are tried again when the shard does not take them', async () => {
    const shard = new RecordingShard(1);
    let refused = 0;
    const moody: CommandTarget = {
      id: 1,
      async command(op, d, signal) {
        refused += 1;
        if (refused === 1) throw new Error('queue-full');
        await shard.command(op, d, signal);
      },
    };
    commandsOf().own(moody, count);
    await give(1, ask(guildOn(1), 'again'));
    await waitFor(() => shard.sent.length === 1, { what: 'another try' });
    expect(results).toEqual(['8 returned', '8 sent']);
  });

  it('are owned once, and can be owned again', async () => {
    const commands = commandsOf();
    commands.own(new RecordingShard(1), count);
    expect(() => commands.own(new RecordingShard(1), count)).toThrow(/shard 1/);
    await commands.disown(1);
    await commands.disown(1);
    const shard = new RecordingShard(1);
    commands.own(shard, count);
    await give(1, leave(guildOn(1)));
    await waitFor(() => shard.sent.length === 1, { what: 'the command' });
  });
});

describe('a message that is no command of this shard', () => {
  it('is dropped and told, without what it says, and the next one is sent', async () => {
    const shard = new RecordingShard(1);
    commandsOf().own(shard, count);
    const secret = 'MTAwMDAwMDAwMDAwMDAwMDAx.secret.s3cret';
    const hostile = [
      Buffer.from('not JSON'),
      Buffer.alloc(0),
      Buffer.alloc(1_000_000, '['),
      Buffer.from(JSON.stringify({ op: 2, d: { token: secret, intents: 0, properties: {} } })),
      Buffer.from(JSON.stringify({ op: 6, d: { token: secret, session_id: 'x', seq: 1 } })),
      Buffer.from(JSON.stringify({ op: 1, d: 5 })),
      Buffer.from(JSON.stringify({ op: 8, d: { guild_id: secret } })),
      Buffer.from([0xff, 0xfe, 0x00, 0x7b]),
    ];
    for (const body of hostile) await giveRaw(1, body);
    const valid = Buffer.from(JSON.stringify(leave(guildOn(1))));
    await giveRaw(1, valid, { 'x-arrakis-deadline': 'tomorrow' });
    await giveRaw(1, valid, { 'x-arrakis-v': { nested: [1] } });
    // A sender in another language may leave the headers out.
    await giveRaw(1, valid);
    await waitFor(() => shard.sent.length === 1, { what: 'the command' });
    expect(shard.taken).toBe(1);
    expect(results.filter((result) => result === 'unknown malformed')).toHaveLength(hostile.length + 2);
    const said = lines.join('\n');
    expect(said).toContain('is no gateway command: dropped');
    expect(said).not.toMatch(/s3cret/);
  });

  it('because the shard count has changed is dropped rather than sent for another shard', async () => {
    const shard = new RecordingShard(1);
    commandsOf().own(shard, count);
    await give(1, leave(guildOn(3)));
    await give(1, { op: GatewayOpcodes.RequestSoundboardSounds, d: { guild_ids: [guildOn(1), guildOn(2)] } });
    await give(1, leave(guildOn(1)));
    await waitFor(() => shard.sent.length === 1, { what: 'the right one' });
    expect(results).toEqual(['4 misrouted', '31 misrouted', '4 sent']);
  });
});
