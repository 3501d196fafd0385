import { describe, expect, test, vi } from 'vitest';
import type { Simulator } from '../simulator.ts';
import { simulatorForTest } from '../testing/fixture.ts';

function population(discord: Simulator): number[] {
  return discord.world.guilds.map((guildId) => discord.world.guild(guildId).memberRecords.size);
}

describe('a community', () => {
  test('does as much in a second as it is told to', async () => {
    const { discord } = await simulatorForTest();
    const community = discord.startCommunity({ eventsPerSecond: 200 });
    const startMs = performance.now();
    await vi.waitFor(() => expect(community.statistics.events).toBeGreaterThanOrEqual(100), 10_000);
    expect(performance.now() - startMs).toBeGreaterThan(450);
  });

  test('lives without a bot that offers anything, and grows and shrinks only so far', async () => {
    const { discord } = await simulatorForTest({ guilds: 2, membersPerGuild: 4 });
    const [atStart = 0] = population(discord);
    const community = discord.startCommunity({ eventsPerSecond: 5000 });
    await vi.waitFor(() => expect(community.statistics.events).toBeGreaterThan(2000), 10_000);
    for (const size of population(discord)) {
      expect(size).toBeGreaterThanOrEqual(atStart);
      expect(size).toBeLessThanOrEqual(atStart + 10);
    }
    expect(community.statistics.activities).not.toHaveProperty('slash');
    for (const guildId of discord.world.guilds) {
      const { ownerId } = discord.world.guild(guildId);
      expect(discord.world.guild(guildId).hasMember(ownerId)).toBe(true);
    }
  });

  test('gives up on an application that does not respond, and goes on', async () => {
    const { discord, applicationId } = await simulatorForTest({ interactions: { deadlineMs: 20 } });
    const command = {
      id: '1',
      application_id: applicationId,
      version: '1',
      type: 1,
      name: 'ping',
      description: 'Answers',
    };
    discord.world.commands.put({ applicationId }, { ...command, default_member_permissions: null });
    const community = discord.startCommunity({ eventsPerSecond: 500 });
    await vi.waitFor(() => expect(community.statistics.interactions.failed).toBeGreaterThan(3), 10_000);
    expect(community.statistics.interactions.answered).toBe(0);
  });

  test('survives an outage of all its guilds', async () => {
    const { discord } = await simulatorForTest({ guilds: 1 });
    const [guildId = ''] = discord.world.guilds;
    const community = discord.startCommunity({ eventsPerSecond: 500 });
    discord.world.setGuildUnavailable(guildId, true);
    const { events } = community.statistics;
    await new Promise((resolve) => void setTimeout(resolve, 100));
    expect(community.statistics.events).toBe(events);
    discord.world.setGuildUnavailable(guildId, false);
    await vi.waitFor(() => expect(community.statistics.events).toBeGreaterThan(events));
  });

  test('does nothing any more once it is stopped or another takes its place', async () => {
    const { discord } = await simulatorForTest();
    const first = discord.startCommunity({ eventsPerSecond: 1000 });
    await vi.waitFor(() => expect(first.statistics.events).toBeGreaterThan(0));
    const second = discord.startCommunity({ eventsPerSecond: 1000 });
    const { events } = first.statistics;
    await vi.waitFor(() => expect(second.statistics.events).toBeGreaterThan(20));
    expect(first.statistics.events).toBe(events);
    expect(discord.community).toBe(second);
  });
});
