import { z } from 'zod';
import type { SeededRandom } from '../world/random.ts';

const milliseconds = z.number().nonnegative();

export const faultSchema = z
  .strictObject({
    /** default: every method */
    method: z.string().optional(),
    /** Discord's template: `/channels/{channel.id}/messages`; default: every route */
    route: z.string().optional(),
    applicationId: z.string().optional(),
    /** how often it strikes; default: without end */
    times: z.int().positive().optional(),
    /** of the requests that fit; default 1: all */
    probability: z.number().min(0).max(1).default(1),
    /** waits before anything else happens; two numbers: evenly between them */
    latencyMs: z.union([milliseconds, z.tuple([milliseconds, milliseconds])]).optional(),
    /** answers with this status in place of handling the request */
    status: z.int().min(400).max(599).optional(),
    /** resets the connection before the request is handled */
    reset: z.literal(true).optional(),
    /** handles the request and resets the connection before the answer */
    loseResponse: z.literal(true).optional(),
  })
  .refine(
    (fault) => [fault.latencyMs, fault.status, fault.reset, fault.loseResponse].some((kind) => kind !== undefined),
    'a fault needs at least one of latencyMs, status, reset, loseResponse',
  );

/** What goes wrong with which requests. */
export type FaultOptions = z.input<typeof faultSchema>;

export interface FaultHandle {
  readonly id: number;
  /** how often it has struck */
  readonly hits: number;
  remove(): void;
}

/** All that strikes one request. */
export interface StruckFaults {
  latencyMs: number;
  status?: number;
  reset: boolean;
  loseResponse: boolean;
}

interface ActiveFault {
  id: number;
  options: z.output<typeof faultSchema>;
  hits: number;
}

/** The faults that a test has asked for. */
export class Faults {
  readonly #random: SeededRandom;
  readonly #active = new Map<number, ActiveFault>();
  #lastId = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Throws a ZodError. */
  add(options: FaultOptions): FaultHandle {
    this.#lastId += 1;
    const fault: ActiveFault = { id: this.#lastId, options: faultSchema.parse(options), hits: 0 };
    this.#active.set(fault.id, fault);
    return {
      id: fault.id,
      get hits() {
        return fault.hits;
      },
      remove: () => void this.remove(fault.id),
    };
  }

  /** Whether it was still active. */
  remove(id: number): boolean {
    return this.#active.delete(id);
  }

  clear(): void {
    this.#active.clear();
  }

  /** The faults that strike this request; latencies add up. */
  strike(request: { method: string; route: string; applicationId: string | undefined }): StruckFaults {
    const struck: StruckFaults = { latencyMs: 0, reset: false, loseResponse: false };
    for (const fault of this.#active.values()) {
      const { options } = fault;
      if (!fits(options, request) || this.#random.next() >= options.probability) continue;
      fault.hits += 1;
      if (fault.hits === options.times) this.#active.delete(fault.id);
      struck.latencyMs += this.#latency(options.latencyMs);
      if (options.status !== undefined) struck.status ??= options.status;
      struck.reset ||= options.reset ?? false;
      struck.loseResponse ||= options.loseResponse ?? false;
    }
    return struck;
  }

  #latency(latencyMs: number | [number, number] | undefined): number {
    if (!Array.isArray(latencyMs)) return latencyMs ?? 0;
    const [minimum, maximum] = latencyMs;
    return minimum + this.#random.next() * (maximum - minimum);
  }
}

function fits(
  options: z.output<typeof faultSchema>,
  request: { method: string; route: string; applicationId: string | undefined },
): boolean {
  return (
    (options.method ?? request.method) === request.method &&
    (options.route ?? request.route) === request.route &&
    (options.applicationId ?? request.applicationId) === request.applicationId
  );
}
