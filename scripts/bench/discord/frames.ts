/**
 * Payloads with the fields and sizes that Discord's own have, the same for the same seed. What makes each one
 * different is its number, see {@link numberOf}.
 */

/** A dispatch to be sent. */
export interface Frame {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Every frame is about this guild. */
export const guildId = '1070000000000000000';

/** The snowflake of frame 0: later than any id of the simulated world. */
const firstId = 1_500_000_000_000_000_000n;

/** Frames of one turn of the mix; after it the same kinds follow in the same order. */
const turn = 1_000;

/** How many frames of each kind a turn has. `guild` is GUILD_CREATE, as after an outage. */
const shares = { memberUpdate: 481, memberAdd: 280, memberRemove: 88, interaction: 150, guild: 1 };

/** Different payloads of a kind. */
const variants = 64;

type Kind = keyof typeof shares;

export interface FrameOptions {
  readonly seed?: number;
  /** Whether GUILD_CREATEs of 50 to 300 KB are among them; by default they are. */
  readonly guilds?: boolean;
  /** Whether INTERACTION_CREATEs are among them; by default they are. */
  readonly interactions?: boolean;
}

/** The frames of a load, by their number from 0. */
export class Frames {
  readonly #random: () => number;
  readonly #order: readonly Kind[];
  readonly #payloads: Readonly<Record<Kind, readonly Record<string, unknown>[]>>;

