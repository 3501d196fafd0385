import { Broker } from '@arrakis/broker';
import { encodeEvent, namesIn, priorityOf } from '@arrakis/protocol';
import { startSimulator, type Simulator } from '@arrakis/simulator';
import { AppProcess, deleteAfterTests, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventOf } from './testing/deliveries.ts';

const modules = ['spice', 'water', 'sand'];
const stack = new AsyncDisposableStack();
let discord: Simulator;
let broker: Broker;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const namespace = uniqueNamespace();
  for (const module of modules) {
    for (const kind of ['interactions', 'guildEvents', 'longJobs'] as const) {
      deleteAfterTests(namesIn(namespace).ofModule(module)[kind]);
    }
  }
  const { rabbitmqUrl, redisUrl } = await testServices();
  discord = stack.use(await startSimulator({ guilds: 1 }));
  const [bot] = discord.bots;
  if (bot === undefined) throw new Error('the simulator has a bot');
  broker = new Broker({ url: rabbitmqUrl, namespace, connectionName: 'test' });
  stack.defer(() => broker.close());
  void broker.publisher;
  await waitFor(() => broker.whyNotReady() === undefined, { what: 'the broker' });
  env = {
    DISCORD_TOKEN: bot.token,
    DISCORD_APPLICATION_ID: bot.applicationId,
    DISCORD_API_URL: discord.apiUrl,
    RABBITMQ_URL: rabbitmqUrl,
    REDIS_URL: redisUrl,
    ARRAKIS_NAMESPACE: namespace,
    WORKER_SYNC_COMMANDS: 'true',
  };
});
afterAll(() => stack.disposeAsync());

const start = (served: string) =>
  stack.use(new AppProcess(new URL('testing/apart-worker.ts', import.meta.url), { ...env, WORKER_MODULES: served }));

async function send(type: string, payload: object, id?: string): Promise<void> {
  const event = eventOf(type, payload, { priority: priorityOf(type), ...(id !== undefined && { id }) });
  const { routingKey, body, properties } = encodeEvent({
    ...event,
    applicationId: env['DISCORD_APPLICATION_ID'] ?? '',
  });
  await broker.publisher.publish({ exchange: broker.names.events, routingKey, body, properties });
}

async function ask(name: string): Promise<string> {
  const [guildId = ''] = discord.world.guilds;
  const user = discord.world.guild(guildId).members.find((member) => member.user.bot !== true)?.user;
  const asked = discord.interactions.slash({ guildId, userId: user?.id ?? '', name });
  const { id, token } = asked;
  const payload = { id, token, type: 2, application_id: env['DISCORD_APPLICATION_ID'], user, data: { type: 1, name } };
  await send(`interaction.command.${name}`, payload, id);
  return (await asked.settled()).messages[0]?.content ?? '';
}

describe('modules that are served apart', () => {
  it('are each handled by a worker that serves them, whoever gets the message first', async () => {
    const [spice, others] = [start('spice'), start('water,sand')];
    await Promise.all([spice.ready(), others.ready()]);
    // Both consume the queue of all modules: after a few each of them had some of the other's.
    for (let times = 0; times < 6; times += 1) {
      expect(await ask('spice')).toMatch(/^spice in \d+$/);
      expect(await ask('water')).toMatch(/^water in \d+$/);
    }
    const answers = await Promise.all([ask('spice'), ask('water'), ask('sand')]);
    const pids = answers.map((answer) => answer.split(' ').at(-1));
    expect(pids[0]).not.toBe(pids[1]);
    expect(pids[1]).toBe(pids[2]);

    const payload = { guild_id: '200', user: { id: '7' } };
    for (const type of ['member.join', 'member.leave', 'member.update']) {
      for (let times = 0; times < 6; times += 1) await send(type, payload);
    }
    const handled = (worker: AppProcess) =>
      worker.log.filter(({ msg }) => msg === 'handled').map(({ module }) => String(module));
    await waitFor(() => handled(spice).length + handled(others).length === 18, { what: 'all events' });
    expect(new Set(handled(spice))).toEqual(new Set(['spice']));
    expect(new Set(handled(others))).toEqual(new Set(['water', 'sand']));

    // What all of them handle is done by each of them, where it is served.
    for (let times = 0; times < 6; times += 1) await send('guild.update', { id: '200', name: 'Sietch' });
    const shared = (worker: AppProcess) =>
      worker.log.filter(({ msg }) => msg === 'shared').map(({ module, id }) => `${String(module)} ${String(id)}`);
    await waitFor(() => shared(spice).length + shared(others).length >= 18, { what: 'the shared events' });
    expect(new Set([...shared(spice), ...shared(others)]).size).toBe(18);
    expect(shared(spice).every((done) => done.startsWith('spice'))).toBe(true);
    expect(shared(others).some((done) => done.startsWith('spice'))).toBe(false);

    // What a module begins and ends is done where it is served.
    await others.end('SIGTERM');
    const told = (msg: string) => others.log.filter((line) => line.msg === msg).map(({ module }) => module);
    expect([told('set up'), told('ready'), told('drained')]).toEqual([
      ['water', 'sand'],
      ['water', 'sand'],
      ['sand', 'water'],
    ]);
  });

  it('of which there are none of this name are refused', async () => {
    const worker = start('spice,melange');
    expect(await worker.ended()).toBe(2);
    expect(worker.lines.join('\n')).toContain(
      'WORKER_MODULES cannot be used: expected names with commas between, of spice, water, sand',
    );
  });
});
