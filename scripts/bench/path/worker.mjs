// Arrakis' worker as it runs in production, with handlers that do next to nothing.
import { setTimeout as delay } from 'node:timers/promises';
import { on, slash } from '@arrakis/bot';
import { runService } from '@arrakis/service';
import { answer } from '../answer.mjs';
import { handled } from '../handled.mjs';

// Imported at run time: without a build there is nothing there, and types are checked without one.
const built = new URL('../../../apps/worker/dist/', import.meta.url);
/** @type {typeof import('../../../apps/worker/src/config.ts')} */
// oxlint-disable-next-line typescript/no-unsafe-assignment
const { loadWorkerSettings } = await import(new URL('config.js', built).href);
/** @type {typeof import('../../../apps/worker/src/worker.ts')} */
// oxlint-disable-next-line typescript/no-unsafe-assignment
const { startWorker } = await import(new URL('worker.js', built).href);

/** How long a handler of events takes, in ms. */
let handlerMs = 0;
answer({
  takeLong(/** @type {unknown} */ ms) {
    handlerMs = Number(ms);
  },
});

/** @returns {void | Promise<void>} */
const handle = () => (handlerMs === 0 ? handled() : delay(handlerMs).then(handled));

/** @type {import('@arrakis/bot').Module} */
const module = {
  name: 'bench',
  commands: [slash('ping', { description: 'Answers', run: () => ({ content: 'Pong.' }) })],
  events: [on('member.join', handle), on('member.update', handle), on('member.leave', handle)],
};

await runService(
  'worker',
  () => loadWorkerSettings([module]),
  (service, settings) => startWorker(service, settings, [module]),
);
