/** The process of the simulated Discord: apart from the candidates and from what counts their events. */
import { setTimeout as delay } from 'node:timers/promises';
import { startSimulator, type Simulator } from '@arrakis/simulator';
import { answer } from '../answer.mjs';
import { useCommand } from './commands.ts';
import { runLoad } from './load.ts';
import { loadInput, lookInput, startInput, useInput, type Look } from './methods.ts';

/** How often it is looked whether a session was resumed, in ms: the precision of that time. */
const lookEveryMs = 5;

let discord: Simulator | undefined;
let stopLoad = new AbortController();
let resumedAt = 0;

answer({
  async start(input) {
    const { bots, shards, guilds } = startInput.parse(input);
    discord = await startSimulator({
      guilds,
      bots,
      validateRequests: false,
      gateway: {
        recommendedShards: shards,
        maxConcurrency: shards,
        sessionStartLimit: { total: 1_000 + 10 * shards },
        replayBufferSize: 65_536,
      },
    });
    void watchResumes(discord);
    return { apiUrl: discord.apiUrl, bots: discord.bots.map(({ applicationId, token }) => ({ applicationId, token })) };
  },
  load(input) {
    stopLoad = new AbortController();
    return runLoad(started(), { ...loadInput.parse(input), signal: stopLoad.signal });
  },
  useCommand: (input) => useCommand(started(), useInput.parse(input)),
  stopLoad: () => stopLoad.abort(),
  look(input): Look {
    const { gateway } = started();
    const { identifies, resumes, resumesRefused } = gateway.statistics;
    const caughtUp = gateway
      .sessions(lookInput.parse(input))
      .filter(({ sequence, deliveredSequence }) => deliveredSequence === sequence);
    return { caughtUp: caughtUp.length, identifies, resumes, resumesRefused, resumedAt };
  },
});

function started(): Simulator {
  if (discord === undefined) throw new Error('the simulated Discord has not been started');
  return discord;
}

/** A session counts as resumed when all it had missed, and the RESUMED after it, was handed to the socket. */
async function watchResumes({ gateway }: Simulator): Promise<never> {
  let known = 0;
  for (;;) {
    await delay(lookEveryMs);
    const { resumes } = gateway.statistics;
    if (resumes === known) continue;
    known = resumes;
    const goals = gateway.sessions().map(({ sessionId, sequence }) => ({ sessionId, sequence }));
    const reached = () =>
      goals.every(({ sessionId, sequence }) =>
        gateway.sessions({ sessionId }).every(({ deliveredSequence }) => (deliveredSequence ?? sequence) >= sequence),
      );
    while (!reached()) await delay(lookEveryMs);
    resumedAt = Date.now();
  }
}
