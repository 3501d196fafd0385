import { startSimulator, type Simulator } from '@arrakis/simulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DiscordRest, DiscordRestError, nonceFor, type RestEvent } from './index.ts';

let discord: Simulator;
let rest: DiscordRest;
let connect: () => DiscordRest;
let events: RestEvent[] = [];
let guildId: string;
let userId: string;
let channelId: string;

beforeAll(async () => {
  discord = await startSimulator({ guilds: 1 });
  const [bot] = discord.bots;
  if (bot === undefined) throw new Error('the simulator has a bot');
  connect = () => {
    const { applicationId, token } = bot;
    return new DiscordRest({ apiUrl: discord.apiUrl, applicationId, token, onEvent: (event) => events.push(event) });
  };
  rest = connect();
  await rest.overwriteCommands([{ name: 'use', description: 'x' }]);
  guildId = discord.world.guilds[0] ?? '';
  const guild = discord.world.guild(guildId);
  userId = guild.members.find(({ user }) => user.bot !== true)?.user.id ?? '';
  channelId = guild.channelNamed('general').id;
});
afterAll(async () => {
  await rest.close();
  await discord.stop();
});
afterEach(() => {
  discord.rest.clearFaults();
  discord.rest.setLimits({});
  events = [];
});

const use = () => discord.interactions.slash({ guildId, userId, name: 'use' });
const contentsIn = (id: string) => discord.world.conversations.inChannel(id).map(({ content }) => content);
const limitsMet = () => events.filter(({ type }) => type === 'rate-limited').length;

async function failureOf(call: Promise<unknown>): Promise<DiscordRestError> {
  const error: unknown = await call.catch((cause: unknown) => cause);
  if (!(error instanceof DiscordRestError)) throw new Error('expected a DiscordRestError', { cause: error });
  return error;
}

describe('an interaction', () => {
  it('is deferred, answered, followed up, read and deleted', async () => {
    const interaction = use();
    expect(await rest.isAcknowledged(interaction)).toBe(false);
    expect(await rest.deferReply(interaction)).toBe('acknowledged');
    expect(await rest.isAcknowledged(interaction)).toBe(true);
    await rest.editOriginal(interaction, { content: 'answer' });
    await rest.sendFollowup(interaction, { content: 'more' });
    expect((await rest.getOriginal(interaction)).content).toBe('answer');
    expect((await interaction.settled()).messages.map(({ content }) => content)).toEqual(['answer', 'more']);
    await rest.deleteOriginal(interaction);
    expect(interaction.seenBy(userId).messages.map(({ content }) => content)).toEqual(['more']);
  });

  it('whose acknowledgement got lost on its way back is known as acknowledged', async () => {
    discord.rest.addFault({ method: 'POST', times: 1, loseResponse: true });
    const interaction = use();
    expect(await rest.respond(interaction, { type: 4, data: { content: 'once' } })).toBe('already-acknowledged');
    expect((await interaction.settled()).messages).toHaveLength(1);
  });

  it('is acknowledged through errors that pass', async () => {
    discord.rest.addFault({ times: 2, status: 503 });
    const interaction = use();
    expect(await rest.deferReply(interaction, { ephemeral: true })).toBe('acknowledged');
    expect(events.flatMap((event) => (event.type === 'answered' ? [event.status] : []))).toEqual([503, 503, 204]);
  });

  it('whose follow-up got lost on its way back is not followed up twice', async () => {
    const interaction = use();
    await rest.respond(interaction, { type: 4, data: { content: 'answer' } });
    discord.rest.addFault({ method: 'POST', times: 1, loseResponse: true });
    expect((await failureOf(rest.sendFollowup(interaction, { content: 'more' }))).kind).toBe('unknown-outcome');
    expect((await interaction.settled()).messages.map(({ content }) => content)).toEqual(['answer', 'more']);
  });
});

describe('a message', () => {
  it('is posted once for its nonce, even when the answer got lost', async () => {
    const nonce = nonceFor('event', 'welcome');
    discord.rest.addFault({ method: 'POST', times: 1, loseResponse: true });
    const first = await rest.createMessage(channelId, { content: 'welcome' }, { nonce });
    const again = await rest.createMessage(channelId, { content: 'welcome' }, { nonce });
    expect(again.id).toBe(first.id);
    expect(contentsIn(channelId).filter((content) => content === 'welcome')).toHaveLength(1);
  });

  it('reaches the private channel of a user', async () => {
    const message = await rest.sendDM(userId, { content: 'psst' }, { nonce: nonceFor('event', 'dm') });
    expect(contentsIn(message.channel_id)).toEqual(['psst']);
  });

  it('is refused where the bot may not write', async () => {
    const staff = discord.world.guild(guildId).channelNamed('staff').id;
    const failure = await failureOf(rest.createMessage(staff, { content: 'x' }, { nonce: 'staff' }));
    expect(failure).toMatchObject({ kind: 'forbidden', status: 403, retryable: false });
  });

  it('that is too long names the field', async () => {
    const failure = await failureOf(rest.createMessage(channelId, { content: 'x'.repeat(2_001) }, { nonce: 'long' }));
    expect(failure.kind).toBe('invalid');
    expect(failure.message).toMatch(/content \w+/);
  });
});

