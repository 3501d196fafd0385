import { ButtonStyle, ComponentType, InteractionResponseType as Type } from 'discord-api-types/v10';
import { Broker, done, type Delivery } from '@arrakis/broker';
import { encodeEvent, type Event } from '@arrakis/protocol';
import { startSimulator, type InteractionHandle, type Simulator } from '@arrakis/simulator';
import { StateManager } from '@arrakis/state';
import { AppProcess, TcpProxy, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventOf } from './testing/deliveries.ts';

/** A simulated Discord, RabbitMQ, Redis, an ingestor and a worker, and the test's own view of them. */
interface Fleet extends AsyncDisposable {
  readonly discord: Simulator;
  readonly broker: Broker;
  readonly state: StateManager;
  readonly worker: AppProcess;
  readonly applicationId: string;
  /** The first guild, and somebody there. */
  readonly by: { readonly guildId: string; readonly userId: string };
}

/** Starts everything; `redisUrl` is the worker's own, when the test wants to stand between. */
async function startFleet({ redisUrl }: { redisUrl?: string } = {}): Promise<Fleet> {
  await using stack = new AsyncDisposableStack();
  const namespace = uniqueNamespace();
  const services = await testServices();
  const discord = stack.use(await startSimulator({ guilds: 2, gateway: { identifyWindowMs: 40 } }));
  const [bot] = discord.bots;
  if (bot === undefined) throw new Error('the simulator has a bot');
  const { applicationId, token } = bot;
  const env = {
    DISCORD_TOKEN: token,
    DISCORD_APPLICATION_ID: applicationId,
    DISCORD_API_URL: discord.apiUrl,
    RABBITMQ_URL: services.rabbitmqUrl,
    ARRAKIS_NAMESPACE: namespace,
  };
  const worker = stack.use(
    new AppProcess(new URL('main.ts', import.meta.url), {
      ...env,
      REDIS_URL: redisUrl ?? services.redisUrl,
      WORKER_SYNC_COMMANDS: 'true',
    }),
  );
  const ingestor = stack.use(
    new AppProcess(new URL('../../ingestor/src/main.ts', import.meta.url), { ...env, REDIS_URL: services.redisUrl }),
  );
  const broker = new Broker({ url: services.rabbitmqUrl, namespace, connectionName: 'test' });
  stack.defer(() => broker.close());
  const state = new StateManager({ url: services.redisUrl, namespace, applicationId });
  stack.defer(() => state.close());
  await Promise.all([worker.ready(), ingestor.ready()]);
  await waitFor(() => state.whyUnavailable() === undefined, { what: 'Redis' });
  const [guildId = ''] = discord.world.guilds;
  const people = discord.world.guild(guildId).members.filter(({ user }) => user.bot !== true);
  const by = { guildId, userId: people[0]?.user.id ?? '' };
  const resources = stack.move();
  return {
    discord,
    broker,
    state,
    worker,
    applicationId,
    by,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

let fleet: Fleet;
const deadLetters: Delivery[] = [];

beforeAll(async () => {
  fleet = await startFleet();
  fleet.broker.consume({
    queue: fleet.broker.names.deadLetters,
    prefetch: 10,
    handle: async (delivery) => {
      deadLetters.push(delivery);
      return done;
    },
  });
});
afterAll(() => fleet[Symbol.asyncDispose]());

const use = (name: string, options = {}) => fleet.discord.interactions.slash({ ...fleet.by, name, options });

async function answered(interaction: InteractionHandle) {
  const view = await interaction.settled();
  return {
    callback: interaction.callback()?.callbackType,
    contents: view.messages.map(({ content }) => content),
    ephemeral: view.messages.map(({ flags }) => ((flags ?? 0) & 64) !== 0),
    view,
  };
}

describe('commands', () => {
  it('/ping shows that the bot is there', async () => {
    const { callback, contents } = await answered(use('ping'));
    expect(callback).toBe(Type.ChannelMessageWithSource);
    expect(contents).toEqual([expect.stringMatching(/^Pong! \d+ ms$/)]);
  });

  it('/echo says it again, and notifies nobody', async () => {
    const { contents, view } = await answered(use('echo', { text: 'Hello @everyone' }));
    expect(contents).toEqual(['Hello @everyone']);
    expect(view.messages[0]?.mention_everyone).toBe(false);
  });

  it('/colour completes its name, and shows it', async () => {
    const options = { name: 'RE' };
    const typing = fleet.discord.interactions.autocomplete({ ...fleet.by, name: 'colour', options, focused: 'name' });
    const { choices } = await typing.settled();
    expect(choices?.map(({ value }) => value)).toEqual(['red', 'redwood']);
    const { view } = await answered(use('colour', { name: 'red' }));
    expect(view.messages[0]?.embeds).toMatchObject([{ title: 'red', description: '#ff0000', color: 0xff0000 }]);
    expect((await answered(use('colour', { name: 'plaid' }))).contents).toEqual([
      'I do not know that colour. Pick one from the list.',
    ]);
  });

  it('/poll asks; buttons vote and the select picks', async () => {
    const asked = await answered(use('poll', { question: 'Spice or sand?' }));
    expect(asked.contents).toEqual(['Spice or sand?']);
    const messageId = asked.view.messages[0]?.id ?? '';
    const voted = await answered(
      fleet.discord.interactions.button({ ...fleet.by, customId: 'poll:vote:yes', messageId }),
    );
    expect(voted.callback).toBe(Type.UpdateMessage);
    const shown = `Spice or sand?\nLast vote: **Yes** by <@${fleet.by.userId}>`;
    expect(voted.contents).toEqual([shown]);
    const values = ['games', 'news'];
    const picked = await answered(
      fleet.discord.interactions.select({ ...fleet.by, customId: 'roles:pick', messageId, values }),
    );
    expect(picked.callback).toBe(Type.DeferredMessageUpdate);
    expect(picked.contents).toEqual([shown, 'You will hear of: Games, News']);
    expect(picked.ephemeral).toEqual([false, true]);
  });

  it('refuses the forged choice of a button kindly', async () => {
    const { channelId } = use('ping');
    const pressed = { type: ComponentType.Button, style: ButtonStyle.Primary, custom_id: 'poll:vote:maybe' };
    const message = fleet.discord.world.conversations.post({
      channelId,
      author: fleet.discord.world.user(fleet.applicationId),
      content: 'forged',
      components: [{ type: ComponentType.ActionRow, components: [pressed] }],
    });
    const interaction = { ...fleet.by, customId: 'poll:vote:maybe', messageId: message.id };
    const { contents } = await answered(fleet.discord.interactions.button(interaction));
    expect(contents).toContain('This is not available any more.');
  });

  it('/feedback opens a modal, whose submission is thanked for', async () => {
    const { callback, view } = await answered(use('feedback'));
    expect([callback, view.modal?.custom_id]).toEqual([Type.Modal, 'feedback']);
    const submitted = fleet.discord.interactions.modalSubmit({
      ...fleet.by,
      customId: 'feedback',
      fields: { message: 'More water' },
    });
    const thanked = await answered(submitted);
    expect(thanked).toMatchObject({
      callback: Type.DeferredChannelMessageWithSource,
      contents: ['Thank you! You wrote:\nMore water'],
      ephemeral: [true],
    });
    expect(fleet.worker.lines.join('\n')).not.toContain('More water');
  });

  it('Member card shows who somebody is, to whoever asks alone', async () => {
    const { userId: targetId } = fleet.by;
    const { ephemeral, view } = await answered(
      fleet.discord.interactions.userMenu({ ...fleet.by, name: 'Member card', targetId }),
    );
    expect(ephemeral).toEqual([true]);
    expect(JSON.stringify(view.messages[0]?.embeds)).toContain(targetId);
  });

  it('Quote repeats a message for all', async () => {
    const asked = await answered(use('poll', { question: 'Who said that?' }));
    const targetId = asked.view.messages[0]?.id ?? '';
    const quoted = await answered(fleet.discord.interactions.messageMenu({ ...fleet.by, name: 'Quote', targetId }));
    expect(quoted.callback).toBe(Type.DeferredChannelMessageWithSource);
    expect(quoted.contents[0]).toMatch(new RegExp(`^> Who said that\\?\n<@${fleet.applicationId}> in .*/${targetId}$`));
  });
});

describe('events', () => {
  it('count members, once for each event', async () => {
    const { discord, state, by } = fleet;
    const guildId = discord.world.guilds[1] ?? '';
    const before = await waitFor(() => state.guilds.read(guildId), { what: 'the guild to be known' });
    const ids = Array.from({ length: 60 }, () => discord.world.addMember(guildId).user.id);
    for (const id of ids.slice(0, 40)) discord.world.updateMember(guildId, id, { nick: 'Fremen' });
    for (const id of ids.slice(0, 20)) discord.world.removeMember(guildId, id);
    const settled = { joined: 60, updated: 40, left: 20, members: (before.members ?? 0) + 40 };
    await waitFor(async () => (await state.guilds.read(guildId))?.left === 20, { what: 'the members to be counted' });
    await waitFor(async () => (await state.guilds.read(guildId))?.updated === 40, {
      what: 'the changes to be counted',
    });
    expect(await state.guilds.read(guildId)).toMatchObject({ ...settled, name: discord.world.guild(guildId).name });
    const told = await answered(discord.interactions.slash({ guildId, userId: ids[59] ?? '', name: 'community' }));
    expect(told.contents).toEqual(['joined 60, left 20, updated 40']);
    expect(by.guildId).not.toBe(guildId);
  });

  it('welcome one of many in the system channel', async () => {
    const { discord, by, worker } = fleet;
    const joined = Array.from({ length: 5 }, () => discord.world.addMember(by.guildId).user.id);
    const welcomes = () =>
      discord.recording.requests({ method: 'POST', route: '/channels/{channel.id}/messages', status: 200 });
    const body = z.object({ content: z.string(), allowed_mentions: z.object({ users: z.array(z.string()) }) });
    const toThis = () =>
      welcomes()
        .map((request) => body.parse(request.body))
        .filter(({ allowed_mentions: { users } }) => joined.includes(users[0] ?? ''));
    await waitFor(() => toThis().length > 0, { what: 'a welcome' });
    const counted = async () => (await fleet.state.guilds.read(by.guildId))?.joined === joined.length;
    await waitFor(counted, { what: 'all to be counted' });
    expect(toThis().map(({ content }) => content)).toEqual([expect.stringMatching(/^Welcome, <@\d+>!$/)]);
    expect(
      await worker.metric(
        'bot_rest_requests_total{method="POST",route="/channels/{channel.id}/messages",status="200"}',
      ),
    ).toBeGreaterThan(0);
  });

  it('follow the guilds of the bot', async () => {
    const { discord, state } = fleet;
    const guild = discord.world.addGuild({ members: 3 });
    const known = await waitFor(() => state.guilds.read(guild.id), { what: 'the guild to be known' });
    expect(known).toMatchObject({ name: guild.name, joined: 0 });
    discord.world.removeGuild(guild.id);
    await waitFor(async () => (await state.guilds.read(guild.id)) === undefined, { what: 'the guild to be forgotten' });
  });
});

describe('delivery', () => {
  const publish = (event: Event) => {
    const { routingKey, body, properties } = encodeEvent({ ...event, applicationId: fleet.applicationId });
    return fleet.broker.publisher.publish({ exchange: fleet.broker.names.events, routingKey, body, properties });
  };
  const headers = z.object({ headers: z.record(z.string(), z.unknown()), messageId: z.string() });
  const deadLetter = async (messageId: string) => {
    const found = await waitFor(
      () =>
        deadLetters.map(({ properties }) => headers.parse(properties)).find((letter) => letter.messageId === messageId),
      { what: 'the dead letter' },
    );
    return found.headers;
  };

  it('of the same event twice has one effect', async () => {
    const guildId = '900000000000000001';
    const event = eventOf('member.join', { guild_id: guildId, user: { id: '7', username: 'x' } });
    await publish(event);
    await publish(event);
    await waitFor(
      async () =>
        (await fleet.worker.metric('bot_events_total{priority="0",event_type="member.join",result="duplicate"}')) === 1,
      { what: 'the duplicate' },
    );
    expect(await fleet.state.guilds.read(guildId)).toMatchObject({ joined: 1 });
  });

  it('of what is no event ends among the dead letters', async () => {
    const { properties, body } = encodeEvent(eventOf('member.join', {}, { applicationId: fleet.applicationId }));
    const messageId = 'no-event';
    const routingKey = 'member.join';
    const exchange = fleet.broker.names.events;
    await fleet.broker.publisher.publish({
      exchange,
      routingKey,
      body,
      properties: { ...properties, messageId, headers: {} },
    });
    expect(await deadLetter(messageId)).toMatchObject({ 'x-arrakis-error-kind': 'malformed' });
  });

  it('of a payload that Discord would never send ends there as well', async () => {
    const event = eventOf('member.join', { user: 'nobody' });
    await publish(event);
    expect(await deadLetter(event.id)).toMatchObject({ 'x-arrakis-error-kind': 'malformed' });
  });

  it('of an interaction that is too old ends there, without a request', async () => {
    const id = String(BigInt(Date.now() - 4_000 - 1_420_070_400_000) << 22n);
    const user = { id: '7', username: 'x' };
    const payload = { id, application_id: '1', token: 'secret', type: 2, data: { type: 1, name: 'ping' }, user };
    await publish(eventOf('interaction.command.ping', payload, { id }));
    expect(await deadLetter(id)).toMatchObject({ 'x-arrakis-error-kind': 'expired', 'x-arrakis-expired': true });
    expect(deadLetters.map(({ body }) => body.toString()).join()).not.toContain('"secret"');
    const asked = fleet.discord.recording.requests().filter(({ path }) => path.includes(id));
    expect(asked).toEqual([]);
  });
});

describe('the process', () => {
  it('tells how full the queues are, and how fast it acknowledges', async () => {
    const { text } = await fleet.worker.get('/metrics');
    for (const { name } of [{ name: fleet.broker.names.interactions }, { name: fleet.broker.names.deadLetters }]) {
      expect(text).toContain(`bot_queue_ready_messages{queue="${name}"}`);
    }
    expect(text).toMatch(/bot_interaction_ack_ms_count\{kind="command"\} \d+/);
    expect(text).toMatch(/bot_queue_wait_ms_count\{priority="10"\} \d+/);
  });

  it('kept the rules of Discord, and every secret', async () => {
    expect(fleet.discord.recording.violations()).toEqual([]);
    const said = fleet.worker.lines.join('\n');
    const [bot] = fleet.discord.bots;
    expect(said).not.toContain(bot?.token);
    for (const { params } of fleet.discord.recording.requests()) {
      const token = params['interaction.token'] ?? params['webhook.token'];
      if (token !== undefined) expect(said).not.toContain(token);
    }
  });

  it('refuses wrong settings, all at once', async () => {
    await using worker = new AppProcess(new URL('main.ts', import.meta.url), {
      DISCORD_TOKEN: 'nonsense',
      WORKER_SYNC_COMMANDS: 'perhaps',
      WORKER_MAX_ATTEMPTS: '0',
    });
    expect(await worker.ended()).toBe(2);
    const said = worker.lines.join('\n');
    for (const name of ['DISCORD_TOKEN', 'RABBITMQ_URL', 'REDIS_URL', 'WORKER_SYNC_COMMANDS', 'WORKER_MAX_ATTEMPTS']) {
      expect(said).toContain(name);
    }
    expect(said).not.toContain('nonsense');
  });

  it('stops when asked, and leaves nothing behind', async () => {
    expect(await fleet.worker.end('SIGTERM')).toBe(0);
    const depths = await fleet.broker.queueDepths();
    expect(depths.get(fleet.broker.names.interactions)?.ready).toBe(0);
  });
});

describe('without Redis', () => {
  it('interactions are answered, events wait, and both go on when it is back', async () => {
    const target = new URL((await testServices()).redisUrl);
    await using proxy = await TcpProxy.start(target.hostname, Number(target.port));
    await using lame = await startFleet({ redisUrl: proxy.rewrite(target.href) });
    const { guildId } = lame.by;
    await waitFor(() => lame.state.guilds.read(guildId), { what: 'the guild to be known' });
    proxy.refuse(true);
    proxy.cut();
    await waitFor(async () => (await lame.worker.get('/readyz')).status === 503, { what: 'the loss to be noticed' });
    lame.discord.world.addMember(guildId);
    const pong = await answered(lame.discord.interactions.slash({ ...lame.by, name: 'ping' }));
    expect(pong.contents).toEqual([expect.stringMatching(/^Pong!/)]);
    expect((await lame.state.guilds.read(guildId))?.joined).toBe(0);
    proxy.refuse(false);
    await waitFor(async () => (await lame.state.guilds.read(guildId))?.joined === 1, {
      what: 'the event to be handled',
    });
    await lame.worker.ready();
  });
});
