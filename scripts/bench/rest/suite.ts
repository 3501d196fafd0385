import type { Suite } from '../suite.ts';
import { buckets, faults } from './buckets.ts';
import { cpu, latency } from './cost.ts';
import { clients } from './fleet.ts';
import { global } from './global.ts';
import { outage } from './outage.ts';

/** Many processes that ask Discord as one bot. */
export const rest: Suite = {
  name: 'rest',
  summary: "requests to Discord's REST API, within its limits",
  candidates: clients,
  measures: [global, buckets, faults, outage, latency, cpu],
};
