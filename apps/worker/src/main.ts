import { runService } from '@arrakis/service';
import { loadWorkerSettings } from './config.ts';
import { createHandlers } from './handlers/index.ts';
import { startWorker } from './worker.ts';

await runService('worker', loadWorkerSettings, (service, settings) => startWorker(service, settings, createHandlers));
