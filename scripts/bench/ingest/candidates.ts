import type { Candidate } from '../suite.ts';

/** Both run as in production: JavaScript, without a build step in the process. */
export const ingestors: readonly Candidate[] = [
  { name: 'arrakis', title: 'arrakis', entry: 'apps/ingestor/dist/main.js' },
  { name: 'baseline', title: '@discordjs/ws + amqplib', entry: 'scripts/bench/baseline/ingestor.mjs' },
];
