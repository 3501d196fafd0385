import { slash } from '@arrakis/bot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modules } from '../modules/index.ts';
import { SimulatedBot } from './simulated-bot.ts';

const broken = slash('broken', { description: 'x', run: () => Promise.reject(new Error('a bug')) });

let bot: SimulatedBot;
beforeAll(async () => {
  bot = await SimulatedBot.start([...modules, { name: 'test', commands: [broken] }]);
});
afterAll(() => bot[Symbol.asyncDispose]());

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
    expect(bot.failures).toEqual([new Error('a bug')]);
  });

  it("keep Discord's own rules", () => {
    expect(bot.discord.recording.violations()).toEqual([]);
  });
});
