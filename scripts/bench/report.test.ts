import { expect, test } from 'vitest';
import { isMet, renderTable } from './report.ts';

const candidates = [
  { name: 'arrakis', title: 'arrakis' },
  { name: 'baseline', title: 'another' },
];

test('a table has for each candidate the median with its range, their ratio, and whether the target is met', () => {
  const findings = [
    { title: 'CPU', unit: 'µs', values: { arrakis: [12, 10.04, 30], baseline: [24, 25, 20.5] }, target: 20 },
    { title: 'RSS', unit: 'MB', values: { arrakis: [101.26], baseline: [] }, target: 90 },
    { title: 'shards', unit: '', values: { arrakis: [1_000], baseline: [0.0123] } },
  ];
  expect(renderTable(findings, candidates).split('\n')).toEqual([
    '                arrakis          another   ratio   target',
    'CPU     12 µs (10.0–30)  24 µs (20.5–25)   0.500  ≤ 20 µs         ✓',
    'RSS              101 MB                –          ≤ 90 MB  ✗ missed',
    'shards           1,000           0.0123   81,301',
  ]);
});

test('the median counts for the target, which nobody meets who was not measured', () => {
  const finding = { title: 'CPU', unit: 'µs', target: 20 };
  expect(isMet({ ...finding, values: { arrakis: [19, 20, 90] } })).toBe(true);
  expect(isMet({ ...finding, values: { arrakis: [19, 21, 22] } })).toBe(false);
  expect(isMet({ ...finding, values: { baseline: [1] } })).toBeUndefined();
  expect(isMet({ title: 'CPU', unit: 'µs', values: { arrakis: [1] } })).toBeUndefined();
});

test('a target may be a share of what the baseline reaches', () => {
  const finding = { title: 'Events', unit: 'per s', leastRatio: 0.6 };
  expect(isMet({ ...finding, values: { arrakis: [60], baseline: [100] } })).toBe(true);
  expect(isMet({ ...finding, values: { arrakis: [59], baseline: [100] } })).toBe(false);
  expect(isMet({ ...finding, values: { arrakis: [60] } })).toBeUndefined();
  expect(renderTable([{ ...finding, values: { arrakis: [60], baseline: [100] } }], candidates)).toContain(
    '0.600  ratio ≥ 0.6  ✓',
  );
});
