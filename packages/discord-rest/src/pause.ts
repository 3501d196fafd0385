import { setTimeout as delay } from 'node:timers/promises';

/** Waits; resolves to false as soon as the signal ends it. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await delay(ms, undefined, { ...(signal && { signal }) });
    return true;
  } catch {
    return false;
  }
}
