import { setFlagsFromString } from 'node:v8';

// V8's middle compiler takes memory for code that the last one soon compiles for good.
setFlagsFromString('--no-maglev');

const { runService } = await import('@arrakis/service');
const { loadIngestorSettings } = await import('./config.ts');
const { startIngestor } = await import('./ingestor.ts');

// What the modules needed of the young generation is enough for what follows. From the start it would be too small: much
// would outlive it, at twice the CPU (`npm run bench -- ingest`).
setFlagsFromString('--semi-space-growth-factor=1');

await runService('ingestor', loadIngestorSettings, startIngestor);
