import type { Guild, Member } from '../world/guild.ts';
import type { SeededRandom } from '../world/random.ts';
import type { World } from '../world/world.ts';
import { nicknames, phrases } from './phrases.ts';

/** How many more members than at the start a guild has before people would rather leave than join. */
const growth = 10;

/** What members do without the bot: join, leave, change, write. Each method says whether somebody did it. */
export class Residents {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #initialSize = new Map<string, number>();

  constructor(world: World, random: SeededRandom) {
    this.#world = world;
    this.#random = random;
    for (const guildId of world.guilds) this.#initialSize.set(guildId, world.guild(guildId).memberRecords.size);
  }

  /** A guild without an outage that the bot is in. */
  guild(applicationId: string): Guild | undefined {
    const { userId } = this.#world.bot(applicationId);
    const guilds = this.#world.guilds
      .map((guildId) => this.#world.guild(guildId))
      .filter((guild) => guild.available && guild.hasMember(userId));
    return guilds.length === 0 ? undefined : this.#random.pick(guilds);
  }

  /** Somebody in the guild who is not a bot. */
  person(guild: Guild): Member | undefined {
    const people = guild.members.filter(({ user }) => user.bot !== true);
    return people.length === 0 ? undefined : this.#random.pick(people);
  }

  join(guild: Guild): boolean {
    if (guild.memberRecords.size >= this.#sizeAtStart(guild) + growth) return false;
    this.#world.addMember(guild.id);
    return true;
  }

  /** Somebody who is not the owner leaves, unless the guild is already smaller than at the start. */
  leave(guild: Guild): boolean {
    if (guild.memberRecords.size <= this.#sizeAtStart(guild)) return false;
    const member = this.person(guild);
    if (member === undefined || member.user.id === guild.ownerId) return false;
    this.#world.removeMember(guild.id, member.user.id);
    return true;
  }

  change(guild: Guild): boolean {
    const member = this.person(guild);
    if (member === undefined) return false;
    const nick = member.nick === null ? this.#random.pick(nicknames) : null;
    this.#world.updateMember(guild.id, member.user.id, { nick });
    return true;
  }

  write(guild: Guild): boolean {
    const member = this.person(guild);
    const channelId = guild.channelNamed('general').id;
    if (member === undefined) return false;
    this.#world.conversations.post({ channelId, author: member.user, content: this.#random.pick(phrases) });
    return true;
  }

  #sizeAtStart(guild: Guild): number {
    const size = this.#initialSize.get(guild.id);
    if (size !== undefined) return size;
    this.#initialSize.set(guild.id, guild.memberRecords.size);
    return guild.memberRecords.size;
  }
}
