import { median } from './samples.ts';
import type { Candidate, Finding } from './suite.ts';

/** One line of the table. */
interface Row {
  readonly title: string;
  readonly cells: readonly string[];
  readonly met: boolean | undefined;
}

/** Whether the median of `arrakis` is within the target; undefined without a target, or when it was not measured. */
export function isMet({ values, target, least, leastRatio }: Finding): boolean | undefined {
  const own = median(values['arrakis'] ?? []);
  const ratio = own / median(values['baseline'] ?? []);
  if (target !== undefined && !Number.isNaN(own)) return own <= target;
  if (least !== undefined && !Number.isNaN(own)) return own >= least;
  if (leastRatio !== undefined && !Number.isNaN(ratio)) return ratio >= leastRatio;
  return undefined;
}

/** The findings as a table: for each candidate the median and in brackets the least and the most. */
export function renderTable(findings: readonly Finding[], candidates: readonly Candidate[]): string {
  const head = ['', ...candidates.map(({ title }) => title), 'ratio', 'target', ''];
  const rows = findings.map((finding) => rowOf(finding, candidates));
  const lines = [head, ...rows.map(({ title, cells, met }) => [title, ...cells, mark(met)])];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((line) => line.join('  ').trimEnd())
    .join('\n');
}

function rowOf(finding: Finding, candidates: readonly Candidate[]): Row {
  const { title, unit, values } = finding;
  const [first = [], second = []] = candidates.map(({ name }) => values[name] ?? []);
  const ratio = median(first) / median(second);
  return {
    title,
    cells: [
      ...candidates.map(({ name }) => summary(values[name] ?? [], unit)),
      Number.isFinite(ratio) ? format(ratio) : '',
      targetOf(finding),
    ],
    met: isMet(finding),
  };
}

function targetOf({ unit, target, least, leastRatio }: Finding): string {
  if (target !== undefined) return `≤ ${format(target)} ${unit}`;
  if (least !== undefined) return `≥ ${format(least)} ${unit}`;
  return leastRatio === undefined ? '' : `ratio ≥ ${leastRatio}`;
}

function summary(values: readonly number[], unit: string): string {
  if (values.length === 0) return '–';
  const middle = `${format(median(values))} ${unit}`;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? middle : `${middle} (${format(least)}–${format(most)})`;
}

function mark(met: boolean | undefined): string {
  if (met === undefined) return '';
  return met ? '✓' : '✗ missed';
}

/** Three digits that count, and no decimals for what is whole. */
function format(value: number): string {
  const decimals = Number.isInteger(value) ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
