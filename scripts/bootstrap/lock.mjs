import { randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { throwIfInterrupted } from './processes.mjs';
import { showProgress } from './progress.mjs';

const pollMs = 200;
/** The owner shows this often that it is alive. */
const touchMs = 2_000;
/** An owner that has not shown itself while we watched for so long is gone. */
const goneAfterMs = 15_000;

/**
 * Runs `work` while no other process of this checkout does. Waits for another, but not for one that has died.
 *
 * @template T
 * @param {string} path - the lock file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  const content = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  if (!tryLock(path, content)) {
    await showProgress('Waiting for another setup in this folder', () => untilLocked(path, content));
  }
  const touching = setInterval(() => touch(path), touchMs);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    if (look(path)?.content === content) rmSync(path, { force: true });
  }
}

/**
 * @param {string} path
 * @param {string} content
 */
function tryLock(path, content) {
  // A link appears with its content, and only if there is none.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

/**
 * @param {string} path
 * @param {string} content
 */
async function untilLocked(path, content) {
  let seen = '';
  let seenAt = performance.now();
  while (!tryLock(path, content)) {
    throwIfInterrupted();
    const found = look(path);
    if (found !== undefined) {
      const sign = `${found.content} ${found.touched}`;
      if (sign !== seen) [seen, seenAt] = [sign, performance.now()];
      if (isDead(found.content) || performance.now() - seenAt > goneAfterMs) {
        breakLock(path, found.content);
        continue;
      }
    }
    await delay(pollMs);
  }
}

/**
 * Removes the lock of a dead owner. Two that want to do so at once take turns, so that the second does not remove the
 * lock that the first has taken meanwhile.
 *
 * @param {string} path
 * @param {string} content
 */
function breakLock(path, content) {
  const turn = `${path}.break`;
  try {
    mkdirSync(turn);
  } catch {
    const since = statSync(turn, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > goneAfterMs) rmdirSync(turn);
    return;
  }
  if (look(path)?.content === content) rmSync(path, { force: true });
  rmdirSync(turn);
}

/** @param {string} path */
function touch(path) {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // After this process was suspended for long, another may have taken the lock for abandoned.
  }
}

/** @param {string} path */
function look(path) {
  try {
    return { content: readFileSync(path, 'utf8'), touched: statSync(path).mtimeMs };
  } catch {
    return undefined; // released meanwhile
  }
}

/** @param {string} content */
function isDead(content) {
  /** @type {{ pid: number, host: string }} */
  const { pid, host } = JSON.parse(content);
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
