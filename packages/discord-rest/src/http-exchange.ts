import { errors, type Dispatcher } from 'undici';
import type { Response } from './response.ts';

/** No complete answer came. It tells what happened by a code alone: see DiscordRestError for why. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** `TIMEOUT`, `ABORTED`, {@link unreadableFile}, or the code of the system or the HTTP client. */
  readonly code: string;
  /** False when the request surely never left. */
  readonly sent: boolean;

  constructor(code: string, sent: boolean) {
    super(`No answer: ${code}`);
    this.code = code;
    this.sent = sent;
  }
}

/** A file to upload could not be read to its end. */
export const unreadableFile = 'UNREADABLE_FILE';

/** The answer was longer than any that Discord gives. */
export const answerTooLong = 'UND_ERR_RES_EXCEEDED_MAX_SIZE';

/** Codes with which the request was never written, whatever the HTTP client had begun. */
const unsentCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_CLOSED',
]);

/**
 * One request under way, as undici's dispatcher sees it. Below undici's `request()`, because only here it can be known
 * whether a request that is given up has been written, and since a body that is read as a whole needs no stream.
 */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly #answer = Promise.withResolvers<Response>();
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: Response['headers'] = {};
  #ended: TransportError | undefined;
  readonly #onDone: () => void;

  /** @param onDone - called once the connection is through with the request, which may be after it was given up */
  constructor(onDone: () => void) {
    this.#onDone = onDone;
  }

  /** Rejects with a {@link TransportError} when no complete answer comes. */
  get answer(): Promise<Response> {
    return this.#answer.promise;
  }

  /** Gives up. */
  end(code: 'TIMEOUT' | 'ABORTED' | typeof unreadableFile): void {
    const sent = this.#controller !== undefined;
    this.#ended = new TransportError(code, sent);
    this.#answer.reject(this.#ended);
    this.#controller?.abort(this.#ended);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#ended !== undefined) controller.abort(this.#ended);
    else this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const bytes = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    this.#answer.resolve({ status: this.#status, headers: this.#headers, body: parseJson(bytes.toString()) });
    this.#onDone();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: unknown): void {
    this.#answer.reject(this.#failure(error));
    this.#onDone();
  }

  #failure(error: unknown): TransportError {
    if (error instanceof TransportError) return error;
    const code = error instanceof errors.UndiciError || isSystemError(error) ? error.code : 'UNKNOWN';
    return new TransportError(code, this.#controller !== undefined && !unsentCodes.has(code));
  }
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
