import type { Services } from '@arrakis/testkit';

/** What a suite measures: `arrakis`, or a baseline that does the same job another way. */
export interface Candidate {
  readonly name: string;
  /** What it is, in a table's head. */
  readonly title: string;
}

/** What was asked for, and what is there to measure with. */
export interface BenchContext {
  readonly root: string;
  readonly services: Pick<Services, 'rabbitmqUrl' | 'redisUrl'>;
  /** Those to be measured, in the order in which they take turns. */
  readonly candidates: readonly Candidate[];
  /** Fewer and shorter rounds: a first impression. */
  readonly quick: boolean;
  /** Where CPU profiles go; undefined when none are wanted. */
  readonly profileFolder: string | undefined;
  /** Logs of the candidates go there. */
  readonly logFolder: string;
  readonly signal: AbortSignal;
  /** Shows that `work` is going on. */
  progress<Result>(title: string, work: () => Promise<Result>): Promise<Result>;
  /** A line for the reader, outside the table. */
  note(text: string): void;
  /** A first segment of queue names and Redis keys that is cleaned up at the end. */
  newNamespace(): string;
}

/** What a measure has found. */
export interface Finding {
  /** What was measured, and how. */
  readonly title: string;
  readonly unit: string;
  /** What each candidate took, by its name, in the order measured; none where it cannot do it. */
  readonly values: Readonly<Record<string, readonly number[]>>;
  /** What `arrakis` may take at most in the median; undefined where the figure is only to be known. */
  readonly target?: number;
  /** What `arrakis` must have at least in the median. */
  readonly least?: number;
  /** How much `arrakis` must have at least, as a share of what the baseline has, in the medians. */
  readonly leastRatio?: number;
}

/** One thing that a suite measures. */
export interface Measure {
  readonly name: string;
  readonly run: (context: BenchContext) => Promise<readonly Finding[]>;
}

/** A part of Arrakis that is measured beside a baseline. */
export interface Suite {
  readonly name: string;
  /** What it measures, in a line. */
  readonly summary: string;
  readonly candidates: readonly Candidate[];
  readonly measures: readonly Measure[];
}
