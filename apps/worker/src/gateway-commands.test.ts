import { startSimulator, type Simulator } from '@arrakis/simulator';
import { AppProcess, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const resources = new AsyncDisposableStack();
let discord: Simulator;
let worker: AppProcess;
let ingestor: AppProcess;
let by: { guildId: string; userId: string };

beforeAll(async () => {
  const { rabbitmqUrl, redisUrl } = await testServices();
  discord = resources.use(
    await startSimulator({ guilds: 2, bots: 2, membersPerGuild: 1_100, gateway: { identifyWindowMs: 40 } }),
  );
  const env = {
    DISCORD_TOKENS: discord.bots.map(({ token }) => token).join(' '),
    DISCORD_API_URL: discord.apiUrl,
    RABBITMQ_URL: rabbitmqUrl,
    REDIS_URL: redisUrl,
    ARRAKIS_NAMESPACE: uniqueNamespace(),
    SHARD_COUNT: '2',
  };
  const start = (main: string, more: NodeJS.ProcessEnv = {}) =>
    resources.use(new AppProcess(new URL(main, import.meta.url), { ...env, ...more }));
  worker = start('testing/commanding-worker.ts', { WORKER_SYNC_COMMANDS: 'true' });
  ingestor = start('../../ingestor/src/main.ts');
  await Promise.all([worker.ready(), ingestor.ready()]);
  const [guildId = ''] = discord.world.guilds;
  const people = discord.world.guild(guildId).members.filter(({ user }) => user.bot !== true);
  by = { guildId, userId: people[0]?.user.id ?? '' };
});
afterAll(() => resources.disposeAsync());

const use = async (name: string, applicationId = discord.bots[0]?.applicationId) => {
  const view = await discord.interactions.slash({ ...by, name, ...(applicationId && { applicationId }) }).settled();
  return view.messages.map(({ content }) => content);
};
/** What the worker has said with this message. */
const logged = (msg: string) => worker.log.filter((line) => line.msg === msg);

describe('a handler has the gateway do something', () => {
  it('and what it asked for comes back as events, to whichever worker', async () => {
    expect(await use('roll-call')).toEqual(['Who is there?']);
    const chunks = await waitFor(
      () => {
        const come = logged('members have come');
        return come.length === 2 && come;
      },
      { what: 'the members' },
    );
    const [asked] = discord.recording.sent({ op: 8 });
    expect(asked?.data).toMatchObject({ guild_id: by.guildId, query: '', limit: 0 });
    const told = chunks.toSorted((one, other) => Number(one['index']) - Number(other['index']));
    const nonce = told[0]?.['nonce'];
    expect(nonce).toBeTypeOf('string');
    expect(told).toMatchObject([
      { guildId: by.guildId, nonce, index: 0, count: 2 },
      { guildId: by.guildId, nonce, index: 1, count: 2 },
    ]);
    const members = told.flatMap((chunk) => chunk['members']);
    expect(new Set(members)).toEqual(new Set(discord.world.guild(by.guildId).members.map(({ user }) => user.id)));
  });

  it('and learns when it asks too often', async () => {
    expect(await use('roll-call')).toEqual(['Who is there?']);
    const [limited] = await waitFor(() => logged('asked too often').length > 0 && logged('asked too often'), {
      what: 'the rate limit',
    });
    expect(limited).toMatchObject({ opcode: 8 });
  });

  it('on its own shard, and on every shard', async () => {
    expect(await use('sleep')).toEqual(['Good night.']);
    await waitFor(() => discord.recording.sent({ op: 3 }).length === 2, { what: 'the presence on both shards' });
    const shard = Number((BigInt(by.guildId) >> 22n) % 2n);
    expect(discord.recording.sent({ op: 4 })).toMatchObject([
      { shard: [shard, 2], data: { guild_id: by.guildId, channel_id: null } },
    ]);
    const presences = discord.recording.sent({ op: 3 });
    expect(new Set(presences.map((frame) => frame.shard?.[0]))).toEqual(new Set([0, 1]));
    expect(presences[0]?.data).toEqual({ status: 'idle', activities: [], since: null, afk: false });
  });

  it('of the bot that it works for, and of no other', async () => {
    const [first = '', second = ''] = discord.bots.map(({ applicationId }) => applicationId);
    const before = discord.recording.sent({ op: 4, applicationId: first }).length;
    expect(await use('sleep', second)).toEqual(['Good night.']);
    await waitFor(() => discord.recording.sent({ op: 3, applicationId: second }).length === 2, {
      what: 'its presence',
    });
    expect(discord.recording.sent({ op: 4, applicationId: second })).toHaveLength(1);
    expect(discord.recording.sent({ op: 4, applicationId: first })).toHaveLength(before);
  });

  it('without a violation of what Discord takes, and without a word of its token', () => {
    expect(discord.recording.violations()).toEqual([]);
    const { closesByGateway } = discord.gateway.statistics;
    expect(closesByGateway).toEqual({});
    const said = [worker, ingestor].flatMap(({ lines }) => lines).join('\n');
    for (const { token } of discord.bots) expect(said).not.toContain(token);
  });
});
