import { runService } from '@arrakis/service';
import type { Module } from '@arrakis/bot';
import { loadWorkerSettings } from '../config.ts';
import { startWorker } from '../worker.ts';

/** Runs a worker of these modules as a process of its own, to its end. */
export function runWorker(modules: readonly Module[]): Promise<never> {
  return runService(
    'worker',
    () => loadWorkerSettings(modules),
    (service, settings) => startWorker(service, settings, modules),
  );
}
