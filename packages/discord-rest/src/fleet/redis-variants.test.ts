import { RateLimiter, startSimulator } from '@arrakis/simulator';
import { StateManager } from '@arrakis/state';
import { startRedisVariant, type RedisVariant } from '@arrakis/testkit';
import { expect, it } from 'vitest';
import { DiscordRest } from '../index.ts';
import { SimulatedFleet, type SimulatedRequest } from '../testing/simulated-fleet.ts';
import { SimulatedTime } from '../testing/simulated-time.ts';

const variants: RedisVariant[] = (['redis:7-alpine', 'valkey/valkey:8-alpine'] as const).flatMap((image) => [
  { image, cluster: false },
  { image, cluster: true },
]);

const template = '/guilds/{guild.id}/members/{user.id}';

function request(index: number): SimulatedRequest {
  const guildId = String(index % 20);
  const params = { 'guild.id': guildId, 'user.id': '1' };
  const lane = index % 5 === 0 ? 'bulk' : 'normal';
  return { lane, method: 'GET', template, params, major: guildId, patienceMs: 60_000 };
}

it.for(variants)('limits are kept on $image, cluster: $cluster', { timeout: 60_000 }, async (variant, { skip }) => {
  await using server = await startRedisVariant(variant);
  if (server === undefined) return skip('there is no container engine');
  const state = new StateManager({ url: server.url, namespace: 'variants', applicationId: '1' });
  await state.untilAvailable(AbortSignal.timeout(10_000));

  // Every operation of the script, and every key.
  const time = new SimulatedTime(1_790_000_000_000);
  const discord = new RateLimiter(1, () => time.now);
  const bucket = { routes: [`GET ${template}`], limit: 30, windowMs: 1_000, subLimit: { limit: 25, windowMs: 2_000 } };
  discord.setLimits({ buckets: [bucket] });
  const { scripts } = state;
  const conditions = { root: scripts.key('rest', 'simulated'), globalLimit: 50, latencyMs: [10, 10] as const };
  const latenessMs = () => 1;
  const fleet = new SimulatedFleet({ ...conditions, time, scripts, discord, random: () => 0, latenessMs });
  for (let index = 0; index < 200; index += 1) time.in(index * 5, () => fleet.ask(request(index)));
  await time.run(30_000);
  expect(fleet.rejections.filter((scope) => scope === 'global')).toEqual([]);
  expect(fleet.outcomes.filter(({ arrivedAt }) => arrivedAt !== undefined)).toHaveLength(200);

  // Redis' own clock, and the counter of invalid requests.
  const simulator = await startSimulator({ guilds: 1 });
  const [bot] = simulator.bots;
  const guildId = simulator.world.guilds[0] ?? '';
  const { ownerId } = simulator.world.guild(guildId);
  const events: string[] = [];
  const onEvent = ({ type }: { type: string }) => void events.push(type);
  const options = { apiUrl: simulator.apiUrl, applicationId: '1', token: bot?.token ?? '', scripts, onEvent };
  const rest = new DiscordRest(options);
  await Promise.all(Array.from({ length: 20 }, () => rest.getGuildMember(guildId, ownerId)));
  const staff = simulator.world.guild(guildId).channelNamed('staff').id;
  await rest.createMessage(staff, { content: 'x' }, { nonce: 'x' }).catch(() => undefined);
  await expect.poll(() => events).toContain('invalid-requests');
  expect(simulator.rest.statistics().rateLimited).toEqual({ user: 0, shared: 0, global: 0 });
  await rest.close();
  await simulator.stop();
  state.close();
});
