import type { BenchContext, Candidate } from '../suite.ts';

/** A program that brings the events of Discord's gateway into the broker. */
export interface Ingestor extends Candidate {
  /** The script, relative to the checkout. */
  readonly entry: string;
}

/** Both run as in production: JavaScript, without a build step in the process. */
export const ingestors: readonly Ingestor[] = [
  { name: 'arrakis', title: 'arrakis', entry: 'apps/ingestor/dist/main.js' },
  { name: 'baseline', title: '@discordjs/ws + amqplib', entry: 'scripts/bench/baseline/ingestor.mjs' },
];

/** Those to be measured. */
export function chosenIngestors({ candidates }: Pick<BenchContext, 'candidates'>): readonly Ingestor[] {
  return ingestors.filter((ingestor) => candidates.includes(ingestor));
}