describe('members and roles', () => {
  it('are read and changed', async () => {
    const guild = discord.world.guild(guildId);
    const role = { guildId, userId, roleId: guild.roleNamed('Member').id };
    await rest.assignRole(role, { reason: 'because, ünder the stars' });
    expect((await rest.getGuildMember(guildId, userId)).roles).toContain(role.roleId);
    await rest.removeRole(role);
    expect((await rest.getGuildMember(guildId, userId)).roles).not.toContain(role.roleId);
  });

  it('that the bot may not give are refused', async () => {
    const roleId = discord.world.guild(guildId).roleNamed('Admin').id;
    expect(await failureOf(rest.assignRole({ guildId, userId, roleId }))).toMatchObject({ kind: 'forbidden' });
  });

  it('that are not there are not found', async () => {
    expect(await failureOf(rest.getGuildMember(guildId, '1'))).toMatchObject({ kind: 'not-found', status: 404 });
  });
});

describe('the rest of what is asked', () => {
  it('commands are registered, for all guilds or for one', async () => {
    const commands = await rest.overwriteCommands([{ name: 'here', description: 'x' }], { guildId });
    expect(commands).toMatchObject([{ name: 'here', guild_id: guildId }]);
  });

  it('the gateway says where it is', async () => {
    expect(await rest.gatewayBot()).toMatchObject({ url: expect.stringMatching(/^ws/), shards: 1 });
  });

  it('a refused token is a failure of its own', async () => {
    const { apiUrl } = discord;
    const stranger = new DiscordRest({ apiUrl, applicationId: '1', token: 'x.y.z' });
    expect(await failureOf(stranger.gatewayBot())).toMatchObject({ kind: 'unauthorized', remedy: 'retry' });
    await stranger.close();
  });
});

describe('limits', () => {
  it('of a channel are waited for', async () => {
    const routes = ['POST /channels/{channel.id}/messages'];
    discord.rest.setLimits({ buckets: [{ routes, limit: 2, windowMs: 400 }] });
    const contents = ['one', 'two', 'three', 'four', 'five'];
    const newcomer = connect();
    await Promise.all(contents.map((content) => newcomer.createMessage(channelId, { content }, { nonce: content })));
    await newcomer.close();
    expect(contentsIn(channelId)).toEqual(expect.arrayContaining(contents));
    expect(limitsMet()).toBeGreaterThan(0);
  });

  it('of a channel that are known are not met again', async () => {
    const routes = ['POST /channels/{channel.id}/messages'];
    discord.rest.setLimits({ buckets: [{ routes, limit: 2, windowMs: 400 }] });
    const newcomer = connect();
    await newcomer.createMessage(channelId, { content: 'first' }, { nonce: 'first' });
    await Promise.all(
      ['1', '2', '3', '4'].map((content) => newcomer.createMessage(channelId, { content }, { nonce: content })),
    );
    await newcomer.close();
    expect(limitsMet()).toBe(0);
  });

  it('of the whole bot are waited for, and no concern of interactions', async () => {
    discord.rest.setLimits({ global: { limit: 3, windowMs: 400 } });
    const asked = Promise.all(Array.from({ length: 8 }, () => rest.getGuildMember(guildId, userId)));
    const interaction = use();
    expect(await rest.deferReply(interaction)).toBe('acknowledged');
    expect(await asked).toHaveLength(8);
    expect(events.some((event) => event.type === 'rate-limited' && event.scope === 'global')).toBe(true);
  });

  it('that free up after the deadline are not waited for', async () => {
    const routes = ['GET /guilds/{guild.id}/members/{user.id}'];
    discord.rest.setLimits({ buckets: [{ routes, limit: 1, windowMs: 60_000 }] });
    await rest.getGuildMember(guildId, userId);
    const startedAt = performance.now();
    const failure = await failureOf(rest.getGuildMember(guildId, userId));
    expect(failure).toMatchObject({ kind: 'rate-limited', retryable: true });
    expect(failure.retryAfterMs).toBeGreaterThan(50_000);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('files', () => {
  it('are uploaded beside a message, from memory or streamed, and once more after a lost answer', async () => {
    async function* lines() {
      for (const line of ['a,b\n', '1,2\n']) yield Buffer.from(line);
    }
    discord.rest.addFault({ method: 'POST', times: 1, loseResponse: true });
    const files = [
      { name: 'hi "you".txt', data: Buffer.from('hi'), contentType: 'text/plain' },
      { name: 'table.csv', data: lines },
    ];
    const posted = await rest.createMessage(channelId, { content: 'files' }, { nonce: 'files', files });
    expect(posted.attachments.map(({ filename, size }) => [filename, size])).toEqual([
      ['hi "you".txt', 2],
      ['table.csv', 8],
    ]);
  });

  it('beside an edit take the place of what was attached, and are there once after a lost answer', async () => {
    const file = (name: string) => ({ name, data: Buffer.from(name) });
    const interaction = use();
    await rest.deferReply(interaction);
    await rest.editOriginal(interaction, { content: 'first' }, { files: [file('a.txt')] });
    discord.rest.addFault({ method: 'PATCH', times: 1, loseResponse: true });
    const edited = await rest.editOriginal(interaction, {}, { files: [file('b.txt'), file('c.txt')] });
    expect(edited.attachments.map(({ filename }) => filename)).toEqual(['b.txt', 'c.txt']);
    const [kept] = edited.attachments;
    const attachments = [{ id: kept?.id ?? '' }];
    const added = await rest.editOriginal(interaction, { attachments }, { files: [file('d.txt')] });
    expect(added.attachments.map(({ filename }) => filename)).toEqual(['b.txt', 'd.txt']);
  });
});

describe("Discord's API description", () => {
  it('allows every request that was sent', () => {
    expect(discord.recording.violations()).toEqual([]);
  });
});
