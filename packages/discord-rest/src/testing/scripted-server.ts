import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';

/** What a request looked like when it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed where it is JSON, otherwise its text. */
  readonly body: unknown;
}

/** How a request is answered; `silence` keeps it waiting, `cut` resets its connection, `raw` is written as it is. */
export type ScriptedAnswer =
  | { readonly raw: string }
  | {
      readonly status: number;
      readonly json?: unknown;
      readonly text?: string;
      readonly headers?: Record<string, string>;
    }
  | 'silence'
  | 'cut';

/**
 * An HTTP server that answers by script, one entry a request, the last entry for ever: for what Discord does only
 * on its bad days.
 */
export class ScriptedServer {
  readonly requests: ReceivedRequest[] = [];
  readonly #server: Server;
  readonly #script: ScriptedAnswer[];

  private constructor(script: readonly ScriptedAnswer[]) {
    this.#script = [...script];
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const { method = '', url = '', headers } = request;
        const isJson = headers['content-type'] === 'application/json';
        const body: unknown = isJson ? JSON.parse(text) : text || undefined;
        this.requests.push({ method, path: url, headers, body });
        this.#answer(response);
      });
    });
  }

  static async start(script: readonly ScriptedAnswer[]): Promise<ScriptedServer> {
    const scripted = new ScriptedServer(script);
    await new Promise<void>((resolve) => scripted.#server.listen(0, '127.0.0.1', resolve));
    return scripted;
  }

  get apiUrl(): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://127.0.0.1:${port}/api/v10`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(response: ServerResponse): void {
    const answer = (this.#script.length > 1 ? this.#script.shift() : this.#script[0]) ?? { status: 500 };
    if (answer === 'silence') return;
    if (answer === 'cut') {
      response.destroy();
      return;
    }
    if ('raw' in answer) {
      response.socket?.end(answer.raw);
      return;
    }
    const type = answer.json === undefined ? 'text/html' : 'application/json';
    response.writeHead(answer.status, { 'content-type': type, ...answer.headers });
    response.end(answer.json === undefined ? answer.text : JSON.stringify(answer.json));
  }
}
