import type { Simulator } from '@arrakis/simulator';
import type { Fleet } from './fleet.ts';

/** One thing that was checked. */
export interface Row {
  readonly name: string;
  readonly passed: boolean;
  /** What was seen; when it failed, what had been expected. */
  readonly detail: string;
  readonly tookMs: number;
}

/** What every check has at hand. */
export interface Examined {
  readonly fleet: Fleet;
  readonly discord: Simulator;
  readonly signal: AbortSignal;
  /** Runs one check, which tells what it saw, or throws what is wrong; the row is kept either way. */
  readonly examine: <Seen>(
    name: string,
    look: () => Promise<{ detail: string; seen: Seen }>,
  ) => Promise<Seen | undefined>;
}
