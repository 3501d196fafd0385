import { planRegistrations } from '@arrakis/bot';
import { exitCodes, type Command } from '../command.ts';
import { describePlan } from './describe-plan.ts';
import { forEachBot, options } from './each-bot.ts';

/** `arrakis commands plan` */
export const planCommands: Command = {
  name: 'commands plan',
  options,
  summary: "what would change of the bot's commands at Discord",
  description: `Compares the commands of the bot's modules with those that are registered at Discord, globally and in the guilds that
a definition names, and changes nothing. What Discord takes for granted is no difference.`,
  examples: ['arrakis commands plan', 'arrakis commands plan --guild 81384788765712384 --json'],
  exits: { done: 'the plan was made' },
  async run(invocation) {
    const { json, output } = invocation;
    const bots = await forEachBot(invocation, planRegistrations);
    if (json) output.json({ bots });
    else for (const line of bots.flatMap((bot) => describePlan(bot, output))) output.line(line);
    return exitCodes.done;
  },
};
