import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';

const reply = z.object({ id: z.number(), result: z.unknown().optional(), error: z.string().optional() });

interface Question {
  readonly resolve: (result: unknown) => void;
  readonly reject: (cause: Error) => void;
}

/** How long an answer is waited for unless the caller says otherwise, in ms. */
const answerLimitMs = 10_000;

/** Asks a child process over its IPC channel; the child answers with `answer.mjs`. */
export class Remote {
  readonly #child: ChildProcess;
  readonly #open = new Map<number, Question>();
  #lastId = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message) => this.#settle(message));
    child.once('exit', () => this.#abandon());
    // A question to a child that has just ended; "exit" follows.
    child.on('error', () => undefined);
  }

  /** @throws Error with the child's own message, when it takes more than `limitMs`, or when the child ends. */
  async ask(method: string, { input, limitMs = answerLimitMs }: { input?: unknown; limitMs?: number } = {}) {
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#open.set(id, { resolve, reject });
    const limit = setTimeout(() => reject(new Error(`no answer to '${method}' within ${limitMs} ms`)), limitMs);
    try {
      if (!this.#child.connected) throw new Error(`the process has ended before '${method}'`);
      this.#child.send({ id, method, input });
      return await promise;
    } finally {
      clearTimeout(limit);
      this.#open.delete(id);
    }
  }

  #settle(message: unknown): void {
    const parsed = reply.safeParse(message);
    if (!parsed.success) return;
    const { id, result, error } = parsed.data;
    if (error === undefined) this.#open.get(id)?.resolve(result);
    else this.#open.get(id)?.reject(new Error(error));
  }

  #abandon(): void {
    for (const { reject } of this.#open.values()) reject(new Error('the process has ended'));
  }
}
