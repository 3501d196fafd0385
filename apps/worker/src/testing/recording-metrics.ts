import { failureKind } from '../failure.ts';
import type { WorkerMetrics } from '../worker-metrics.ts';

/** Keeps what it is told, in the order in which it is told. */
export class RecordingMetrics implements WorkerMetrics {
  readonly results: string[] = [];
  readonly failures: string[] = [];
  readonly conflicts: string[] = [];
  readonly acknowledgements: string[] = [];
  readonly refusals: string[] = [];

  received(): void {
    // Every event is received; what becomes of it is of interest.
  }

  settled(_: unknown, result: string): void {
    this.results.push(result);
  }

  malformed(): void {
    this.results.push('malformed');
  }

  handlerFailed(_: unknown, cause: unknown): void {
    this.failures.push(failureKind(cause));
  }

  contested(outcome: string): void {
    this.conflicts.push(outcome);
  }

  handled(): void {
    // How long a handler takes is nothing that tests expect.
  }

  acknowledged(kind: string): void {
    this.acknowledgements.push(kind);
  }

  refused(kind: string, reason: string): void {
    this.refusals.push(`${kind} ${reason}`);
  }

  requested(): void {
    // Requests are seen where they arrive.
  }
}
