import { Client, Events, GatewayIntentBits } from 'discord.js';
import type { ClientEvents } from 'discord.js';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Simulator } from './simulator.ts';
import { simulatorForTest } from './testing/fixture.ts';

/** A discord.js client that has logged in and knows its guilds. */
async function readyClient(discord: Simulator): Promise<Client<true>> {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers],
    rest: { api: `${discord.origin}/api` },
  });
  onTestFinished(() => client.destroy());
  const ready = next(client, Events.ClientReady);
  await client.login(discord.bots[0]?.token ?? '');
  const [readied] = await ready;
  return readied;
}

function next<Event extends keyof ClientEvents>(client: Client, event: Event): Promise<ClientEvents[Event]> {
  const { promise, resolve } = Promise.withResolvers<ClientEvents[Event]>();
  client.once(event, (...values) => resolve(values));
  return promise;
}

describe('discord.js', () => {
  test('logs in and knows its guilds, their channels and roles', async () => {
    const { discord, applicationId } = await simulatorForTest({ guilds: 3, membersPerGuild: 4 });
    const client = await readyClient(discord);
    expect(client.user.id).toBe(applicationId);
    expect([...client.guilds.cache.keys()].toSorted((one, other) => one.localeCompare(other))).toEqual(
      discord.world.guilds.toSorted((one, other) => one.localeCompare(other)),
    );
    for (const guild of client.guilds.cache.values()) {
      const { name, channels, roles, members } = discord.world.guild(guild.id);
      expect(guild.name).toBe(name);
      expect(guild.memberCount).toBe(members.length);
      expect(guild.channels.cache.size).toBe(channels.size);
      expect(guild.roles.cache.size).toBe(roles.size);
      expect(guild.members.me?.id).toBe(applicationId);
    }
  });

  test('hears of members who join, change and leave, and of guilds', async () => {
    const { discord } = await simulatorForTest({ guilds: 1 });
    const client = await readyClient(discord);
    const [guildId = ''] = discord.world.guilds;

    const joined = next(client, Events.GuildMemberAdd);
    const { user } = discord.world.addMember(guildId, { username: 'stilgar' });
    expect((await joined)[0].user.username).toBe('stilgar');

    const changed = next(client, Events.GuildMemberUpdate);
    discord.world.updateMember(guildId, user.id, { nick: 'naib' });
    expect((await changed)[1].nickname).toBe('naib');

    const left = next(client, Events.GuildMemberRemove);
    discord.world.removeMember(guildId, user.id);
    expect((await left)[0].id).toBe(user.id);

    const guildJoined = next(client, Events.GuildCreate);
    const { id } = discord.world.addGuild({ name: 'Carthag' });
    expect((await guildJoined)[0]).toMatchObject({ id, name: 'Carthag' });

    const unavailable = next(client, Events.GuildUnavailable);
    discord.world.setGuildUnavailable(id, true);
    expect((await unavailable)[0].id).toBe(id);

    const available = next(client, Events.GuildAvailable);
    discord.world.setGuildUnavailable(id, false);
    expect((await available)[0].available).toBe(true);

    const guildLeft = next(client, Events.GuildDelete);
    discord.world.removeGuild(id);
    expect((await guildLeft)[0].id).toBe(id);
  });

  test('fetches all members of a guild over the gateway', async () => {
    const { discord } = await simulatorForTest({ guilds: 1, membersPerGuild: 1500 });
    const client = await readyClient(discord);
    const members = await client.guilds.cache.first()?.members.fetch();
    expect(members?.size).toBe(1501);
  });

  test('misses nothing over a cut connection', async () => {
    const { discord } = await simulatorForTest({ guilds: 1, membersPerGuild: 1 });
    const client = await readyClient(discord);
    const [guildId = ''] = discord.world.guilds;
    const joined: string[] = [];
    client.on(Events.GuildMemberAdd, (member) => joined.push(member.id));
    const resumed = next(client, Events.ShardResume);
    const expected = [discord.world.addMember(guildId).user.id];
    discord.gateway.disconnect({});
    for (let count = 0; count < 10; count += 1) expected.push(discord.world.addMember(guildId).user.id);
    await resumed;
    expected.push(discord.world.addMember(guildId).user.id);
    await vi.waitFor(() => expect(joined).toEqual(expected));
    expect(discord.gateway.statistics).toMatchObject({ identifies: 1, resumes: 1 });
  });

  test('is refused with a wrong token', async () => {
    const { discord } = await simulatorForTest();
    const client = new Client({ intents: [], rest: { api: `${discord.origin}/api` } });
    onTestFinished(() => client.destroy());
    await expect(client.login('a.b.c')).rejects.toThrow(/token/i);
  });
});
