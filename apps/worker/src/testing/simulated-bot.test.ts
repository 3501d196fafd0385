import { auto, slash, testContext, ui } from '@arrakis/bot';
import { waitFor } from '@arrakis/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modules } from '../modules/index.ts';
import { SimulatedBot } from './simulated-bot.ts';

const broken = slash('broken', { description: 'x', run: () => Promise.reject(new Error('a bug')) });

const lively = slash('lively', {
  description: 'x',
  defer: 'ephemeral',
  run: () => ui.message(ui.container({}, 'In a frame')),
});
const talk = slash('talk', { description: 'x', defer: auto('public'), run: () => ({ content: 'at once' }) });

let bot: SimulatedBot;
beforeAll(async () => {
  bot = await SimulatedBot.start([...modules, { name: 'test', commands: [broken, lively, talk] }]);
});
afterAll(() => bot[Symbol.asyncDispose]());

describe('a test context', () => {
  it('shows what the simulated Discord shows', async () => {
    const test = testContext([...modules, { name: 'test', commands: [broken, lively, talk] }]);
    const { interactions } = bot.discord;
    const shown = (messages: readonly { content: string; flags?: number }[]) =>
      messages.map(({ content, flags = 0 }) => [content.replace(/\d{15,}/, '<id>'), flags]);
    for (const [name, options] of [
      ['echo', { text: 'Hello' }],
      ['colour', { name: 'plaid' }],
      ['poll', { question: 'More water?' }],
      ['lively', {}],
      ['talk', {}],
      ['broken', {}],
    ] as const) {
      const there = await interactions.slash({ ...bot.by, name, options }).settled();
      const here = await test.slash(name, options).catch(() => test.latest);
      await waitFor(() => shown(there.messages).length > 0, { what: name });
      expect(shown(here?.messages ?? []), name).toEqual(shown(there.messages));
    }
  });
});

describe("the worker's modules behind a simulated Discord", () => {
  it('ask a question, and count a vote', async () => {
    const { interactions } = bot.discord;
    const asked = interactions.slash({ ...bot.by, name: 'poll', options: { question: 'More water?' } });
    expect((await asked.settled()).messages[0]?.content).toBe('More water?');
    const pressed = interactions.button({ ...bot.by, customId: 'poll:vote:yes' });
    expect((await pressed.settled()).messages[0]?.content).toContain('Last vote: **Yes**');
  });

  it('open a modal, and thank for what is written in it', async () => {
    const { interactions } = bot.discord;
    const opened = await interactions.slash({ ...bot.by, name: 'feedback' }).settled();
    expect(opened.modal?.custom_id).toBe('feedback');
    const submitted = interactions.modalSubmit({ ...bot.by, customId: 'feedback', fields: { message: 'Fine.' } });
    expect((await submitted.settled()).messages[0]?.content).toContain('Fine.');
  });

  it('keep what a handler throws, and tell the member', async () => {
    const asked = bot.discord.interactions.slash({ ...bot.by, name: 'broken' });
    expect((await asked.settled()).messages[0]?.content).toContain(asked.id);
    expect(bot.failures.at(-1)).toEqual(new Error('a bug'));
  });

  it("keep Discord's own rules", () => {
    expect(bot.discord.recording.violations()).toEqual([]);
  });
});
