import { describe, expect, it } from 'vitest';
import { quantileOf, readSamples, sumOf } from './prometheus-text.ts';

const text = `# HELP x X
x_bucket{le="1",kind="a"} 50
x_bucket{le="10",kind="a"} 90
x_bucket{le="+Inf",kind="a"} 100
x_count{kind="a"} 100
y{queue="a \\"quoted\\" name"} 3
y{queue="b"} 4.5
z 7
`;

describe("Prometheus' text", () => {
  const samples = readSamples(text);

  it('is read with its labels, and summed by them', () => {
    expect([
      sumOf(samples, 'y'),
      sumOf(samples, 'y', { queue: 'b' }),
      sumOf(samples, 'z'),
      sumOf(samples, 'none'),
    ]).toEqual([7.5, 4.5, 7, 0]);
  });

  it('gives quantiles within their bucket, the last bound for what lies beyond, and none without observations', () => {
    expect(quantileOf(samples, 'x', 0.25)).toBe(0.5);
    expect(quantileOf(samples, 'x', 0.7)).toBe(5.5);
    expect(quantileOf(samples, 'x', 0.99)).toBe(10);
    expect(quantileOf(samples, 'none', 0.5)).toBeUndefined();
  });
});
