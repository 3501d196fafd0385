import type { Compression } from './compression.ts';

/** What the gateway has done since it started. */
export interface GatewayStatistics {
  /** connections open now */
  connections: number;
  connectionsOpened: number;
  /** of those, how many asked for each compression of their stream */
  connectionsByCompression: Partial<Record<Compression, number>>;
  /** IDENTIFYs with a valid token, whatever became of them */
  identifies: number;
  /** of those, answered with op 9 because they came too fast */
  identifiesTooFast: number;
  /** RESUMEs that were followed by RESUMED */
  resumes: number;
  /** of those, on the URL that READY names for resuming */
  resumesAtResumeUrl: number;
  /** RESUMEs that were refused */
  resumesRefused: number;
  heartbeats: number;
  /** events that a session was given */
  dispatches: number;
  /** events that no session was there for, or none with the intents */
  dispatchesWithoutSession: number;
  /** connections that the gateway closed, by close code */
  closesByGateway: Record<number, number>;
  /** connections that the gateway cut without a close frame */
  cuts: number;
  /** connections that the client ended, by close code (1006: without a close frame) */
  closesByClient: Record<number, number>;
}

export function newStatistics(): GatewayStatistics {
  return {
    connections: 0,
    connectionsOpened: 0,
    connectionsByCompression: {},
    identifies: 0,
    identifiesTooFast: 0,
    resumes: 0,
    resumesAtResumeUrl: 0,
    resumesRefused: 0,
    heartbeats: 0,
    dispatches: 0,
    dispatchesWithoutSession: 0,
    closesByGateway: {},
    cuts: 0,
    closesByClient: {},
  };
}

export function countClose(counts: Record<number, number>, code: number): void {
  counts[code] = (counts[code] ?? 0) + 1;
}
