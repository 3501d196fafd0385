import type { DeadLetter } from '@arrakis/protocol';
import type { FaultFinding } from '@arrakis/testkit';

interface TrialFindings {
  /** Ids of the events that were sent. */
  readonly sent: ReadonlySet<string>;
  /** Ids of the events whose effect is there, as often as it is. */
  readonly effects: readonly string[];
  readonly deadLetters: readonly DeadLetter[];
  /** By queue, how many messages are left when everything has ended. */
  readonly left: ReadonlyMap<string, number>;
  readonly recoveryMs: number | undefined;
}

/** What was sent, held against what became of it. */
export class TrialReport implements FaultFinding {
  readonly lost: number;
  readonly twice: number;
  readonly recoveryMs: number | undefined;
  /** What breaks a promise, a line each. */
  readonly faults: readonly string[];

  constructor({ sent, effects, deadLetters, left, recoveryMs }: TrialFindings) {
    const done = new Set(effects);
    const dead = new Set(deadLetters.map(({ id }) => id));
    const lost = [...sent].filter((id) => !done.has(id) && !dead.has(id));
    const strangers = [...done].filter((id) => !sent.has(id));
    const lines = [
      fault('lost', lost),
      fault('of nobody', strangers),
      effects.length > done.size ? `${effects.length - done.size} effects twice` : undefined,
      deadLetters.length > dead.size ? `${deadLetters.length - dead.size} dead letters twice` : undefined,
      ...[...left].map(([queue, count]) => `${count} messages left in ${queue}`),
    ];
    this.lost = lost.length;
    this.twice = effects.length - done.size;
    this.recoveryMs = recoveryMs;
    this.faults = lines.filter((line) => line !== undefined);
  }
}

function fault(name: string, ids: readonly string[]): string | undefined {
  return ids.length === 0 ? undefined : `${ids.length} ${name}: ${ids.slice(0, 5).join(', ')}`;
}
