import { existsSync, readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

/**
 * Watches a folder and all below it. Each folder has a watcher of its own: Node's recursive one watches files on Linux, and
 * loses those that an editor replaces rather than writes.
 */
export class FolderWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #onChange: (file: string) => void;

  constructor(folder: string, onChange: (file: string) => void) {
    this.#onChange = onChange;
    this.#add(folder);
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #add(folder: string): void {
    if (this.#watchers.has(folder)) return;
    const watcher = watch(folder, (_, name) => this.#notice(folder, name));
    watcher.on('error', () => this.#remove(folder));
    this.#watchers.set(folder, watcher);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) this.#add(join(folder, entry.name));
    }
  }

  #notice(folder: string, name: string | null): void {
    if (name === null) return;
    const path = join(folder, name);
    if (!existsSync(path)) this.#remove(path);
    else if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) this.#add(path);
    this.#onChange(path);
  }

  #remove(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}
