/** The process of the simulated Discord: apart from those that ask it. */
import { startSimulator, type Simulator } from '@arrakis/simulator';
import { answer } from '../answer.mjs';
import { faultsInput, interactionsInput, limitsInput, startInput, type Started } from './methods.ts';

let discord: Simulator | undefined;

answer({
  async start(input): Promise<Started> {
    const { guilds } = startInput.parse(input);
    discord = await startSimulator({ guilds, validateRequests: false });
    const { world, bots, apiUrl } = discord;
    const [bot] = bots;
    if (bot === undefined) throw new Error('the simulator has a bot');
    return {
      apiUrl,
      applicationId: bot.applicationId,
      token: bot.token,
      members: world.guilds.map((id) => `${id}/${world.guild(id).ownerId}`),
      channelIds: world.guilds.map((id) => world.guild(id).channelNamed('general').id),
    };
  },
  setLimits: (limits) => started().rest.setLimits(limitsInput.parse(limits)),
  setFaults(faults) {
    started().rest.clearFaults();
    for (const fault of faultsInput.parse(faults)) started().rest.addFault(fault);
  },
  statistics: () => started().rest.statistics(),
  interactions(input) {
    const { count } = interactionsInput.parse(input);
    const { world, interactions } = started();
    const [guildId = ''] = world.guilds;
    const { ownerId: userId } = world.guild(guildId);
    return Array.from({ length: count }, () => {
      const { id, token } = interactions.slash({ guildId, userId, name: 'use' });
      return { id, token };
    });
  },
});

function started(): Simulator {
  if (discord === undefined) throw new Error('the simulated Discord has not been started');
  return discord;
}
