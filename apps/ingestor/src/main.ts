import { setFlagsFromString } from 'node:v8';

// An ingestor makes much garbage that is dead at once, and V8 would give it 48 MB of young generation to be dead in. The
// middle compiler takes memory for code that soon is compiled for good. Both must be said before anything else is loaded.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--no-maglev');

const { runService } = await import('@arrakis/service');
const { loadIngestorSettings } = await import('./config.ts');
const { startIngestor } = await import('./ingestor.ts');

await runService('ingestor', loadIngestorSettings, startIngestor);
