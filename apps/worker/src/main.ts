import { runService } from '@arrakis/service';
import { loadWorkerSettings } from './config.ts';
import { modules } from './modules/index.ts';
import { startWorker } from './worker.ts';

await runService(
  'worker',
  () => loadWorkerSettings(modules),
  (service, settings) => startWorker(service, settings, modules),
);
