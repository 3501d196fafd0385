import { runService } from '@arrakis/service';
import { loadWorkerSettings } from './config.ts';
import { startWorker } from './worker.ts';

await runService('worker', loadWorkerSettings, startWorker);
