import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { withoutSecrets } from './log.ts';
import type { Metrics } from './metrics.ts';

// An `import` of node:http would load all that Node can only do with its fetch, too: 12 MB.
const { createServer } = process.getBuiltinModule('node:http');

/** Tells the state of something at this moment, as data for JSON; no secrets. */
export type StatusReport = () => unknown;

/** Says why the service cannot do its job now; undefined when it can. */
export type ReadinessCheck = () => string | undefined;

export interface HealthOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly metrics: Metrics;
}

/**
 * `/healthz`: the process is alive (200). `/readyz`: it can do its job (200), or cannot and why (503).
 * `/metrics`: Prometheus' text format. `/<name>`: what a service reports beside that. Everything else is 404.
 */
export class Health {
  readonly #checks = new Map<string, ReadinessCheck>();
  readonly #reports = new Map<string, StatusReport>();
  readonly #server: Server;
  readonly #metrics: Metrics;
  #stopping = false;

  private constructor(metrics: Metrics) {
    this.#metrics = metrics;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((cause: unknown) => {
        response.destroy(cause instanceof Error ? cause : undefined);
      });
    });
    this.#server.requestTimeout = 10_000;
  }

  /** Listens at once: a service that is starting is alive, and not ready. */
  static async listen({ host, port, metrics }: HealthOptions): Promise<Health> {
    const health = new Health(metrics);
    await new Promise<void>((resolve, reject) => {
      health.#server.once('error', reject);
      health.#server.listen(port, host, resolve);
    });
    return health;
  }

  /** The port it listens on. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** The service is ready when every check is content. */
  addCheck(name: string, check: ReadinessCheck): void {
    this.#checks.set(name, check);
  }

  /** Serves what `report` tells at `/<name>`, for a person who looks after the service. */
  addReport(name: string, report: StatusReport): void {
    this.#reports.set(`/${name}`, report);
  }

  /** From now on not ready: a load balancer or orchestrator looks elsewhere. */
  announceStop(): void {
    this.#stopping = true;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What is wrong, by check; empty when ready. */
  faults(): Record<string, string> {
    const faults: Record<string, string> = this.#stopping ? { lifecycle: 'shutting down' } : {};
    for (const [name, check] of this.#checks) {
      const reason = check();
      if (reason !== undefined) faults[name] = withoutSecrets(reason);
    }
    return faults;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return reply(response, 405, { error: 'only GET' });
    if (path === '/healthz') return reply(response, 200, { status: 'alive' });
    if (path === '/readyz') {
      const faults = this.faults();
      const ready = Object.keys(faults).length === 0;
      return reply(response, ready ? 200 : 503, ready ? { status: 'ready' } : { status: 'not ready', faults });
    }
    const report = this.#reports.get(path ?? '');
    if (report !== undefined) return reply(response, 200, report());
    if (path !== '/metrics') {
      const paths = ['/healthz', '/readyz', '/metrics', ...this.#reports.keys()];
      return reply(response, 404, { error: `there are ${paths.join(', ')}` });
    }
    const text = await this.#metrics.render();
    response.writeHead(200, { 'content-type': this.#metrics.contentType }).end(text);
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${withoutSecrets(JSON.stringify(body))}\n`);
}
