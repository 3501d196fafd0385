import { join, relative, sep } from 'node:path';
import type { AppProcess } from '../demo/app-process.ts';
import { FolderWatch } from './folder-watch.ts';

export interface ReloadingOptions {
  readonly root: string;
  /** Folders below the root whose files make up a worker. */
  readonly folders: readonly string[];
  /** Starts a worker. */
  readonly start: () => AppProcess;
  /** Resolves when a worker can do its job; rejects when it never will. */
  readonly untilReady: (worker: AppProcess) => Promise<void>;
  /** Told when a worker has taken over, or why not. */
  readonly onReload: (reload: Reload) => void;
}

/** A worker has been started anew, `tookMs` after the change; or could not be, and the former one goes on. */
export type Reload =
  | { readonly outcome: 'reloaded'; readonly file: string; readonly tookMs: number }
  | { readonly outcome: 'failed'; readonly file: string; readonly cause: unknown };

/** Editors write a file in several steps, and several files at once: for so long it is waited for more, in ms. */
const settleMs = 60;

/**
 * A worker that is started anew whenever its sources change. The former one goes on until the new one is ready, and is
 * not waited for then: no event is without a worker, and sources with an error in them leave things as they are.
 */
export class ReloadingWorker {
  readonly #options: ReloadingOptions;
  readonly #watches: readonly FolderWatch[];
  #current: AppProcess;
  #changed: { readonly file: string; readonly at: number } | undefined;
  #settling: NodeJS.Timeout | undefined;
  #reloading = Promise.resolve();
  #closed = false;

  constructor(current: AppProcess, options: ReloadingOptions) {
    this.#current = current;
    this.#options = options;
    this.#watches = options.folders.map(
      (folder) => new FolderWatch(join(options.root, folder), (file) => this.#notice(relative(options.root, file))),
    );
  }

  get current(): AppProcess {
    return this.#current;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#settling);
    for (const one of this.#watches) one.close();
  }

  #notice(file: string): void {
    const isSource = file.endsWith('.ts') && !/\.test(?:-d)?\.ts$/.test(file) && !file.split(sep).includes('testing');
    if (!isSource || this.#closed) return;
    this.#changed ??= { file, at: performance.now() };
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#reloading = this.#reloading.then(() => this.#reload());
    }, settleMs);
  }

  async #reload(): Promise<void> {
    const changed = this.#changed;
    // Nothing has changed since the reload before.
    if (changed === undefined || this.#closed) return;
    this.#changed = undefined;
    const { start, untilReady, onReload } = this.#options;
    const next = start();
    try {
      await untilReady(next);
    } catch (cause) {
      await next.stop();
      onReload({ outcome: 'failed', file: changed.file, cause });
      return;
    }
    const former = this.#current;
    this.#current = next;
    onReload({ outcome: 'reloaded', file: changed.file, tookMs: performance.now() - changed.at });
    // It ends what it has begun; the new one has the rest meanwhile.
    void former.stop();
  }
}
