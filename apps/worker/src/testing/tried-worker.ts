import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { on, slash, type EventContext, type Handler } from '@arrakis/bot';
import { runService, type Logger } from '@arrakis/service';
import type { HandlerParts } from '../bots.ts';
import { loadWorkerSettings } from '../config.ts';
import { startWorker } from '../worker.ts';

/** What a member's user name makes a handler do. */
const deeds: Readonly<Record<string, (context: EventContext) => Promise<unknown>>> = {
  innocent: () => delay(300),
  async killer() {
    await delay(100);
    process.kill(process.pid, 'SIGKILL');
    await delay(10_000);
  },
  slow: ({ signal }) => delay(4_000, undefined, { signal }),
  obedient: ({ signal }) => once(signal, 'abort').then(() => signal.throwIfAborted()),
  deaf: () => delay(60_000),
};

function tried(log: Logger) {
  return async (context: EventContext, { user }: { readonly user: { readonly username: string } }): Promise<void> => {
    const { id, fence, guildId } = context;
    log.info({ id, fence, guildId }, 'begun');
    await deeds[user.username]?.(context);
    log.info({ id, fence, guildId }, 'effect');
  };
}

/** A bot that is tried in every way: its handlers do what the member's name says. */
function createHandlers({ log }: HandlerParts): Handler[] {
  return [
    slash('ping', { description: 'Says that it is there', run: () => ({ content: 'Pong!' }) }),
    on('member.join', tried(log)),
    on('member.update', tried(log), { lane: 'low' }),
  ];
}

await runService('worker', loadWorkerSettings, (service, settings) => startWorker(service, settings, createHandlers));
