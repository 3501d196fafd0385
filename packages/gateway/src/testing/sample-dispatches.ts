/** Dispatches of the sizes and kinds that bots receive most: event name and `d`, another one for each index. */
export function sampleDispatches(index: number): readonly (readonly [name: string, data: object])[] {
  const random = randomOf(index);
  const guild_id = snowflake(random);
  const member = memberOf(random);
  const user = userOf(random);
  const message = { ...messageOf(random, user), member, guild_id };
  const embeds = [embedOf(random), embedOf(random)];
  return [
    ['TYPING_START', { user_id: user.id, timestamp: 1_780_000_000 + index, guild_id, member: { ...member, user } }],
    ['GUILD_MEMBER_ADD', { user, ...member, guild_id }],
    ['MESSAGE_CREATE', message],
    ['MESSAGE_UPDATE', { ...message, embeds }],
  ];
}

/** A dispatch as Discord writes it. */
export function dispatchText(name: string, sequence: number, data: object): string {
  return `{"t":"${name}","s":${sequence},"op":0,"d":${JSON.stringify(data)}}`;
}

/** A number from 0 up to but not including the limit. */
type Random = (limit: number) => number;

/** The same numbers for the same seed (mulberry32). */
function randomOf(seed: number): Random {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const words = 'the spice must flow over dunes of Arrakis while worms sleep below émigrés watch ☂ and wait'.split(' ');

const text = (random: Random, count: number) =>
  Array.from({ length: count }, () => words[random(words.length)]).join(' ');

const snowflake = (random: Random) => String(1_088_510_058_284_990_000n + BigInt(random(2 ** 31)) * 131_071n);

const hash = (random: Random) =>
  Array.from({ length: 4 }, () =>
    random(2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');

function userOf(random: Random) {
  return {
    id: snowflake(random),
    username: `resident_${random(1e6)}`,
    global_name: text(random, 2),
    avatar: hash(random),
    discriminator: '0',
    public_flags: 64,
    bot: false,
    avatar_decoration_data: null,
    clan: null,
  };
}

function memberOf(random: Random): object {
  return {
    roles: Array.from({ length: 3 }, () => snowflake(random)),
    premium_since: null,
    pending: false,
    nick: null,
    mute: false,
    joined_at: `2024-05-17T12:00:00.${random(1e6)}+00:00`,
    flags: 0,
    deaf: false,
    communication_disabled_until: null,
    banner: null,
    avatar: null,
  };
}

function messageOf(random: Random, author: object): object {
  return {
    type: 0,
    tts: false,
    timestamp: `2026-03-01T12:00:00.${random(1e6)}+00:00`,
    pinned: false,
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    id: snowflake(random),
    flags: 0,
    embeds: [],
    edited_timestamp: null,
    content: text(random, 25),
    components: [],
    channel_id: snowflake(random),
    author,
    attachments: [],
  };
}

function embedOf(random: Random): object {
  const fields = Array.from({ length: 12 }, () => ({ name: text(random, 2), value: text(random, 15), inline: true }));
  return { type: 'rich', title: text(random, 4), description: text(random, 60), fields };
}
