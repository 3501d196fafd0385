import type { Suite } from '../suite.ts';
import { backlog } from './backlog.ts';
import { relays } from './candidates.ts';
import { cpu } from './cpu.ts';
import { lanes } from './lanes.ts';
import { latency } from './latency.ts';
import { throughput } from './throughput.ts';

/** The way of an event from Discord's gateway to its handler, and of an interaction back again. */
export const path: Suite = {
  name: 'path',
  summary: 'ingestor and worker, from a gateway frame to the acknowledged message',
  candidates: relays,
  measures: [throughput, cpu, latency, lanes, backlog],
};
