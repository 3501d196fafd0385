import { onTestFinished } from 'vitest';
import { startSimulator } from '../simulator.ts';
import type { Simulator, SimulatorOptions } from '../simulator.ts';
import { GatewayClient } from './gateway-client.ts';
import type { ClientOptions, Ready } from './gateway-client.ts';

/** A simulated Discord that lives as long as the test, and the token of its first bot. */
export async function simulatorForTest(
  options: SimulatorOptions = {},
): Promise<{ discord: Simulator; token: string; applicationId: string }> {
  const discord = await startSimulator(options);
  onTestFinished(() => discord.stop());
  const [bot] = discord.bots;
  if (bot === undefined) throw new Error('the simulator has no bot');
  return { discord, token: bot.token, applicationId: bot.applicationId };
}

/** A gateway client that lives as long as the test. */
export function connect(url: string, options: ClientOptions = {}): GatewayClient {
  const client = new GatewayClient(url, options);
  onTestFinished(() => client.cut());
  return client;
}

/** A logged-in client, and how to resume its session. */
export async function login(
  discord: Simulator,
  options: ClientOptions & { identify?: Record<string, unknown>; bot?: number } = {},
): Promise<{ client: GatewayClient; ready: Ready; sessionId: string; token: string; applicationId: string }> {
  const bot = discord.bots[options.bot ?? 0];
  if (bot === undefined) throw new Error('the simulator has no such bot');
  const client = connect(discord.gatewayUrl, options);
  const ready = await client.login(bot.token, options.identify);
  return {
    client,
    ready,
    sessionId: ready.session_id,
    token: bot.token,
    applicationId: bot.applicationId,
  };
}
