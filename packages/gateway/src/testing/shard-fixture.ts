import { startSimulator, type Simulator, type SimulatorOptions } from '@arrakis/simulator';
import { waitFor } from '@arrakis/testkit';
import { onTestFinished } from 'vitest';
import { Shard, type Dispatch, type ShardEvent, type ShardOptions } from '../index.ts';
import { LocalIdentifyGate } from './local-identify-gate.ts';

const intents = 0b111;

/** A simulated Discord with three guilds that lives as long as the test. */
export async function discordWith(gateway: SimulatorOptions['gateway'] = {}): Promise<Simulator> {
  const discord = await startSimulator({
    guilds: 3,
    gateway: { heartbeatIntervalMs: 200, identifyWindowMs: 40, ...gateway },
  });
  onTestFinished(() => discord.stop());
  return discord;
}

interface Options extends Partial<ShardOptions> {
  /** Whether dispatches are confirmed at once; otherwise the test does it. */
  readonly confirm?: boolean;
  /** A reason to pause from the beginning. */
  readonly pause?: string;
}

/** The only shard of the simulator's first bot, running as long as the test. */
export function shardOf(discord: Simulator, { confirm: confirmsAtOnce = true, pause, ...options }: Options = {}) {
  const received: Dispatch[] = [];
  const confirms: (() => void)[] = [];
  const events: ShardEvent[] = [];
  const shard = new Shard({
    id: 0,
    count: 1,
    token: discord.bots[0]?.token ?? '',
    intents,
    gatewayUrl: discord.gatewayUrl,
    identifyGate: new LocalIdentifyGate(1, { windowMs: 50 }),
    sink: (dispatch, confirm) => {
      received.push(dispatch);
      if (confirmsAtOnce) confirm();
      else confirms.push(confirm);
    },
    onEvent: (event) => void events.push(event),
    ...options,
  });
  if (pause !== undefined) shard.pause(pause);
  const running = shard.run();
  running.catch(() => undefined);
  onTestFinished(async () => {
    shard.stop();
    await running.catch(() => undefined);
  });
  const reaches = (state: ReturnType<Shard['status']>['state']) =>
    waitFor(() => shard.status().state === state, { what: `the shard to be ${state}`, timeoutMs: 15_000 });
  const numbers = () =>
    received.filter(({ name }) => name === 'GUILD_MEMBER_ADD').map((dispatch) => numberOf(dispatch));
  const receives = (sent: readonly number[]) =>
    waitFor(() => numbers().length >= sent.length, { what: `${sent.length} dispatches` });
  const told = <Type extends ShardEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<ShardEvent, { type: Type }> => event.type === type);
  return {
    shard,
    running,
    received,
    confirms,
    events,
    told,
    reaches,
    ready: () => reaches('ready'),
    numbers,
    receives,
  };
}

function numberOf({ body }: Dispatch): number {
  const data: unknown = JSON.parse(body.toString());
  return typeof data === 'object' && data !== null && 'number' in data ? Number(data.number) : Number.NaN;
}

let counter = 0;

/** Dispatches numbered GUILD_MEMBER_ADDs, with `padding` more bytes each, and returns their numbers. */
export function send(discord: Simulator, count = 1, padding = 0): number[] {
  const applicationId = discord.bots[0]?.applicationId ?? '';
  const [guildId = null] = discord.bots[0]?.guildIds() ?? [];
  return Array.from({ length: count }, () => {
    counter += 1;
    discord.gateway.dispatch({
      applicationId,
      guildId,
      type: 'GUILD_MEMBER_ADD',
      data: { guild_id: guildId, number: counter, user: { id: '1' }, padding: 'x'.repeat(padding) },
    });
    return counter;
  });
}

/** A dispatch frame as Discord writes it, for `sendRaw`. */
export function rawDispatch(sequence: number, name = 'GUILD_MEMBER_ADD', data: unknown = { number: sequence }): string {
  return `{"t":"${name}","s":${sequence},"op":0,"d":${JSON.stringify(data)}}`;
}
