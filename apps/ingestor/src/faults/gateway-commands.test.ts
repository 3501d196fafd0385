import { GatewayOpcodes } from 'discord-api-types/v10';
import { Broker } from '@arrakis/broker';
import { encodeGatewayCommand } from '@arrakis/protocol';
import { waitFor } from '@arrakis/testkit';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { Scene } from '../testing/scene.ts';

/** More than a connection may send at once. */
const many = 130;

/** What it may send at least. */
const budget = 100;

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);

const request = z.object({ nonce: z.string() });

/** A scene of two shards, and a worker's means to command them. */
class CommandScene implements AsyncDisposable {
  readonly scene: Scene;
  readonly #broker: Broker;

  private constructor(scene: Scene) {
    this.scene = scene;
    const { services, namespace } = scene;
    this.#broker = new Broker({ url: services.rabbitmqUrl, namespace, connectionName: 'test' });
  }

  static async start(): Promise<CommandScene> {
    return new CommandScene(await Scene.start({ settings: { SHARD_COUNT: '2' } }));
  }

  /** Asks a shard for members so often, each time with the next number as nonce. */
  async ask(shardId: number, times: number): Promise<void> {
    const { namespace, applicationId } = this.scene;
    const guildId = String((BigInt(shardId) << 22n) + 5n);
    for (const number of numbers(times)) {
      const d = { guild_id: guildId, user_ids: ['1'], nonce: String(number) };
      const command = { op: GatewayOpcodes.RequestGuildMembers, d } as const;
      const deadline = Date.now() + 300_000;
      const message = encodeGatewayCommand(command, { namespace, applicationId, shardId, deadline });
      await waitFor(() => this.#broker.publisher.publish(message).then(() => true), {
        what: 'the command to be taken',
      });
    }
  }

  /** The numbers with which Discord was asked on a shard, in the order in which they came. */
  received(shardId: number): number[] {
    return this.scene.discord.recording
      .sent({ op: GatewayOpcodes.RequestGuildMembers })
      .filter(({ shard }) => shard?.[0] === shardId)
      .map(({ data }) => Number(request.parse(data).nonce));
  }

  /** Waits until a shard has used up what it may send, so that the next command waits in its hands. */
  async budgetSpent(shardId: number): Promise<void> {
    let before = 0;
    const steady = () => {
      const now = this.received(shardId).length;
      const rests = now >= budget && now === before;
      before = now;
      return rests;
    };
    await waitFor(steady, { what: 'the budget to be spent', timeoutMs: 30_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#broker.close();
    await this.scene[Symbol.asyncDispose]();
  }
}

describe('the commands of workers', () => {
  it.concurrent('wait for the budget of their shard, and hold up no other', async () => {
    await using commanded = await CommandScene.start();
    const ingestor = await commanded.scene.startReadyIngestor();
    await commanded.ask(0, many);
    await commanded.budgetSpent(0);
    await commanded.ask(1, 3);
    await waitFor(() => commanded.received(1).length === 3, { what: 'the other shard' });
    const sent = commanded.received(0);
    expect(sent.length).toBeLessThan(many);
    expect(sent).toEqual(numbers(sent.length));
    // What was in its hands goes back in time.
    expect(await ingestor.end('SIGTERM')).toBe(0);
    expect(commanded.scene.discord.gateway.statistics.closesByGateway).toEqual({});
  }, 60_000);

  it.concurrent('are left to the successor of an ingestor that is killed with one in its hands', async () => {
    await using commanded = await CommandScene.start();
    const { scene } = commanded;
    const first = await scene.startReadyIngestor();
    await commanded.ask(0, many);
    await commanded.budgetSpent(0);
    const sent = commanded.received(0).length;
    await first.end('SIGKILL');
    const second = await scene.startReadyIngestor();
    await waitFor(() => new Set(commanded.received(0)).size === many, { what: 'all commands', timeoutMs: 20_000 });
    // The last one before the kill may have been sent and not acknowledged.
    const again = commanded.received(0).slice(sent);
    expect(again.length - (many - sent)).toBeLessThanOrEqual(1);
    expect(again.slice(-(many - sent))).toEqual(numbers(many).slice(sent));
    expect(scene.discord.gateway.identifies).toBe(2);
    const [token = ''] = scene.discord.bots.map((bot) => bot.token);
    for (const { lines } of [first, second]) expect(lines.join('\n')).not.toContain(token);
  }, 60_000);

  it.concurrent('are taken by the next holder as soon as the last one stops', async () => {
    await using commanded = await CommandScene.start();
    const { scene } = commanded;
    const first = await scene.startReadyIngestor();
    await commanded.ask(0, many);
    await commanded.budgetSpent(0);
    expect(await first.end('SIGTERM')).toBe(0);
    await scene.startReadyIngestor();
    await waitFor(() => commanded.received(0).length === many, { what: 'all commands', timeoutMs: 20_000 });
    expect(commanded.received(0)).toEqual(numbers(many));
  }, 60_000);
});
