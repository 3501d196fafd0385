import { hash } from 'node:crypto';
import { dispatchEventId, dispatchType, namesIn, topicMatches, topologyIn } from '@arrakis/protocol';
import { z } from 'zod';
import { LedgerReport, type Notice } from './ledger-report.ts';

/** A dispatch as the simulated Discord gave it to a session. */
export interface LedgerDispatch {
  readonly applicationId: string;
  readonly sessionId: string;
  readonly shardId: number;
  readonly sequence: number;
  /** Discord's name of it: `GUILD_MEMBER_ADD`. */
  readonly type: string;
}

/** A message as it was found in a queue; of its properties the id and the type count. */
export interface LedgerMessage {
  readonly queue: string;
  readonly content: Buffer;
  readonly properties: { readonly messageId?: unknown; readonly type?: unknown };
}

interface Entry {
  readonly dispatch: LedgerDispatch;
  readonly digest: string;
  found: number;
}

const interaction = z.object({ id: z.string() });
const noticeBody = z.looseObject({});

/**
 * Double entry for events: on one side every dispatch that the simulated Discord gave to a session, on the other every
 * message found in the queues. It knows nothing of how the ingestor works, but how an event is named: its id and its
 * routing key (protocol), and that its body is Discord's, byte for byte.
 *
 * ```ts
 * const ledger = new Ledger(namespace);
 * discord.recording.observeDispatches((dispatch, body) => ledger.sent(dispatch, body));
 * // … disturb …
 * await collectQueues(ledger, { url: rabbitmqUrl });
 * expect(ledger.report().faults).toEqual([]);
 * ```
 */
export class Ledger {
  readonly namespace: string;
  /** Routing keys that reach a queue: a dispatch that matches none of them is not to be published. */
  readonly #routes: readonly string[];
  /** The queue whose messages overtake each other by their priority. */
  readonly #unordered: string;
  readonly #expected = new Map<string, Entry>();
  readonly #strangers: { readonly id: string; readonly digest: string; readonly type: string }[] = [];
  readonly #notices = new Map<string, Notice>();
  readonly #altered: string[] = [];
  readonly #disordered: string[] = [];
  /** By queue and session, the sequence of the newest message found for the first time. */
  readonly #lastFound = new Map<string, number>();
  #unrouted = 0;
  #messages = 0;
  #missing = 0;

  constructor(namespace: string) {
    this.namespace = namespace;
    const names = namesIn(namespace);
    const { bindings } = topologyIn(namespace);
    this.#routes = bindings.filter(({ exchange }) => exchange === names.events).map(({ key }) => key);
    this.#unordered = names.interactions;
  }

  /** Enters a dispatch; `body` is the JSON of its `d` as it was written. */
  sent(dispatch: LedgerDispatch, body: string): void {
    const key = dispatchType(dispatch.type);
    if (!this.#routes.some((route) => topicMatches(route, key))) {
      this.#unrouted += 1;
      return;
    }
    const id = eventId(dispatch, body);
    // An interaction that two sessions were given is one event.
    if (this.#expected.has(id)) return;
    this.#expected.set(id, { dispatch, digest: digestOf(body), found: 0 });
    this.#missing += 1;
  }

  /** Enters a message. */
  received({ queue, content, properties }: LedgerMessage): void {
    this.#messages += 1;
    const id = String(properties.messageId);
    const type = String(properties.type);
    if (type === 'gateway.gap' || type === 'gateway.session.lost') {
      this.#notices.set(id, { id, type, body: noticeBody.parse(JSON.parse(content.toString())) });
      return;
    }
    const entry = this.#expected.get(id);
    if (entry === undefined) {
      this.#strangers.push({ id, type, digest: digestOf(content) });
      return;
    }
    entry.found += 1;
    if (digestOf(content) !== entry.digest) this.#altered.push(id);
    if (entry.found > 1) return;
    this.#missing -= 1;
    if (queue !== this.#unordered) this.#checkOrder(queue, entry.dispatch);
  }

  /** Dispatches of which no message has been found yet. */
  get missing(): number {
    return this.#missing;
  }

  /** What the two sides come to. */
  report(): LedgerReport {
    const entries = [...this.#expected];
    const idsByDigest = new Map(entries.map(([id, { digest }]) => [digest, id]));
    const strangers = this.#strangers.map(({ id, type, digest }) => ({ id, type, contentOf: idsByDigest.get(digest) }));
    return new LedgerReport({
      sent: entries.length,
      unrouted: this.#unrouted,
      messages: this.#messages,
      sessions: new Set(entries.map(([, { dispatch }]) => dispatch.sessionId)).size,
      missing: entries.filter(([, { found }]) => found === 0).map(([id, { dispatch }]) => ({ id, ...dispatch })),
      repeated: entries.filter(([, { found }]) => found > 1).map(([id, { found }]) => ({ id, times: found })),
      strangers,
      notices: [...this.#notices.values()],
      altered: this.#altered,
      disordered: this.#disordered,
    });
  }

  /** A later message may be found again before an earlier one; for the first time it may not. */
  #checkOrder(queue: string, { sessionId, sequence }: LedgerDispatch): void {
    const stream = `${queue} ${sessionId}`;
    const last = this.#lastFound.get(stream) ?? 0;
    if (sequence < last) this.#disordered.push(`${sessionId}: ${sequence} after ${last}`);
    else this.#lastFound.set(stream, sequence);
  }
}

function eventId(dispatch: LedgerDispatch, body: string): string {
  if (dispatch.type === 'INTERACTION_CREATE') return interaction.parse(JSON.parse(body)).id;
  return dispatchEventId(dispatch.applicationId, dispatch.sessionId, dispatch.sequence);
}

function digestOf(body: string | Buffer): string {
  return hash('sha1', body, 'base64');
}
