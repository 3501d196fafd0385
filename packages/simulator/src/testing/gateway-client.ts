import { once } from 'node:events';
import { constants, createInflate, createZstdDecompress } from 'node:zlib';
import type { Inflate, ZstdDecompress } from 'node:zlib';
import { GatewayIntentBits, GatewayOpcodes } from 'discord-api-types/v10';
import { WebSocket } from 'ws';
import { z } from 'zod';

const frameSchema = z.object({
  t: z.string().nullable(),
  s: z.number().nullable(),
  op: z.enum(GatewayOpcodes),
  d: z.unknown(),
});
export type Frame = z.infer<typeof frameSchema>;

const readySchema = z.looseObject({
  session_id: z.string(),
  shard: z.array(z.number()).optional(),
  guilds: z.array(z.looseObject({ id: z.string() })),
  application: z.looseObject({ flags: z.number() }),
});
export type Ready = z.infer<typeof readySchema>;

export interface ClientOptions {
  /** default `v=10&encoding=json` */
  query?: string;
  compress?: 'zlib-stream' | 'zstd-stream';
}

const defaultTimeoutMs = 10_000;

/** A gateway client that shows a test every frame as it came, and does nothing by itself. */
export class GatewayClient implements Disposable {
  readonly frames: Frame[] = [];
  /** the messages as they came, decompressed, before they were parsed */
  readonly texts: string[] = [];
  closeCode: number | undefined;
  closeReason = '';
  readonly #webSocket: WebSocket;
  readonly #decompressor: Inflate | ZstdDecompress | undefined;
  #chunks: Buffer[] = [];
  #changed: PromiseWithResolvers<undefined> = Promise.withResolvers();

  constructor(url: string, options: ClientOptions = {}) {
    const { query = 'v=10&encoding=json', compress } = options;
    const compression = compress === undefined ? '' : `&compress=${compress}`;
    this.#webSocket = new WebSocket(`${url}?${query}${compression}`, { perMessageDeflate: false });
    this.#decompressor = createDecompressor(compress);
    this.#decompressor?.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    this.#webSocket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary));
    this.#webSocket.on('error', () => {});
    this.#webSocket.on('close', (code, reason) => {
      this.closeCode = code;
      this.closeReason = reason.toString();
      this.#notify();
    });
  }

  get webSocket(): WebSocket {
    return this.#webSocket;
  }

  get dispatches(): Frame[] {
    return this.frames.filter((frame) => frame.op === GatewayOpcodes.Dispatch);
  }

  get types(): (string | null)[] {
    return this.dispatches.map((frame) => frame.t);
  }

  get lastSequence(): number {
    return this.frames.reduce((last, frame) => frame.s ?? last, 0);
  }

  /** The first frame that satisfies `matches`, come or yet to come. Throws when the connection closes before. */
  async frame(matches: (frame: Frame) => boolean, from = 0): Promise<Frame> {
    const found = (): Frame | undefined => this.frames.slice(from).find(matches);
    await this.until(() => found() !== undefined || this.closeCode !== undefined);
    const frame = found();
    if (frame === undefined) throw new Error(`closed with ${this.closeCode} before the frame came`);
    return frame;
  }

  op(op: GatewayOpcodes, from = 0): Promise<Frame> {
    return this.frame((frame) => frame.op === op, from);
  }

  dispatch(type: string, from = 0): Promise<Frame> {
    return this.frame((frame) => frame.t === type, from);
  }

  async closed(): Promise<number> {
    await this.until(() => this.closeCode !== undefined);
    return this.closeCode ?? 0;
  }

  send(op: number, d: unknown): void {
    this.#webSocket.send(JSON.stringify({ op, d }));
  }

  /** Sends a message as it is. */
  sendText(text: string): void {
    this.#webSocket.send(text);
  }

  async opened(): Promise<void> {
    if (this.#webSocket.readyState === WebSocket.CONNECTING) await once(this.#webSocket, 'open');
  }

  /** HELLO, IDENTIFY, READY; resolves with what READY says. */
  async login(token: string, identify: Record<string, unknown> = {}): Promise<Ready> {
    await this.op(GatewayOpcodes.Hello);
    this.identify(token, identify);
    const ready = await this.dispatch('READY');
    return readySchema.parse(ready.d);
  }

  identify(token: string, identify: Record<string, unknown> = {}): void {
    const properties = { os: 'linux', browser: 'test', device: 'test' };
    const intents = GatewayIntentBits.Guilds | GatewayIntentBits.GuildMembers;
    this.send(GatewayOpcodes.Identify, { token, properties, intents, ...identify });
  }

  /** HELLO, RESUME. */
  async resume(token: string, session: { id: string; sequence: number }): Promise<void> {
    await this.op(GatewayOpcodes.Hello);
    this.send(GatewayOpcodes.Resume, { token, session_id: session.id, seq: session.sequence });
  }

  /** Ends the TCP connection without a close frame. */
  cut(): void {
    this.#webSocket.terminate();
  }

  close(code: number): void {
    this.#webSocket.close(code);
  }

  /** Waits for a condition that only frames or the close can bring about. */
  async until(condition: () => boolean, timeoutMs = defaultTimeoutMs): Promise<void> {
    const deadline = AbortSignal.timeout(timeoutMs);
    const expired = once(deadline, 'abort');
    while (!condition()) {
      if (deadline.aborted) throw new Error(`not within ${timeoutMs} ms; got ${this.types.join(', ')}`);
      await Promise.race([this.#changed.promise, expired]);
    }
  }

  [Symbol.dispose](): void {
    this.cut();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#decompressor === undefined || !isBinary) return this.#take(data);
    // Each message is one whole frame of the stream.
    this.#decompressor.write(data, () => {
      const text = Buffer.concat(this.#chunks);
      this.#chunks = [];
      this.#take(text);
    });
  }

  #take(data: Buffer): void {
    const text = data.toString();
    this.texts.push(text);
    const frame = frameSchema.safeParse(parse(text));
    if (frame.success) this.frames.push(frame.data);
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve(undefined);
    this.#changed = Promise.withResolvers();
  }
}

function createDecompressor(compress: ClientOptions['compress']): Inflate | ZstdDecompress | undefined {
  if (compress === 'zlib-stream') return createInflate({ flush: constants.Z_SYNC_FLUSH });
  return compress === 'zstd-stream' ? createZstdDecompress() : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
