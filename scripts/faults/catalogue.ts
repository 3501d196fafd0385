/** A fault that Arrakis is to survive. */
export interface Fault {
  readonly number: number;
  readonly name: string;
  /** What of it cannot be tried yet, since the part of Arrakis that it is about does not exist. */
  readonly notBuilt?: string;
}

/**
 * The faults that are tried, by number. The tests of one have the tag `fault-<number>`; they stand in `src/faults/` of the
 * app that has to survive it.
 */
export const faults: readonly Fault[] = [
  { number: 1, name: 'worker killed: claimed, effect done, marked done, retry published, before the ack' },
  { number: 2, name: 'ingestor killed between publish and confirm' },
  { number: 3, name: 'connection reset before a confirm; publish refused by a full queue' },
  { number: 4, name: 'half-open connection to the broker' },
  { number: 5, name: 'broker restarted with 10,000 unacknowledged events' },
  { number: 6, name: 'connection lost while it is set up' },
  { number: 7, name: 'channel closed (406), consumer cancelled, queue deleted' },
  { number: 8, name: 'memory alarm: publishing blocked' },
  { number: 9, name: 'unroutable publish; retry exchange missing' },
  { number: 10, name: 'queue of dead letters full' },
  { number: 11, name: 'consumer timeout' },
  { number: 12, name: 'worker stands still past its lease, a second one takes over' },
  { number: 13, name: 'Redis killed, frozen, flushed, out of memory' },
  { number: 14, name: 'event that kills the process, alone and among 20 innocent ones' },
  { number: 15, name: 'malformed, 1 MiB large, with 64 KiB of headers' },
  { number: 16, name: 'same event twice; two ingestors overlapping' },
  {
    number: 17,
    name: 'dead letter put back twice; expired interaction',
    notBuilt: 'a replay that is interrupted, and one of what is done, under an id of its own',
  },
  { number: 18, name: 'dead letters looked at 50 times', notBuilt: 'looking at them with a tool of Arrakis' },
  { number: 19, name: 'Discord says 429 or 5xx, or its answer is lost' },
  { number: 20, name: 'rolling deploy under load' },
  { number: 21, name: 'workers killed at random while they answer interactions' },
];

/** The tag of a fault's tests. */
export function tagOf({ number }: Fault): string {
  return `fault-${number}`;
}
