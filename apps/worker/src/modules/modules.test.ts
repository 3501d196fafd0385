import { testContext, type TestContext } from '@arrakis/bot';
import { createdAt } from '@arrakis/discord-rest';
import { beforeEach, describe, expect, it } from 'vitest';
import { modules } from './index.ts';

let test: TestContext;
beforeEach(() => {
  test = testContext(modules);
});

describe('basics', () => {
  it('/ping tells how long it took, to whoever asked alone', async () => {
    const { messages } = await test.slash('ping', {}, { ageMs: 40 });
    expect(messages).toMatchObject([{ content: expect.stringMatching(/^Pong! \d+ ms$/), flags: 64 }]);
    expect(Number(/\d+/.exec(messages[0]?.content ?? '')?.[0])).toBeGreaterThanOrEqual(40);
  });

  it('/echo says it again', async () => {
    expect((await test.slash('echo', { text: 'Hello' })).messages).toMatchObject([{ content: 'Hello', flags: 0 }]);
  });

  it('/colour completes what is typed, shows a colour, and knows not all', async () => {
    const choices = await test.autocomplete('colour', { name: ' RE' }, { focused: 'name' });
    expect(choices.map(({ value }) => value)).toEqual(['red', 'redwood']);
    const { messages } = await test.slash('colour', { name: 'Azure' });
    expect(messages[0]?.embeds).toEqual([{ title: 'Azure', description: '#007fff', color: 0x007fff }]);
    expect((await test.slash('colour', { name: 'plaid' })).messages[0]?.flags).toBe(64);
  });

  it('shows the card of a member', async () => {
    const chani = test.make.user({ username: 'chani', nick: 'Sihaya', roles: ['1', '2'] });
    const { messages, deferred } = await test.userMenu('Member card', chani);
    expect(deferred).toBe('ephemeral');
    expect(messages[0]?.embeds[0]).toMatchObject({
      title: 'Sihaya',
      fields: [
        { value: chani.id },
        { value: `<t:${Math.floor(createdAt(chani.id) / 1000)}:R>` },
        { value: expect.stringMatching(/^<t:\d+:R>$/) },
        { value: '2' },
      ],
    });
  });

  it('quotes a message, cut to what fits', async () => {
    const long = test.make.message({ content: `first\n${'x'.repeat(2_000)}` });
    const { messages } = await test.messageMenu('Quote', long);
    expect(messages[0]?.content).toMatch(/^> first\n> x+\n<@\d+> in https:\/\/discord\.com\/channels\/200\/500\/\d+$/);
    const empty = await test.messageMenu('Quote', test.make.message(), { guildId: null });
    expect(empty.messages[0]?.content).toMatch(/^> \(no text\)\n.*\/channels\/@me\/500\//);
  });
});

describe('a poll', () => {
  it('counts who voted last, and takes no vote that it does not offer', async () => {
    await test.slash('poll', { question: 'More\nwater?' });
    const voted = await test.button('poll:vote:yes');
    expect(voted.messages[0]?.content).toBe('More water?\nLast vote: **Yes** by <@300>');
    expect((await test.button('poll:vote:no')).messages[0]?.content).toContain('**No**');
    expect((await test.button('poll:vote:maybe')).outcome).toBe('refused');
  });

  it('tells what a member will hear of', async () => {
    await test.slash('poll', { question: 'x' });
    const picked = await test.select('roles:pick', ['news', 'games']);
    expect(picked.messages).toMatchObject([{ content: 'You will hear of: News, Games', flags: 64 }]);
    expect((await test.select('roles:pick', [])).messages[0]?.content).toBe('You will hear of: nothing');
    expect((await test.select('roles:pick', ['spice'])).outcome).toBe('refused');
  });
});

describe('feedback', () => {
  it('is asked for in a modal, and logged without what it says', async () => {
    const { modal } = await test.slash('feedback');
    expect(modal?.custom_id).toBe('feedback');
    const { messages } = await test.submit('feedback', { message: 'More water' });
    expect(messages[0]?.content).toBe('Thank you! You wrote:\nMore water');
    expect(test.logs).toMatchObject([{ about: { characters: 10 }, message: 'feedback received' }]);
    expect(JSON.stringify(test.logs)).not.toContain('More water');
  });
});

describe('/community', () => {
  it('counts members of the guild, and is there in guilds only', async () => {
    await test.event('member.join', { guild_id: '200', user: { id: '7' } });
    await test.event('member.leave', { guild_id: '200', user: { id: '7' } });
    expect((await test.slash('community')).messages[0]?.content).toBe('joined 1, left 1, updated 0');
    expect((await test.slash('community', {}, { guildId: null })).outcome).toBe('refused');
  });

  it('welcomes at most once in ten seconds, unless its setting says otherwise', async () => {
    const welcomes = () => test.discord.requests.length;
    const join = (id: string) => test.event('member.join', { guild_id: '200', user: { id } });
    await test.event('guild.available', { id: '200', name: 'Sietch', member_count: 1, system_channel_id: '500' });
    await join('7');
    await join('8');
    expect(welcomes()).toBe(1);
    test.advance(10_001);
    await join('9');
    expect(welcomes()).toBe(2);
    expect(test.discord.requests[0]).toMatchObject({ body: { content: 'Welcome, <@7>!' } });

    test = testContext(modules, { settings: { WELCOME_EVERY_MS: '1' } });
    await test.event('guild.available', { id: '200', name: 'Sietch', member_count: 1, system_channel_id: '500' });
    await join('7');
    test.advance(2);
    await join('8');
    expect(welcomes()).toBe(2);
  });
});
