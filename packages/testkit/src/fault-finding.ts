/** What a fault test has found: a line of the table that `npm run faults` prints. */
export interface FaultFinding {
  /** Events that are neither done nor among the dead letters. */
  readonly lost: number;
  /** Effects that were had more than once, or events under a second id; undefined where nobody could recognise them. */
  readonly twice?: number | undefined;
  /** How long after the end of the fault everything was settled, in ms; undefined where a fault has no end. */
  readonly recoveryMs?: number | undefined;
  /** What else there is to be told, in a line. */
  readonly note?: string;
}

declare module 'vitest' {
  interface TaskMeta {
    /** Of a test with a tag `fault-<number>`. */
    fault?: FaultFinding;
  }
}

/** Leaves the finding for the table; to be called before it is expected to be good. */
export function recordFault(
  { meta }: { readonly meta: { fault?: FaultFinding } },
  { lost, twice, recoveryMs, note }: FaultFinding,
): void {
  meta.fault = {
    lost,
    ...(twice !== undefined && { twice }),
    ...(recoveryMs !== undefined && { recoveryMs: Math.round(recoveryMs) }),
    ...(note !== undefined && { note }),
  };
}
