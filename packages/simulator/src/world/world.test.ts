import { PermissionFlagsBits } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { Dispatch } from './dispatch-sink.ts';
import { World } from './world.ts';
import type { WorldOptions } from './options.ts';

function observedWorld(options: WorldOptions = {}): {
  world: World;
  events: Dispatch[];
  guildId: string;
} {
  const world = new World({ guilds: 1, ...options });
  const events: Dispatch[] = [];
  world.connect({ dispatch: (dispatch) => void events.push(dispatch) });
  const [guildId = ''] = world.guilds;
  return { world, events, guildId };
}

describe('World', () => {
  it('is the same again for the same seed, and another for another', () => {
    const describeWorld = (seed: number): unknown => {
      const world = new World({ seed });
      return [
        world.bots.map((bot) => [bot.applicationId, bot.token]),
        world.guilds.map((id) => world.guild(id).members.map((m) => m.user)),
      ];
    };
    expect(describeWorld(7)).toEqual(describeWorld(7));
    expect(describeWorld(7)).not.toEqual(describeWorld(8));
  });

  it('puts each bot into each guild, below Moderator and Admin', () => {
    const { world, guildId } = observedWorld({ bots: 2 });
    const guild = world.guild(guildId);
    for (const bot of world.bots) {
      expect(bot.guildIds()).toEqual([guildId]);
      expect(guild.rankOf(bot.userId)).toBeGreaterThan(guild.roleNamed('Verified').position);
      expect(guild.rankOf(bot.userId)).toBeLessThan(guild.roleNamed('Moderator').position);
    }
    expect(new Set([...guild.roles.values()].map((role) => role.position)).size).toBe(guild.roles.size);
  });

  it('tells every bot in the guild of members who join, change and leave', () => {
    const { world, events, guildId } = observedWorld({ bots: 2 });
    const member = world.addMember(guildId, { username: 'chani', nick: 'Chani' });
    world.updateMember(guildId, member.user.id, { nick: 'Sihaya' });
    world.removeMember(guildId, member.user.id);
    expect(events.map((event) => event.type)).toEqual(
      ['GUILD_MEMBER_ADD', 'GUILD_MEMBER_UPDATE', 'GUILD_MEMBER_REMOVE'].flatMap((type) => [type, type]),
    );
    expect(events[0]?.data).toMatchObject({
      guild_id: guildId,
      nick: 'Chani',
      user: { username: 'chani' },
    });
    expect(events[2]?.data).toMatchObject({ nick: 'Sihaya', roles: [] });
    expect(events[4]?.data).toEqual({ guild_id: guildId, user: member.user });
  });

  it('never changes what it has dispatched', () => {
    const { world, events, guildId } = observedWorld();
    const { user } = world.addMember(guildId, { username: 'before' });
    const before = structuredClone(events[0]);
    world.updateUser(user.id, { username: 'after' });
    world.guild(guildId).addRoleTo(user.id, world.guild(guildId).roleNamed('Member').id);
    expect(events[0]).toEqual(before);
    expect(events.at(-1)?.data).toMatchObject({ user: { username: 'after' } });
  });

  it('announces a role once, however often it is given', () => {
    const { world, events, guildId } = observedWorld();
    const guild = world.guild(guildId);
    const roleId = guild.roleNamed('Verified').id;
    guild.addRoleTo(guild.ownerId, roleId);
    guild.addRoleTo(guild.ownerId, roleId);
    expect(events).toHaveLength(1);
    guild.removeRoleFrom(guild.ownerId, roleId);
    guild.removeRoleFrom(guild.ownerId, roleId);
    expect(events).toHaveLength(2);
  });

  it('says nothing of a guild during an outage, and introduces it anew after it', () => {
    const { world, events, guildId } = observedWorld();
    world.setGuildUnavailable(guildId, true);
    world.addMember(guildId);
    world.setGuildUnavailable(guildId, false);
    expect(events.map((event) => [event.type, event.data])).toEqual([
      ['GUILD_DELETE', { id: guildId, unavailable: true }],
      ['GUILD_CREATE', expect.objectContaining({ id: guildId, unavailable: false, member_count: 7 })],
    ]);
  });

  it('tells a bot which guilds it joins and is removed from', () => {
    const { world, events, guildId } = observedWorld();
    const joined = world.addGuild({ name: 'Jacurutu' });
    world.removeGuild(joined.id);
    world.removeBot(guildId, world.bots[0]?.applicationId ?? '');
    expect(events.map((event) => [event.type, event.guildId])).toEqual([
      ['GUILD_CREATE', joined.id],
      ['GUILD_DELETE', joined.id],
      ['GUILD_DELETE', guildId],
    ]);
    expect(events.filter((event) => event.type === 'GUILD_DELETE').map((event) => event.data)).toEqual([
      { id: joined.id },
      { id: guildId },
    ]);
    expect(world.bots[0]?.guildIds()).toEqual([]);
  });

  it('tells of messages only where the bot can see the channel', () => {
    const { world, events, guildId } = observedWorld();
    const guild = world.guild(guildId);
    const author = world.user(guild.ownerId);
    world.conversations.post({
      channelId: guild.channelNamed('staff').id,
      author,
      content: 'secret',
    });
    world.conversations.post({
      channelId: guild.channelNamed('general').id,
      author,
      content: 'hello',
    });
    expect(events.map((event) => event.data)).toEqual([
      expect.objectContaining({
        content: 'hello',
        guild_id: guildId,
        channel_type: 0,
        member: expect.anything(),
      }),
    ]);
  });

  it('tells of private messages without a guild', () => {
    const { world, events, guildId } = observedWorld();
    const author = world.user(world.guild(guildId).ownerId);
    const channel = world.conversations.directChannel(world.bots[0]?.userId ?? '', author.id);
    const message = world.conversations.post({ channelId: channel.id, author, content: 'psst' });
    world.conversations.delete(channel.id, message.id);
    expect(events).toEqual([
      expect.objectContaining({
        type: 'MESSAGE_CREATE',
        guildId: null,
        data: expect.not.objectContaining({ guild_id: guildId }),
      }),
      expect.objectContaining({
        type: 'MESSAGE_DELETE',
        data: { id: message.id, channel_id: channel.id },
      }),
    ]);
  });

  it('computes permissions from roles, overwrites and time-outs', () => {
    const { world, guildId } = observedWorld({ now: () => Date.UTC(2026, 0, 1) });
    const guild = world.guild(guildId);
    const { user } = world.addMember(guildId);
    const staff = guild.channelNamed('staff').id;
    const may = (permission: bigint, channelId?: string): boolean =>
      (guild.permissionsOf(user.id, channelId) & permission) !== 0n;
    expect(may(PermissionFlagsBits.SendMessages)).toBe(true);
    expect(guild.permissionsOf(user.id, staff)).toBe(0n);
    guild.addRoleTo(user.id, guild.roleNamed('Moderator').id);
    expect(may(PermissionFlagsBits.SendMessages, staff)).toBe(true);
    guild.updateMember(user.id, {
      communication_disabled_until: '2026-01-02T00:00:00.000000+00:00',
    });
    expect(may(PermissionFlagsBits.SendMessages, staff)).toBe(false);
    expect(may(PermissionFlagsBits.ViewChannel, staff)).toBe(true);
    guild.updateMember(user.id, {
      communication_disabled_until: null,
      roles: [guild.roleNamed('Admin').id],
    });
    expect(may(PermissionFlagsBits.BanMembers, staff)).toBe(true);
  });

  it('names what is unknown', () => {
    const { world, guildId } = observedWorld();
    expect(() => world.guild('1')).toThrow('there is no guild 1 in the simulated Discord');
    expect(() => world.removeMember(guildId, '2')).toThrow(expect.objectContaining({ kind: 'member', id: '2' }));
    expect(() => world.addMember(guildId, { roles: ['3'] })).toThrow(expect.objectContaining({ kind: 'role' }));
  });

  it('keeps the newest messages, and forgets the oldest of any channel', () => {
    const { world, guildId } = observedWorld({ messageCapacity: 3 });
    const guild = world.guild(guildId);
    const author = world.user(guild.ownerId);
    const [general, random] = ['general', 'random'].map((name) => guild.channelNamed(name).id);
    const post = (channelId = '', content = ''): string => world.conversations.post({ channelId, author, content }).id;
    const first = post(general, 'a');
    post(random, 'b');
    post(general, 'c');
    world.conversations.edit(general ?? '', first, { content: 'a2' });
    expect(world.conversations.inChannel(general ?? '').map((message) => message.content)).toEqual(['a2', 'c']);
    post(random, 'd');
    expect(world.conversations.inChannel(general ?? '').map((message) => message.content)).toEqual(['c']);
    expect(world.conversations.inChannel(random ?? '').map((message) => message.content)).toEqual(['b', 'd']);
    expect(() => world.conversations.get(general ?? '', first)).toThrow('there is no message');
  });
});
