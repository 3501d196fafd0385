/** A REST request as it came in and was answered. */
export interface RecordedRequest {
  /** when its headers had arrived, in `performance.now()` milliseconds of the simulator's process */
  atMs: number;
  /** when the answer had been handed to the socket, or the socket had been cut; absent while it is being handled */
  finishedAtMs?: number;
  method: string;
  /** Discord's template, such as `/channels/{channel.id}/messages`; null where there is no such route */
  route: string | null;
  /** below `/api/v10`, without the query */
  path: string;
  /** the path's variables by their names in the template */
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
  /** the JSON body, or `payload_json` of a multipart one; absent without a body */
  body?: unknown;
  files: readonly { field: string; filename: string; contentType: string; size: number }[];
  /** the bot that asked; absent without a valid bot token */
  applicationId?: string;
  /** the status answered; null when the connection was cut instead */
  status: number | null;
  response?: unknown;
  /** a fault that was injected here */
  fault?: string;
}

/** A frame that a gateway client sent. */
export interface RecordedFrame {
  atMs: number;
  connectionId: number;
  /** absent before IDENTIFY or RESUME has been accepted */
  applicationId?: string;
  sessionId?: string;
  shard?: readonly [id: number, count: number];
  op: number;
  data: unknown;
}

/** A dispatch that went to a session. */
export interface RecordedDispatch {
  atMs: number;
  applicationId: string;
  sessionId: string;
  shardId: number;
  sequence: number;
  type: string;
  data: unknown;
}

/** Is told of each dispatch that a session is given, with the bytes of its `d` as text; must not throw. */
export type DispatchObserver = (dispatch: RecordedDispatch, body: string) => void;

/** A request that broke Discord's own API description. */
export interface RecordedViolation {
  atMs: number;
  method: string;
  route: string;
  /** each: where in the body, and what is wrong with it */
  problems: readonly string[];
}

export interface RecordingOptions {
  /** entries kept of each kind; the oldest go first; default 20,000 */
  capacity?: number;
}

export interface RequestFilter {
  method?: string;
  route?: string;
  applicationId?: string;
  status?: number | null;
}

const defaultCapacity = 20_000;

/** What happened between the simulated Discord and its clients, oldest first and bounded. */
export class Recording {
  readonly #requests: BoundedLog<RecordedRequest>;
  readonly #frames: BoundedLog<RecordedFrame>;
  readonly #dispatches: BoundedLog<RecordedDispatch>;
  readonly #violations: BoundedLog<RecordedViolation>;
  readonly #dispatchObservers = new Set<DispatchObserver>();

  constructor(options: RecordingOptions = {}) {
    const capacity = options.capacity ?? defaultCapacity;
    this.#requests = new BoundedLog(capacity);
    this.#frames = new BoundedLog(capacity);
    this.#dispatches = new BoundedLog(capacity);
    this.#violations = new BoundedLog(capacity);
  }

  /** The time base of every `atMs`. */
  now(): number {
    return performance.now();
  }

  /** What to add to an `atMs` to compare it with Unix milliseconds, of another process too. */
  get epochOffsetMs(): number {
    return performance.timeOrigin;
  }

  /** The entry may be completed after it has been added. */
  addRequest(request: RecordedRequest): void {
    this.#requests.add(request);
  }

  addSent(frame: RecordedFrame): void {
    this.#frames.add(frame);
  }

  addDispatched(dispatch: RecordedDispatch, body: string): void {
    this.#dispatches.add(dispatch);
    for (const observer of this.#dispatchObservers) observer(dispatch, body);
  }

  /** Tells `observer` of every dispatch from now on, however many there are. Returns the way to stop that. */
  observeDispatches(observer: DispatchObserver): () => void {
    this.#dispatchObservers.add(observer);
    return () => this.#dispatchObservers.delete(observer);
  }

  addViolation(violation: RecordedViolation): void {
    this.#violations.add(violation);
  }

  requests(filter: RequestFilter = {}): RecordedRequest[] {
    return this.#requests
      .entries()
      .filter(
        (request) =>
          (filter.method === undefined || request.method === filter.method) &&
          (filter.route === undefined || request.route === filter.route) &&
          (filter.applicationId === undefined || request.applicationId === filter.applicationId) &&
          (filter.status === undefined || request.status === filter.status),
      );
  }

  /** Frames from gateway clients. */
  sent(filter: { op?: number; applicationId?: string } = {}): RecordedFrame[] {
    return this.#frames
      .entries()
      .filter(
        (frame) =>
          (filter.op === undefined || frame.op === filter.op) &&
          (filter.applicationId === undefined || frame.applicationId === filter.applicationId),
      );
  }

  dispatched(filter: { type?: string; applicationId?: string } = {}): RecordedDispatch[] {
    return this.#dispatches
      .entries()
      .filter(
        (dispatch) =>
          (filter.type === undefined || dispatch.type === filter.type) &&
          (filter.applicationId === undefined || dispatch.applicationId === filter.applicationId),
      );
  }

  /** Requests whose body broke Discord's API description; a test of a client expects none. */
  violations(): RecordedViolation[] {
    return this.#violations.entries();
  }

  /** How many entries of each kind there have been, forgotten ones included. */
  get totals(): { requests: number; sent: number; dispatched: number; violations: number } {
    return {
      requests: this.#requests.total,
      sent: this.#frames.total,
      dispatched: this.#dispatches.total,
      violations: this.#violations.total,
    };
  }

  /** Forgets all entries; the totals begin at zero again. */
  clear(): void {
    for (const log of [this.#requests, this.#frames, this.#dispatches, this.#violations]) log.clear();
  }
}

/** The newest entries of a kind. */
class BoundedLog<T> {
  readonly #capacity: number;
  #entries: T[] = [];
  #next = 0;
  total = 0;

  constructor(capacity: number) {
    if (capacity < 1) throw new RangeError(`a recording needs room for at least one entry, got ${capacity}`);
    this.#capacity = capacity;
  }

  add(entry: T): void {
    this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#capacity;
    this.total += 1;
  }

  /** Oldest first. */
  entries(): T[] {
    if (this.total <= this.#capacity) return this.#entries.slice();
    return [...this.#entries.slice(this.#next), ...this.#entries.slice(0, this.#next)];
  }

  clear(): void {
    this.#entries = [];
    this.#next = 0;
    this.total = 0;
  }
}
