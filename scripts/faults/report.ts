import { isSurvived, type FaultResult } from './results.ts';

/** What was tried on one broker. */
export interface BrokerReport {
  /** `RabbitMQ 3.10.8 (installed)` */
  readonly broker: string;
  readonly results: readonly FaultResult[];
}

/** The table of one broker: each fault, whether it was survived, and what that took. */
export function renderReport({ broker, results }: BrokerReport): string {
  const head = ['', 'fault', 'tests', 'lost', 'twice', 'recovery', ''];
  const rows = results.map((result) => [
    String(result.number),
    result.name,
    `${result.passed}/${result.passed + result.failed.length}`,
    numberOf(result.lost),
    numberOf(result.twice),
    result.recoveryMs === undefined ? '–' : `${numberOf(result.recoveryMs)} ms`,
    isSurvived(result) ? '✓' : '✗',
  ]);
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const table = lines.map((line) =>
    line
      .map((cell, column) => (column === 1 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return [broker, '', ...table, ...notes(results)].join('\n');
}

/** What the table has no room for: failures, remarks, and what does not exist yet. */
function notes(results: readonly FaultResult[]): string[] {
  const failures = results.flatMap(({ number, failed }) => failed.map((name) => `✗ ${number}: ${name}`));
  const untried = results.filter(({ passed, failed }) => passed + failed.length === 0);
  const remarks = results.flatMap((result) => result.remarks.map((remark) => `${result.number}: ${remark}`));
  const missing = results.flatMap(({ number, notBuilt }) => notBuilt && `${number}, not built yet: ${notBuilt}`);
  const lines = [
    ...failures,
    ...untried.map(({ number }) => `✗ ${number}: no test of it has run`),
    ...remarks,
    ...missing.filter((line) => line !== undefined),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}

function numberOf(value: number | undefined): string {
  return value === undefined ? '–' : value.toLocaleString('en');
}
