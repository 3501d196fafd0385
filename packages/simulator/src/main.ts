import { readSettings, SettingsError, usage } from './settings.ts';
import type { SimulatorSettings } from './settings.ts';
import { startSimulator } from './simulator.ts';
import type { Simulator } from './simulator.ts';

const argv = process.argv.slice(2);
if (argv.includes('--help')) process.stdout.write(usage);
else process.exitCode = await main();

/** The process's exit code: 0 after a signal, 1 when the port cannot be had, 2 when a setting is wrong. */
async function main(): Promise<number> {
  const stopped = signalled();
  try {
    const settings = readSettings(argv, process.env);
    const simulator = await start(settings);
    announce(simulator);
    await stopped;
    await simulator.stop();
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof SettingsError ? 2 : 1;
  }
}

async function start(settings: SimulatorSettings): Promise<Simulator> {
  const { token, 'application-id': applicationId } = settings;
  const simulator = await startSimulator({
    port: settings.port,
    seed: settings.seed,
    guilds: settings.guilds,
    membersPerGuild: settings.members,
    bots: [{ ...(token !== undefined && { token }), ...(applicationId !== undefined && { applicationId }) }],
    gateway: settings.gateway,
    limits: settings.limits,
  });
  if (settings.community > 0) simulator.startCommunity({ eventsPerSecond: settings.community, seed: settings.seed });
  return simulator;
}

/** One line for whoever has started this process. */
function announce({ origin, apiUrl, gatewayUrl, controlUrl, bots }: Simulator): void {
  const listening = {
    event: 'listening',
    origin,
    apiUrl,
    gatewayUrl,
    controlUrl,
    bots: bots.map(({ applicationId, token }) => ({ applicationId, token })),
  };
  process.stdout.write(`${JSON.stringify(listening)}\n`);
}

function signalled(): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  return promise;
}
