import { setTimeout as delay } from 'node:timers/promises';
import type { Simulator } from '@arrakis/simulator';
import type { Examined } from './examination.ts';
import { readSamples, sumOf } from './prometheus-text.ts';

/** How many of each happen: 1,000 events. */
const changes = { joined: 400, updated: 300, left: 300 } as const;

type Change = keyof typeof changes;

/** How long the worker may take for all of them, in ms. */
const limitMs = 20_000;

const eventTypes = { joined: 'member.join', updated: 'member.update', left: 'member.leave' } as const;

/** Lets 1,000 members come, change and go, and checks that each was handled and what came of it. */
export async function checkMembers({ fleet, discord, examine, signal }: Examined): Promise<void> {
  const [guildId = ''] = discord.world.guilds;
  const before = await examine('/community before', async () => {
    const seen = await countsTold(discord, guildId);
    return { detail: describe(seen), seen };
  });
  const handled: Handled = async (type) => {
    const samples = readSamples(await fleet.worker.metrics());
    return sumOf(samples, 'bot_events_total', { event_type: type, result: 'done' });
  };
  await examine('1,000 member events', async () => {
    const startedAt = performance.now();
    const start = await Promise.all(keysOf(changes).map((change) => handled(eventTypes[change])));
    stir(discord, guildId);
    for (const [index, change] of keysOf(changes).entries()) {
      const due = (start[index] ?? 0) + changes[change];
      await untilHandled(handled, { type: eventTypes[change], due, limitMs, signal });
    }
    return { detail: `handled in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`, seen: undefined };
  });
  await examine('each event counted once', async () => {
    if (before === undefined) throw new Error('what was counted before is unknown');
    const after = await countsTold(discord, guildId);
    for (const change of keysOf(changes)) {
      const counted = after[change] - before[change];
      if (counted !== changes[change]) throw new Error(`${change}: ${counted} counted, ${changes[change]} happened`);
    }
    return { detail: describe(after), seen: undefined };
  });
  await examine('guild joined and left', async () => {
    const [created, deleted] = [await handled('guild.create'), await handled('guild.delete')];
    const guild = discord.world.addGuild({ members: 3 });
    await untilHandled(handled, { type: 'guild.create', due: created + 1, limitMs, signal });
    const told = await countsTold(discord, guild.id);
    discord.world.removeGuild(guild.id);
    await untilHandled(handled, { type: 'guild.delete', due: deleted + 1, limitMs, signal });
    return { detail: `in between: ${describe(told)}`, seen: undefined };
  });
}

/** How many events of a type the worker has handled. */
type Handled = (type: string) => Promise<number>;

interface Awaited {
  readonly type: string;
  readonly due: number;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

async function untilHandled(handled: Handled, { type, due, limitMs: limit, signal }: Awaited): Promise<void> {
  const giveUpAt = performance.now() + limit;
  for (;;) {
    const count = await handled(type);
    if (count >= due) return;
    if (performance.now() > giveUpAt) throw new Error(`${type}: ${due - count} not handled within ${limit / 1_000} s`);
    await delay(50, undefined, { signal });
  }
}

function stir(discord: Simulator, guildId: string): void {
  const joined = Array.from({ length: changes.joined }, () => discord.world.addMember(guildId).user.id);
  for (const userId of joined.slice(0, changes.updated))
    discord.world.updateMember(guildId, userId, { nick: 'Fremen' });
  for (const userId of joined.slice(0, changes.left)) discord.world.removeMember(guildId, userId);
}

/** What `/community` tells a member of the guild. */
async function countsTold(discord: Simulator, guildId: string): Promise<Record<Change, number>> {
  const member = discord.world.guild(guildId).members.find(({ user }) => user.bot !== true);
  const interaction = discord.interactions.slash({ guildId, userId: member?.user.id ?? '', name: 'community' });
  const view = await interaction.settled({ timeoutMs: 10_000 });
  const text = view.messages.map(({ content }) => content).join('\n');
  const told = (change: Change) => {
    const found = new RegExp(`${change} (\\d+)`, 'i').exec(text)?.[1];
    if (found === undefined) throw new Error(`/community says '${text}', where is '${change} <number>'?`);
    return Number(found);
  };
  return { joined: told('joined'), updated: told('updated'), left: told('left') };
}

function describe(counts: Record<Change, number>): string {
  return keysOf(changes)
    .map((change) => `${change} ${counts[change]}`)
    .join(', ');
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  // Object.keys loses the keys' type; these records are written in this file and have no others.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.keys(record) as Key[];
}
