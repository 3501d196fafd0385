const member = {
  roles: ['1088510058284990101', '1088510058284990102', '1088510058284990103'],
  premium_since: null,
  pending: false,
  nick: null,
  mute: false,
  joined_at: '2024-05-17T12:00:00.000000+00:00',
  flags: 0,
  deaf: false,
  communication_disabled_until: null,
  banner: null,
  avatar: null,
};

const embed = {
  type: 'rich',
  title: 'Harvest of the day',
  description: 'Sietch Tabr reports the yield of its crawlers. '.repeat(8),
  fields: Array.from({ length: 12 }, (_, field) => ({
    name: `Crawler ${field}`,
    value: '18 kg '.repeat(4),
    inline: true,
  })),
};

/** Dispatches of the sizes and kinds that bots receive most: event name and JSON of `d`, another one for each index. */
export function sampleDispatches(index: number): readonly (readonly [name: string, json: string])[] {
  const id = (offset: number) => String(1_088_510_058_284_990_000n + BigInt(index * 31 + offset));
  const guild_id = id(7);
  const user = userOf(id(1), index);
  const message = { ...messageOf(user, index), id: id(5), channel_id: id(6), guild_id };
  return [
    ['TYPING_START', JSON.stringify({ user_id: id(1), timestamp: 1_780_000_000 + index, guild_id, member })],
    ['GUILD_MEMBER_ADD', JSON.stringify({ user, ...member, guild_id })],
    ['MESSAGE_CREATE', JSON.stringify(message)],
    ['MESSAGE_UPDATE', JSON.stringify({ ...message, embeds: [embed, embed, embed] })],
  ];
}

function userOf(id: string, index: number): object {
  return {
    id,
    username: `resident_${index}`,
    global_name: 'Лиет-Kynes',
    avatar: 'a_9f2c7c1d3b5e4f60718293a4b5c6d7e8',
    discriminator: '0',
    public_flags: 64,
    bot: false,
    avatar_decoration_data: null,
    clan: null,
  };
}

function messageOf(author: object, index: number): object {
  return {
    type: 0,
    tts: false,
    timestamp: '2026-03-01T12:00:00.000000+00:00',
    pinned: false,
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    member,
    flags: 0,
    embeds: [],
    edited_timestamp: null,
    content: `The spice must flow, said the ${index}th worm. Émigré ☂ `.repeat(3),
    components: [],
    author,
    attachments: [],
  };
}

/** A dispatch as Discord writes it. */
export function dispatchText(name: string, sequence: number, json: string): string {
  return `{"t":"${name}","s":${sequence},"op":0,"d":${json}}`;
}
