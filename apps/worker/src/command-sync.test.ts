import { Router, slash } from '@arrakis/bot';
import { DiscordRest } from '@arrakis/discord-rest';
import { createLog } from '@arrakis/service';
import { startSimulator, type Simulator } from '@arrakis/simulator';
import { StateManager, StateUnavailableError, type ClaimStore } from '@arrakis/state';
import { testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { syncCommands } from './command-sync.ts';
import { answeringParts } from './testing/answering-parts.ts';

const log = createLog({ name: 'test', level: 'silent' });
const stack = new AsyncDisposableStack();
let discord: Simulator;
let rest: DiscordRest;
let state: StateManager;

beforeAll(async () => {
  discord = stack.use(await startSimulator({ guilds: 1 }));
  const [bot] = discord.bots;
  if (bot === undefined) throw new Error('the simulator has a bot');
  const { applicationId, token } = bot;
  rest = new DiscordRest({ apiUrl: discord.apiUrl, applicationId, token });
  stack.defer(() => rest.close());
  state = new StateManager({ url: (await testServices()).redisUrl, namespace: uniqueNamespace(), applicationId });
  stack.defer(() => state.close());
  await waitFor(() => state.whyUnavailable() === undefined, { what: 'Redis' });
});
afterAll(() => stack.disposeAsync());
beforeEach(() => {
  discord.rest.clearFaults();
});

const overwrites = () => discord.recording.requests({ method: 'PUT' }).length;

/** What a process does at its start, with a command of this name. */
function sync(name: string, claims: ClaimStore = state.claims, signal = AbortSignal.timeout(15_000)): Promise<void> {
  const router = new Router([{ name: 'test', commands: [slash(name, { description: 'x', run: () => ({}) })] }]);
  return syncCommands({ router, parts: answeringParts(rest), claims }, { log, signal });
}

describe('commands at the start of workers', () => {
  it('are registered by one process of the fleet, and only where they differ', async () => {
    const before = overwrites();
    await Promise.all([sync('one'), sync('one'), sync('one')]);
    expect(overwrites() - before).toBe(1);
    await sync('one');
    expect(overwrites() - before).toBe(1);
    expect((await rest.commands()).map(({ name }) => name)).toEqual(['one']);
    // A release that is taken back.
    await sync('two');
    await sync('one');
    expect((await rest.commands()).map(({ name }) => name)).toEqual(['one']);
  });

  it('are registered without Redis all the same', async () => {
    const away: ClaimStore = { claim: () => Promise.reject(new StateUnavailableError('away')) };
    await sync('alone', away);
    expect((await rest.commands()).map(({ name }) => name)).toEqual(['alone']);
  });

  it('wait for a Discord that is away, until the worker stops', async () => {
    discord.rest.addFault({ method: 'GET', route: '/applications/{application.id}/commands', status: 500 });
    const stopping = new AbortController();
    const syncing = sync('waiting', state.claims, stopping.signal);
    await waitFor(() => discord.recording.requests({ method: 'GET' }).some(({ status }) => status === 500), {
      what: 'an attempt',
    });
    stopping.abort(new Error('stopping'));
    await expect(syncing).resolves.toBeUndefined();
  });

  it('end the start when Discord refuses them', async () => {
    discord.rest.addFault({ method: 'PUT', route: '/applications/{application.id}/commands', status: 400 });
    await expect(sync('refused')).rejects.toMatchObject({ kind: 'invalid' });
  });
});
