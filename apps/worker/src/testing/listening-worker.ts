import { on, type Handler } from '@arrakis/bot';
import { runService } from '@arrakis/service';
import type { HandlerParts } from '../bots.ts';
import { loadWorkerSettings } from '../config.ts';
import { startWorker } from '../worker.ts';

/** A bot that says in its log which messages it has got, which it must have asked for. */
function createHandlers({ log }: HandlerParts): Handler[] {
  return [
    on('message.create', ({ guildId, userId }, { id }) => log.info({ guildId, userId, messageId: id }, 'a message')),
  ];
}

await runService('worker', loadWorkerSettings, (service, settings) => startWorker(service, settings, createHandlers));
