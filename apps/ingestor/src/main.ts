import { compactHeap, keepHeapSmall } from './small-heap.ts';

keepHeapSmall();

const { runService } = await import('@arrakis/service');
const { loadIngestorSettings } = await import('./config.ts');
const { startIngestor } = await import('./ingestor.ts');

await runService('ingestor', loadIngestorSettings, async (service, settings) => {
  await startIngestor(service, settings);
  compactHeap();
});
