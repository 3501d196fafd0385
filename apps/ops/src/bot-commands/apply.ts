import { applyRegistrations } from '@arrakis/bot';
import { exitCodes, type Command } from '../command.ts';
import { describePlan } from './describe-plan.ts';
import { forEachBot, isInSync, options } from './each-bot.ts';

/** `arrakis commands apply` */
export const applyCommands: Command = {
  name: 'commands apply',
  options,
  summary: "makes the bot's commands at Discord what its modules define",
  description: `Makes the commands at Discord those of the bot's modules, where they differ: all of a scope at once, or none. A command
that stays keeps its id and what guilds have decided of its permissions; one that no module has any more goes.`,
  examples: ['arrakis commands apply', 'arrakis commands apply --guild 81384788765712384'],
  exits: { done: 'the commands are as they are defined' },
  async run(invocation) {
    const { json, output } = invocation;
    const bots = await forEachBot(invocation, applyRegistrations);
    if (json) output.json({ bots });
    else {
      for (const line of bots.flatMap((bot) => describePlan(bot, output))) output.line(line);
      if (!isInSync(bots)) output.line(`${output.style('good', '✓')} applied`);
    }
    return exitCodes.done;
  },
};
