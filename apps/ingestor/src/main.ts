import { runService } from '@arrakis/service';
import { loadIngestorSettings } from './config.ts';
import { startIngestor } from './ingestor.ts';

await runService('ingestor', loadIngestorSettings, startIngestor);
