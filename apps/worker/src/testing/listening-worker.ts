import { on } from '@arrakis/bot';
import { runWorker } from './run-worker.ts';

/** A bot that says in its log which messages it has got, which it must have asked for. */
const heard = on('message.create', ({ guildId, userId, log }, { id }) => {
  log.info({ guildId, userId, messageId: id }, 'a message');
});

await runWorker([{ name: 'listening', events: [heard] }]);
