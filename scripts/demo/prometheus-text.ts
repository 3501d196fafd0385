/** One sample of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads Prometheus' text format; lines that are no samples are passed over. */
export function readSamples(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const parts = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (parts === null) continue;
    const labels: Record<string, string> = {};
    for (const [, label = '', value = ''] of (parts[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      labels[label] = value;
    samples.push({ name: parts[1] ?? '', labels, value: Number(parts[3]) });
  }
  return samples;
}

/** The sum of all samples of a name whose labels are as given. */
export function sumOf(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples
    .filter((sample) => sample.name === name && hasLabels(sample, labels))
    .reduce((sum, { value }) => sum + value, 0);
}

/**
 * A quantile of a histogram, linear within its bucket as Prometheus' `histogram_quantile` does it; undefined
 * without observations.
 */
export function quantileOf(samples: readonly Sample[], name: string, quantile: number): number | undefined {
  const buckets = new Map<number, number>();
  for (const sample of samples) {
    if (sample.name !== `${name}_bucket`) continue;
    const bound = sample.labels['le'] === '+Inf' ? Infinity : Number(sample.labels['le']);
    buckets.set(bound, (buckets.get(bound) ?? 0) + sample.value);
  }
  const sorted = [...buckets].toSorted(([one], [other]) => one - other);
  const rank = (sorted.at(-1)?.[1] ?? 0) * quantile;
  if (rank === 0) return undefined;
  let [lower, below] = [0, 0];
  for (const [bound, count] of sorted) {
    if (count >= rank) return bound === Infinity ? lower : lower + ((bound - lower) * (rank - below)) / (count - below);
    [lower, below] = [bound, count];
  }
  return lower;
}

function hasLabels(sample: Sample, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
}
