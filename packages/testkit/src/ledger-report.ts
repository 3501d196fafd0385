import { z } from 'zod';
import type { LedgerDispatch } from './ledger.ts';

/** A message in which the ingestor tells of a loss: `gateway.gap` or `gateway.session.lost`. */
export interface Notice {
  readonly id: string;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a {@link LedgerReport} is made of. */
export interface LedgerFindings {
  /** Dispatches that belong into a queue. */
  readonly sent: number;
  /** Dispatches that no queue is bound for. */
  readonly unrouted: number;
  readonly messages: number;
  /** Sessions that were given dispatches. */
  readonly sessions: number;
  /** Dispatches without a message. */
  readonly missing: readonly (LedgerDispatch & { readonly id: string })[];
  /** Ids found more than once. */
  readonly repeated: readonly { readonly id: string; readonly times: number }[];
  /** Messages under the id of no dispatch; `contentOf`: the id of a dispatch with the same content. */
  readonly strangers: readonly { readonly id: string; readonly type: string; readonly contentOf: string | undefined }[];
  readonly notices: readonly Notice[];
  /** Ids whose body is not the one that was sent. */
  readonly altered: readonly string[];
  readonly disordered: readonly string[];
}

/** The parts of a notice that say which dispatches it gives up. */
const range = z.union([
  z.object({ session_id: z.string(), from: z.number(), to: z.number() }),
  z.object({ session_id: z.string(), confirmed: z.number() }),
]);

/** Examples shown of each finding. */
const shown = 5;

/** What a ledger has found. Printed, it is a text for people. */
export class LedgerReport {
  /** Every dispatch that is in no queue, whether a notice tells of it or not. */
  readonly missing: LedgerFindings['missing'];
  /** Of those, the ones that no notice tells of: the promise is broken for each. */
  readonly lost: LedgerFindings['missing'];
  readonly notices: readonly Notice[];
  readonly sessions: number;
  readonly sent: number;
  readonly messages: number;
  /** Messages beyond the first of their id. Allowed, within the unconfirmed window. */
  readonly repeats: number;
  /** How many messages have the content of a dispatch and another id: they would be done twice. */
  readonly twice: number;
  /** Found for the first time after a later one of the same session. */
  readonly disordered: readonly string[];
  /** What breaks a promise, a line each: events lost, altered, twice under different ids, or of nobody. */
  readonly faults: readonly string[];
  readonly #findings: LedgerFindings;

  constructor(findings: LedgerFindings) {
    this.#findings = findings;
    const told = findings.notices
      .map((notice) => range.safeParse(notice.body).data)
      .filter((each) => each !== undefined);
    this.missing = findings.missing;
    this.lost = findings.missing.filter(
      ({ sessionId, sequence }) => !told.some((each) => tellsOf(each, sessionId, sequence)),
    );
    this.notices = findings.notices;
    this.sessions = findings.sessions;
    this.sent = findings.sent;
    this.messages = findings.messages;
    this.repeats = findings.repeated.reduce((sum, { times }) => sum + times - 1, 0);
    this.disordered = findings.disordered;
    this.twice = findings.strangers.filter(({ contentOf }) => contentOf !== undefined).length;
    this.faults = this.#faults();
  }

  toString(): string {
    const { sent, unrouted, messages, sessions, repeated, notices } = this.#findings;
    const told = this.missing.length - this.lost.length;
    return [
      `sent ${sent} (and ${unrouted} that no queue wants) in ${sessions} sessions, found ${messages} messages`,
      `repeated ${this.repeats} times, ${repeated.length} different ones; disordered ${this.disordered.length}`,
      `notices ${notices.length}; lost and told ${told}`,
      ...(this.faults.length === 0 ? ['no faults'] : this.faults),
    ].join('\n');
  }

  #faults(): string[] {
    const { strangers, altered } = this.#findings;
    const lost = this.lost.map(({ type, sessionId, sequence }) => `${type} ${sequence} of ${sessionId}`);
    const renamed = strangers.filter(({ contentOf }) => contentOf !== undefined);
    const foreign = strangers.filter(({ contentOf }) => contentOf === undefined);
    return [
      ...fault('lost', lost),
      ...fault('altered', altered),
      ...fault(
        'under another id',
        renamed.map(({ id, contentOf }) => `${String(contentOf)} as ${id}`),
      ),
      ...fault(
        'foreign',
        foreign.map(({ id, type }) => `${type} ${id}`),
      ),
    ];
  }
}

function tellsOf(told: z.infer<typeof range>, sessionId: string, sequence: number): boolean {
  if (told.session_id !== sessionId) return false;
  return 'from' in told ? sequence >= told.from && sequence <= told.to : sequence > told.confirmed;
}

function fault(name: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const rest = items.length > shown ? `, … ${String(items.at(-1))}` : '';
  return [`${name}: ${items.length} (${items.slice(0, shown).join(', ')}${rest})`];
}
