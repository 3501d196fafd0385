import { GatewayIntentBits as Intent } from 'discord-api-types/gateway/v10';
import { describe, expect, it } from 'vitest';
import { whyNothingComes } from './event-intents.ts';

describe('a pattern of event types', () => {
  it('brings nothing without one of its intents, which are named', () => {
    expect(whyNothingComes('message.create', Intent.Guilds)).toBe(
      'DISCORD_INTENTS has none of GuildMessages, DirectMessages',
    );
    expect(whyNothingComes('message.create', Intent.Guilds | Intent.DirectMessages)).toBeUndefined();
    expect(whyNothingComes('message.reaction.#', Intent.GuildMessages)).toMatch('GuildMessageReactions');
    expect(whyNothingComes('message.#', Intent.GuildMessageReactions)).toBeUndefined();
    expect(whyNothingComes('presence.*', Intent.GuildMembers)).toMatch(/GuildPresences$/);
  });

  it('brings what Discord sends whatever the intents are', () => {
    for (const pattern of ['entitlement.#', 'user.update', 'voice.#'])
      expect(whyNothingComes(pattern, 0)).toBeUndefined();
  });

  it('brings nothing when no event is called so', () => {
    expect(whyNothingComes('mesage.create', Intent.GuildMessages)).toBe('no event that is known has such a type');
    expect(whyNothingComes('guild.available', Intent.Guilds)).toBeUndefined();
  });
});
