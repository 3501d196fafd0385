import type { Suite } from '../suite.ts';
import { burst } from './burst.ts';
import { ingestors } from './candidates.ts';
import { cpu } from './cpu.ts';
import { idleShards } from './idle-shards.ts';
import { memory } from './memory.ts';
import { restart } from './restart.ts';

/** The way of an event from Discord's gateway into the broker. */
export const ingest: Suite = {
  name: 'ingest',
  summary: 'the ingestor, from a gateway frame to its confirmed message',
  candidates: ingestors,
  measures: [cpu, memory, idleShards, burst, restart],
};
