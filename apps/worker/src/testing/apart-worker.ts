import { button, on, slash, type Module } from '@arrakis/bot';
import { runWorker } from './run-worker.ts';

/** Says where each of a module's handlers runs. */
function tellingModule(
  name: string,
  event: 'member.join' | 'member.leave' | 'member.update',
  lane: 'normal' | 'low',
): Module {
  return {
    name,
    commands: [slash(name, { description: 'x', run: () => ({ content: `${name} in ${process.pid}` }) })],
    components: [button(`${name}:press`, { run: () => ({ content: `pressed in ${process.pid}` }) })],
    events: [
      on(event, ({ log }) => log.info({ module: name }, 'handled'), { lane }),
      on('guild.update', ({ id, log }) => log.info({ module: name, id }, 'shared'), { lane }),
    ],
    setup: ({ log }) => log.info({}, 'set up'),
    ready: ({ log }) => log.info({}, 'ready'),
    drain: ({ log }) => log.info({}, 'drained'),
  };
}

/** A bot of three modules, which workers may serve apart. */
await runWorker([
  tellingModule('spice', 'member.join', 'normal'),
  tellingModule('water', 'member.leave', 'normal'),
  tellingModule('sand', 'member.update', 'low'),
]);
