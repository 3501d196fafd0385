import { describeDifference, type PlannedObject, type TopologyPlan } from '@arrakis/broker';
import type { Output, Style } from '../output.ts';

const marks: Readonly<Record<PlannedObject['state'], readonly [Style, string, string]>> = {
  same: ['good', '=', 'is as it should be'],
  missing: ['bad', '+', 'is missing'],
  different: ['bad', '~', 'differs'],
  hidden: ['doubtful', '?', 'exists; this user may not see in which form'],
};

/** What a plan has found, a line each; what is as it should be is only counted. */
export function describePlan({ objects, migrations }: TopologyPlan, output: Output): string[] {
  const found = objects.filter(({ state }) => state !== 'same');
  const same = objects.length - found.length;
  return [
    ...found.flatMap((object) => describeObject(object, output)),
    ...migrations.map(
      (queue) => `${output.style('doubtful', '…')} queue ${queue}: a migration has begun and not ended`,
    ),
    ...(same > 0 ? [`${output.style('good', '=')} ${same} of ${objects.length} are as they should be`] : []),
  ];
}

/** What to do about it, and what could not be seen. */
export function describeAdvice({ objects, migrations }: TopologyPlan): string[] {
  const migratable = new Set([
    ...objects.filter(({ kind, state }) => kind === 'queue' && state === 'different').map(({ name }) => name),
    ...migrations,
  ]);
  const isExchangeDifferent = objects.some(({ kind, state }) => kind === 'exchange' && state === 'different');
  return [
    '',
    ...(objects.some(({ state }) => state === 'missing') ? ["'arrakis topology apply' declares what is missing."] : []),
    ...(migratable.size > 0 ? ['RabbitMQ cannot change a queue in place (docs/operations.md#migrating-a-queue):'] : []),
    ...[...migratable].map((name) => `  arrakis topology migrate ${name}`),
    ...(isExchangeDifferent ? ['For an exchange that differs see docs/operations.md#an-exchange-that-differs.'] : []),
    "Bindings cannot be seen over AMQP; 'arrakis topology apply' declares them all again.",
  ];
}

function describeObject(object: PlannedObject, output: Output): string[] {
  const [style, mark, words] = marks[object.state];
  const lines = [`${output.style(style, mark)} ${object.kind} ${output.style('strong', object.name)} ${words}`];
  if (object.state !== 'different') return lines;
  lines.push(...object.differences.map((difference) => `    ${describeDifference(difference)}`));
  if (!object.complete) lines.push('    and there may be more, of which RabbitMQ does not tell');
  return lines;
}
