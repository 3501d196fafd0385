import type { CommandDifference, CommandPlan, PlannedCommand } from '@arrakis/bot';
import type { Output, Style } from '../output.ts';
import type { BotPlan } from './each-bot.ts';

const marks: Readonly<Record<Exclude<PlannedCommand['state'], 'same'>, readonly [Style, string, string]>> = {
  missing: ['good', '+', 'is not registered'],
  different: ['doubtful', '~', 'differs'],
  surplus: ['bad', '-', 'is registered, and no module has it'],
};

/** What was found of the commands of a bot, a line each; what is as it should be is only counted. */
export function describePlan({ applicationId, scopes }: BotPlan, output: Output): string[] {
  return scopes.flatMap((scope) => [
    output.style('strong', `${applicationId}, ${scope.guildId === undefined ? 'globally' : `guild ${scope.guildId}`}`),
    ...describeScope(scope, output),
  ]);
}

function describeScope({ commands }: CommandPlan, output: Output): string[] {
  const same = commands.filter(({ state }) => state === 'same').length;
  const lines = commands.flatMap(({ command, state, differences }) => {
    if (state === 'same') return [];
    const [style, mark, words] = marks[state];
    const details = differences.flatMap((difference) => describeDifference(difference, output));
    return [`  ${output.style(style, mark)} ${command} ${words}`, ...details];
  });
  const fine = same > 0 || commands.length === 0 ? [`  ${output.style('good', '=')} ${same} as defined`] : [];
  return [...lines, ...fine];
}

function describeDifference({ path, registered, defined }: CommandDifference, output: Output): string[] {
  return [
    `      ${path}`,
    ...(registered === undefined ? [] : [`        ${output.style('bad', '-')} ${JSON.stringify(registered)}`]),
    ...(defined === undefined ? [] : [`        ${output.style('good', '+')} ${JSON.stringify(defined)}`]),
  ];
}
