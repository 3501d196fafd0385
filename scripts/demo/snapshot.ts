import type { AppProcess } from './app-process.ts';
import { quantileOf, readSamples, sumOf } from './prometheus-text.ts';

/** What a person wants to know at a glance. */
export interface Snapshot {
  readonly shardsReady: number;
  readonly shards: number;
  /** Round trip of the last heartbeat in ms, the slowest of all shards. */
  readonly heartbeatMs: number | undefined;
  readonly eventsPerSecond: number;
  readonly events: number;
  readonly interactions: number;
  /** From reading an interaction's frame to sending its callback, in ms. */
  readonly acknowledgedP50Ms: number | undefined;
  readonly acknowledgedP99Ms: number | undefined;
  /** Messages waiting, by queue name; empty until the worker has told. */
  readonly queues: Readonly<Record<string, number>>;
  readonly deadLetters: number;
}

/** Asks the apps' metrics and tells what goes on; rates are over the time since the last look. */
export class Observer {
  readonly #ingestor: AppProcess;
  readonly #worker: AppProcess;
  #events: number | undefined;
  #at = performance.now();

  constructor(ingestor: AppProcess, worker: AppProcess) {
    this.#ingestor = ingestor;
    this.#worker = worker;
  }

  async look(): Promise<Snapshot> {
    const [ingestor, worker] = (await Promise.all([this.#ingestor.metrics(), this.#worker.metrics()])).map(readSamples);
    if (ingestor === undefined || worker === undefined) throw new Error('both apps were asked');
    const events = sumOf(ingestor, 'bot_gateway_events_total');
    const now = performance.now();
    // A rate needs two looks; a counter that has gone down belongs to a process that was started again.
    const since = Math.max(0, events - (this.#events ?? events));
    const eventsPerSecond = (since / (now - this.#at)) * 1_000;
    this.#events = events;
    this.#at = now;
    const latencies = ingestor.filter((sample) => sample.name === 'bot_shard_latency_ms').map((sample) => sample.value);
    const queues = worker.filter((sample) => sample.name === 'bot_queue_ready_messages');
    return {
      shardsReady: sumOf(ingestor, 'bot_shards', { state: 'ready' }),
      shards: sumOf(ingestor, 'bot_shards'),
      heartbeatMs: latencies.length === 0 ? undefined : Math.max(...latencies),
      eventsPerSecond,
      events,
      interactions: sumOf(worker, 'bot_interaction_ack_ms_count'),
      acknowledgedP50Ms: quantileOf(worker, 'bot_interaction_ack_ms', 0.5),
      acknowledgedP99Ms: quantileOf(worker, 'bot_interaction_ack_ms', 0.99),
      queues: Object.fromEntries(queues.map(({ labels, value }) => [labels['queue'] ?? '', value])),
      deadLetters: queues
        .filter(({ labels }) => labels['queue']?.endsWith('.dlq'))
        .reduce((sum, { value }) => sum + value, 0),
    };
  }
}
