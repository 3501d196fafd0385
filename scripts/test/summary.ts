import type { TestReport } from './run-all.ts';

const originTexts = {
  environment: 'given by the environment',
  docker: 'containers',
  local: 'private local instances',
} as const;

/** The table of steps, where the services came from, and as the last line how many tests came out how. */
export function summarize({ steps, origin, counts }: TestReport): string {
  const rows = steps.map(({ title, passed, seconds }) => [title, passed ? 'passed' : 'FAILED', seconds.toFixed(1)]);
  const { passed, failed, skipped } = counts;
  return [
    '',
    ...table([['Step', 'Result', 'Seconds'], ...rows]),
    '',
    `RabbitMQ: ${origin ? originTexts[origin.rabbitmq] : 'none'}. Redis: ${origin ? originTexts[origin.redis] : 'none'}.`,
    '',
    `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  ].join('\n');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}
