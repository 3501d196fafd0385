import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Broker, done, type Delivery } from '@arrakis/broker';
import { encodeEvent, type Event } from '@arrakis/protocol';
import { startSimulator, type Simulator } from '@arrakis/simulator';
import { StateManager } from '@arrakis/state';
import { AppProcess, testServices, uniqueNamespace, waitFor } from '@arrakis/testkit';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventOf } from './testing/deliveries.ts';

const resources = new AsyncDisposableStack();
const deadLetters: Delivery[] = [];
let discord: Simulator;
let broker: Broker;
let worker: AppProcess;
let applicationIds: readonly string[];
let stateOf: (applicationId: string) => StateManager;

beforeAll(async () => {
  const namespace = uniqueNamespace();
  const { rabbitmqUrl, redisUrl } = await testServices();
  discord = resources.use(await startSimulator({ guilds: 1, bots: 2 }));
  applicationIds = discord.bots.map((bot) => bot.applicationId);
  const file = join(resources.use(mkdtempDisposableSync(join(tmpdir(), 'arrakis-'))).path, 'tokens');
  writeFileSync(file, discord.bots.map(({ token }) => `${token}\n`).join(''));
  worker = resources.use(
    new AppProcess(new URL('main.ts', import.meta.url), {
      DISCORD_TOKENS_FILE: file,
      DISCORD_API_URL: discord.apiUrl,
      RABBITMQ_URL: rabbitmqUrl,
      REDIS_URL: redisUrl,
      ARRAKIS_NAMESPACE: namespace,
      WORKER_SYNC_COMMANDS: 'true',
    }),
  );
  broker = new Broker({ url: rabbitmqUrl, namespace, connectionName: 'test' });
  resources.defer(() => broker.close());
  const states = new Map<string, StateManager>();
  for (const applicationId of applicationIds) {
    const state = new StateManager({ url: redisUrl, namespace, applicationId });
    resources.defer(() => state.close());
    states.set(applicationId, state);
  }
  stateOf = (applicationId) => {
    const state = states.get(applicationId);
    if (state === undefined) throw new Error(`no bot ${applicationId}`);
    return state;
  };
  await worker.ready();
  broker.consume({
    queue: broker.names.deadLetters,
    prefetch: 10,
    handle: async (delivery) => {
      deadLetters.push(delivery);
      return done;
    },
  });
});
afterAll(() => resources.disposeAsync());

const publish = (event: Event) => {
  const { routingKey, body, properties } = encodeEvent(event);
  const message = { exchange: broker.names.events, routingKey, body, properties };
  return waitFor(() => broker.publisher.publish(message).then(() => true), { what: 'the event to be published' });
};

describe('a worker of several bots', () => {
  it('registers the commands of each', () => {
    const registered = discord.recording.requests({ method: 'PUT', route: '/applications/{application.id}/commands' });
    const byBot = new Map(registered.map((request) => [request.applicationId, request.params['application.id']]));
    expect(byBot).toEqual(new Map(applicationIds.map((applicationId) => [applicationId, applicationId])));
  });

  it('keeps what each knows apart, and answers as the bot whose event it is', async () => {
    const [guildId = ''] = discord.world.guilds;
    const guild = discord.world.guild(guildId);
    const { id: channelId } = guild.channelNamed('general');
    for (const applicationId of applicationIds) {
      const payload = { id: guildId, name: guild.name, member_count: 5, system_channel_id: channelId };
      await publish(eventOf('guild.available', payload, { applicationId }));
      await waitFor(() => stateOf(applicationId).guilds.read(guildId), { what: 'the guild to be known' });
    }
    const [, second = ''] = applicationIds;
    const user = { id: '100000000000000007', username: 'Paul' };
    await publish(eventOf('member.join', { guild_id: guildId, user }, { applicationId: second }));
    const welcomes = () =>
      discord.recording.requests({ method: 'POST', route: '/channels/{channel.id}/messages', status: 200 });
    await waitFor(() => welcomes().length > 0, { what: 'the welcome' });
    expect(welcomes().map(({ applicationId }) => applicationId)).toEqual([second]);
    const joined = applicationIds.map(async (id) => (await stateOf(id).guilds.read(guildId))?.joined);
    expect(await Promise.all(joined)).toEqual([0, 1]);
  });

  it('has no answer for another: its event is a dead letter that says what to do', async () => {
    const stranger = eventOf('guild.delete', { id: '5' }, { applicationId: '100000000000000999' });
    await publish(stranger);
    const interaction = eventOf('interaction.command.ping', { id: '5' }, { applicationId: '100000000000000999' });
    await publish(interaction);
    await waitFor(() => deadLetters.length === 2, { what: 'the dead letters' });
    const letter = z.object({ messageId: z.string(), headers: z.record(z.string(), z.unknown()) });
    const letters = deadLetters.map(({ properties }) => letter.parse(properties));
    expect(letters.map(({ messageId }) => messageId).toSorted()).toEqual([stranger.id, interaction.id].toSorted());
    for (const { headers } of letters) {
      expect(headers).toMatchObject({
        'x-arrakis-error-kind': 'unknown-application',
        'x-arrakis-error-message': expect.stringMatching(/application 100000000000000999.*DISCORD_TOKENS/),
      });
    }
  });

  it('says no token', () => {
    const said = worker.lines.join('\n');
    for (const { token } of discord.bots) expect(said).not.toContain(token);
  });
});
