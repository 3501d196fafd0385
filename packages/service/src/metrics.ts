import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A name, what it measures with its unit, and its labels; labels must have few values. */
export interface MetricDefinition<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Label[];
}

/** The metrics of one process, for Prometheus to read at `/metrics`. */
export class Metrics {
  readonly #registry = new Registry();

  constructor() {
    // By default the event loop would be woken a hundred times a second to see how late it is.
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 100 });
  }

  /** `collect` is called at every scrape, to add what has been counted elsewhere meanwhile. */
  counter<Label extends string>(
    { name, help, labels = [] }: MetricDefinition<Label>,
    collect?: (counter: Counter<Label>) => void,
  ): Counter<Label> {
    const counter: Counter<Label> = new Counter({
      name,
      help,
      labelNames: labels,
      registers: [this.#registry],
      ...(collect !== undefined && { collect: () => collect(counter) }),
    });
    return counter;
  }

  /** `collect` is called at every scrape, for values that are asked for rather than told. */
  gauge<Label extends string>(
    { name, help, labels = [] }: MetricDefinition<Label>,
    collect?: (gauge: Gauge<Label>) => void | Promise<void>,
  ): Gauge<Label> {
    const gauge: Gauge<Label> = new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [this.#registry],
      ...(collect !== undefined && { collect: () => collect(gauge) }),
    });
    return gauge;
  }

  /** `buckets` are upper bounds in the metric's unit. */
  histogram<Label extends string>(
    { name, help, labels = [] }: MetricDefinition<Label>,
    buckets: readonly number[],
  ): Histogram<Label> {
    return new Histogram({
      name,
      help,
      labelNames: labels,
      buckets: [...buckets],
      registers: [this.#registry],
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in Prometheus' text format. */
  render(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** Bounds in ms for what a person or a queue waits for. */
export const latencyBucketsMs: readonly number[] = [
  1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 30_000, 60_000,
];