  constructor({ seed = 1, guilds = true, interactions = true }: FrameOptions = {}) {
    this.#random = randomNumbers(seed);
    const leftOut: readonly Kind[] = [
      ...(guilds ? [] : ['guild' as const]),
      ...(interactions ? [] : ['interaction' as const]),
    ];
    const kinds: readonly Kind[] = ['memberUpdate', 'memberAdd', 'memberRemove', 'interaction', 'guild'];
    const order = kinds.flatMap((kind) => {
      const replaced = leftOut.includes(kind) ? 'memberUpdate' : kind;
      return Array.from({ length: shares[kind] }, () => replaced);
    });
    this.#order = this.#shuffled(order);
    this.#payloads = {
      memberUpdate: many(variants, () => this.#memberUpdate()),
      memberAdd: many(variants, () => this.#memberAdd()),
      memberRemove: many(variants, () => ({ user: this.#user(), guild_id: guildId })),
      interaction: many(variants, () => this.#interaction()),
      guild: [55, 90, 140, 290].map((kilobytes) => this.#guild(kilobytes)),
    };
  }

  frame(index: number): Frame {
    const kind = this.#order[index % turn] ?? 'memberUpdate';
    const payloads = this.#payloads[kind];
    // Shifted from turn to turn, so that each place sees every payload.
    const payload = payloads[(index + Math.floor(index / turn)) % payloads.length] ?? {};
    const id = String(firstId + BigInt(index));
    switch (kind) {
      case 'interaction':
        return { type: 'INTERACTION_CREATE', data: { ...payload, id } };
      case 'guild':
        return { type: 'GUILD_CREATE', data: payload };
      case 'memberAdd':
        return { type: 'GUILD_MEMBER_ADD', data: withUser(payload, id) };
      case 'memberRemove':
        return { type: 'GUILD_MEMBER_REMOVE', data: withUser(payload, id) };
      case 'memberUpdate':
        return { type: 'GUILD_MEMBER_UPDATE', data: withUser(payload, id) };
    }
  }

  #memberAdd(): Record<string, unknown> {
    return { ...this.#member(0), guild_id: guildId };
  }

  #memberUpdate(): Record<string, unknown> {
    return { ...this.#member(3 + this.#below(9)), guild_id: guildId };
  }

  #member(roles: number): Record<string, unknown> {
    return {
      user: this.#user(),
      nick: this.#below(3) === 0 ? this.#word(14) : null,
      avatar: null,
      banner: null,
      roles: Array.from({ length: roles }, () => this.#snowflake()),
      joined_at: '2024-05-17T19:24:51.413000+00:00',
      premium_since: null,
      communication_disabled_until: null,
      deaf: false,
      mute: false,
      flags: 0,
      pending: false,
      unusual_dm_activity_until: null,
    };
  }

  #user(): Record<string, unknown> {
    return {
      id: this.#snowflake(),
      username: this.#word(12),
      discriminator: '0',
      global_name: this.#word(16),
      display_name: this.#word(16),
      avatar: this.#hash(),
      avatar_decoration_data: this.#below(4) === 0 ? { asset: `a_${this.#hash()}`, sku_id: this.#snowflake() } : null,
      collectibles: null,
      primary_guild: null,
      public_flags: this.#below(256),
      bot: false,
    };
  }

  #interaction(): Record<string, unknown> {
    return {
      version: 1,
      type: 2,
      token: this.#word(210),
      member: { ...this.#member(6), permissions: '2222085186640449' },
      locale: 'en-US',
      guild_locale: 'en-US',
      guild_id: guildId,
      guild: { id: guildId, locale: 'en-US', features: ['COMMUNITY', 'NEWS', 'INVITE_SPLASH', 'SOUNDBOARD'] },
      entitlements: [],
      entitlement_sku_ids: [],
      data: { type: 1, name: 'verify', id: this.#snowflake(), ...this.#commandOptions() },
      context: 0,
      channel_id: this.#snowflake(),
      channel: this.#channel(0),
      authorizing_integration_owners: { '0': guildId },
      attachment_size_limit: 10_485_760,
      application_id: this.#snowflake(),
      app_permissions: '2248473465835073',
    };
  }

  /** Half of the commands name a member, whom Discord then describes. */
  #commandOptions(): Record<string, unknown> {
    const reason = { type: 3, name: 'reason', value: this.#word(24) };
    if (this.#below(2) === 0) return { options: [reason] };
    const user = this.#user();
    const id = String(user['id']);
    const member = { ...this.#member(3), user: undefined, permissions: '2222085186640449' };
    return {
      options: [{ type: 6, name: 'member', value: id }, reason],
      resolved: { users: { [id]: user }, members: { [id]: member } },
    };
  }

  /** What makes a guild large for a bot without presences is channels, roles and emojis. */
  #guild(kilobytes: number): Record<string, unknown> {
    return {
      id: guildId,
      name: this.#word(20),
      unavailable: false,
      large: true,
      member_count: 120_000,
      owner_id: this.#snowflake(),
      features: ['COMMUNITY', 'NEWS'],
      members: [],
      presences: [],
      threads: [],
      voice_states: [],
      channels: many(kilobytes * 1.1, () => this.#channel(5)),
      roles: many(kilobytes * 0.55, () => this.#role()),
      emojis: many(kilobytes * 0.7, () => ({
        id: this.#snowflake(),
        name: this.#word(10),
        roles: [],
        require_colons: true,
        managed: false,
        animated: false,
        available: true,
      })),
    };
  }

  #channel(overwrites: number): Record<string, unknown> {
    return {
      id: this.#snowflake(),
      type: 0,
      guild_id: guildId,
      name: this.#word(18),
      topic: this.#word(60),
      position: this.#below(200),
      parent_id: this.#snowflake(),
      last_message_id: this.#snowflake(),
      rate_limit_per_user: 0,
      nsfw: false,
      flags: 0,
      permission_overwrites: Array.from({ length: overwrites }, () => ({
        id: this.#snowflake(),
        type: 0,
        allow: '1049600',
        deny: '2048',
      })),
    };
  }

  #role(): Record<string, unknown> {
    return {
      id: this.#snowflake(),
      name: this.#word(16),
      color: this.#below(0xff_ff_ff),
      colors: { primary_color: this.#below(0xff_ff_ff), secondary_color: null, tertiary_color: null },
      hoist: false,
      icon: null,
      unicode_emoji: null,
      position: this.#below(250),
      permissions: '2248473465835073',
      managed: false,
      mentionable: false,
      flags: 0,
    };
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #word(length: number): string {
    return Array.from({ length }, () => 'abcdefghijklmnopqrstuvwxyz0123456789_.'[this.#below(38)]).join('');
  }

  #hash(): string {
    return Array.from({ length: 32 }, () => this.#below(16).toString(16)).join('');
  }

  #snowflake(): string {
    return String(1_000_000_000_000_000_000n + BigInt(this.#below(2 ** 40)));
  }

  #shuffled<Item>(items: readonly Item[]): Item[] {
    return items
      .map((item) => ({ item, place: this.#random() }))
      .toSorted((one, other) => one.place - other.place)
      .map(({ item }) => item);
  }
}

function many<Item>(count: number, make: () => Item): Item[] {
  return Array.from({ length: Math.ceil(count) }, make);
}

function withUser(payload: Record<string, unknown>, id: string): Record<string, unknown> {
  const user = payload['user'];
  return { ...payload, user: typeof user === 'object' ? { ...user, id } : { id } };
}

/** Which frame a snowflake belongs to; undefined when it is none of a frame. */
export function numberOf(id: string): number | undefined {
  const number = BigInt(id) - firstId;
  return number < 0n || number > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(number);
}

/** Mulberry32: small, fast, and the same on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
