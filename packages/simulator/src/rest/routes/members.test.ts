import { expect, it } from 'vitest';
import { RestFixture } from '../../testing/rest-fixture.ts';

function failure(status: number, code: number): unknown {
  return expect.objectContaining({ status, body: expect.objectContaining({ code }) });
}

it('shows a member, and pages through all of them', async () => {
  await using discord = await RestFixture.start();
  const members = `/guilds/${discord.guild.id}/members`;
  expect((await discord.call('GET', `${members}/${discord.memberId}`)).body).toEqual(
    discord.guild.member(discord.memberId),
  );
  const all = [...discord.guild.memberRecords.keys()].toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const users = (ids: readonly string[]): unknown =>
    ids.map((id) => expect.objectContaining({ user: expect.objectContaining({ id }) }));
  expect((await discord.call('GET', `${members}?limit=1000`)).body).toEqual(users(all));
  expect((await discord.call('GET', `${members}?limit=2&after=${all[1]}`)).body).toEqual(users(all.slice(2, 4)));
  expect((await discord.call('GET', members)).body).toEqual(users(all.slice(0, 1)));
});

it('keeps the list from bots without the privileged intent', async () => {
  await using discord = await RestFixture.start({ world: { bots: [{ privilegedIntents: 0 }] } });
  expect(await discord.call('GET', `/guilds/${discord.guild.id}/members`)).toEqual(failure(403, 50001));
});

it('gives and takes roles, each once', async () => {
  await using discord = await RestFixture.start();
  const roleId = discord.guild.roleNamed('Verified').id;
  const path = `/guilds/${discord.guild.id}/members/${discord.memberId}/roles/${roleId}`;
  for (const method of ['PUT', 'PUT']) expect(await discord.call(method, path)).toMatchObject({ status: 204 });
  expect(discord.guild.member(discord.memberId).roles).toEqual([roleId]);
  for (const method of ['DELETE', 'DELETE']) expect(await discord.call(method, path)).toMatchObject({ status: 204 });
  expect(discord.guild.member(discord.memberId).roles).toEqual([]);
  expect(discord.dispatches.map((dispatch) => dispatch.type)).toEqual(['GUILD_MEMBER_UPDATE', 'GUILD_MEMBER_UPDATE']);
});

it('refuses roles at or above its own, managed ones, and all of them without the permission', async () => {
  await using discord = await RestFixture.start({
    world: { bots: [{ name: 'One' }, { name: 'Two', permissions: 0n }] },
  });
  const { guild, world, memberId } = discord;
  const give = async (role: string, bot = 0): Promise<unknown> => {
    const path = `/guilds/${guild.id}/members/${memberId}/roles/${guild.roleNamed(role).id}`;
    return discord.call('PUT', path, { token: world.bots[bot]?.token ?? '' });
  };
  expect(await give('Admin')).toEqual(failure(403, 50013));
  expect(await give('Moderator')).toEqual(failure(403, 50013));
  expect(await give('Two')).toEqual(failure(400, 50028));
  expect(await give('@everyone')).toEqual(failure(400, 50028));
  expect(await give('Member', 1)).toEqual(failure(403, 50013));
  expect(await give('Member')).toMatchObject({ status: 204 });
});

it('tells unknown guilds, users, members and roles apart', async () => {
  await using discord = await RestFixture.start();
  const { guild, memberId, world } = discord;
  const stranger = world.createUser().id;
  const role = guild.roleNamed('Member').id;
  const call = async (guildId: string, userId: string, roleId: string): Promise<unknown> =>
    discord.call('PUT', `/guilds/${guildId}/members/${userId}/roles/${roleId}`);
  expect(await call('1', memberId, role)).toEqual(failure(404, 10004));
  expect(await call(guild.id, '1', role)).toEqual(failure(404, 10013));
  expect(await call(guild.id, stranger, role)).toEqual(failure(404, 10007));
  expect(await call(guild.id, memberId, '1')).toEqual(failure(404, 10011));
  world.removeBot(guild.id, discord.bot.applicationId);
  expect(await call(guild.id, memberId, role)).toEqual(failure(403, 50001));
});
