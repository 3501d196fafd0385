import { hash } from 'node:crypto';

/** A script by its text and the SHA-1 by which Redis keeps it. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

/** What the limiter needs of Redis; `StateManager.scripts` of @arrakis/state is one. */
export interface ScriptRunner {
  /** The full name of a key of this bot. */
  key(...parts: readonly string[]): string;
  /** The full name of a key that belongs to several bots. */
  sharedKey(owner: string, ...parts: readonly string[]): string;
  /** Runs a script. Rejects when Redis cannot be reached, whatever the script did. */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
}

export function scriptOf(source: string): Script {
  return { source, sha: hash('sha1', source) };
}
