import type { BenchContext, Candidate } from '../suite.ts';

/** Two programs with the broker between them. */
export interface Relay extends Candidate {
  /** The script that brings events into the broker, relative to the checkout. */
  readonly publisher: string;
  /** Whether it receives them from Discord's gateway; otherwise it makes them itself. */
  readonly fromGateway: boolean;
  /** The script that takes them out again and says how many it has handled. */
  readonly consumer: string;
}

export const relays: readonly Relay[] = [
  {
    name: 'arrakis',
    title: 'arrakis',
    publisher: 'apps/ingestor/dist/main.js',
    fromGateway: true,
    consumer: 'scripts/bench/path/worker.mjs',
  },
  {
    name: 'baseline',
    title: 'bare amqplib',
    publisher: 'scripts/bench/baseline/publisher.mjs',
    fromGateway: false,
    consumer: 'scripts/bench/baseline/consumer.mjs',
  },
];

/** Those to be measured. */
export function chosenRelays({ candidates }: Pick<BenchContext, 'candidates'>): readonly Relay[] {
  return relays.filter((relay) => candidates.includes(relay));
}
