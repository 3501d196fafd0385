import { planRegistrations } from '@arrakis/bot';
import { exitCodes, type Command } from '../command.ts';
import { describePlan } from './describe-plan.ts';
import { forEachBot, isInSync, options } from './each-bot.ts';

/** `arrakis commands check` */
export const checkCommands: Command = {
  name: 'commands check',
  options,
  summary: "whether the bot's commands at Discord are as its modules define them",
  description: `The same comparison as 'arrakis commands plan', for scripts: its exit code tells whether anything differs.`,
  examples: ['arrakis commands check || arrakis commands apply'],
  exits: { done: 'all commands are as they are defined', differs: 'some differ, are missing, or should not be there' },
  async run(invocation) {
    const { json, output } = invocation;
    const bots = await forEachBot(invocation, planRegistrations);
    if (json) output.json({ bots });
    else for (const line of bots.flatMap((bot) => describePlan(bot, output))) output.line(line);
    return isInSync(bots) ? exitCodes.done : exitCodes.differs;
  },
};
