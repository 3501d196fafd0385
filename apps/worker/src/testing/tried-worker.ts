import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { on, slash, type EventContext } from '@arrakis/bot';
import { runWorker } from './run-worker.ts';

/** The member of an event: the name says what the handler does. */
interface Tried {
  readonly user: { readonly username: string };
  /** The channel to post in. */
  readonly nick?: string | null;
}

/** A failure that may pass. */
class PassingError extends Error {
  override readonly name = 'PassingError';
  readonly retryable = true;
}

/** A failure that does not pass. */
class LastingError extends Error {
  override readonly name = 'LastingError';
  readonly retryable = false;
}

/** How old the event is that `failsAtFirst` no longer fails at, in ms. */
const mendedAfterMs = 2_000;

/** What a member's user name makes a handler do. */
const deeds: Readonly<Record<string, (context: EventContext, tried: Tried) => Promise<unknown>>> = {
  innocent: () => delay(300),
  leisurely: () => delay(6_000),
  async killer() {
    await delay(100);
    process.kill(process.pid, 'SIGKILL');
    await delay(10_000);
  },
  slow: ({ signal }) => delay(4_000, undefined, { signal }),
  obedient: ({ signal }) => once(signal, 'abort').then(() => signal.throwIfAborted()),
  deaf: () => delay(60_000),
  /** An effect that Discord itself has only once, however often it is asked for. */
  async poster(context, { nick }) {
    const { id, rest, signal } = context;
    await delay(300, undefined, { signal });
    await rest.createMessage(nick ?? '', { content: `effect ${id}` }, { nonce: context.nonce('effect'), signal });
  },
  async failsOnce({ attempt }) {
    await delay(300);
    if (attempt === 1) throw new PassingError('The first attempt fails.');
  },
  async fails() {
    throw new LastingError('Every attempt fails.');
  },
  /** As a handler with a mistake in it that somebody mends. */
  async failsAtFirst({ receivedAt }) {
    if (Date.now() - receivedAt < mendedAfterMs) throw new LastingError('It is not mended yet.');
  },
};

async function tried(context: EventContext, member: Tried): Promise<void> {
  const { id, fence, guildId, attempt, log } = context;
  const deed = member.user.username;
  log.info({ id, fence, guildId, attempt, deed }, 'begun');
  await deeds[deed]?.(context, member);
  log.info({ id, fence, guildId, deed }, 'effect');
}

/** The handler of a module that shares its event with another. */
function sharing(module: string, deedOf: (member: Tried) => string) {
  return async (context: EventContext, member: Tried): Promise<void> => {
    const { id, attempt, log } = context;
    const deed = deedOf(member);
    log.info({ module, id, attempt }, 'shared begun');
    await deeds[deed]?.(context, member);
    log.info({ module, id, attempt }, 'shared effect');
  };
}

/** A bot that is tried in every way: its handlers do what the member's name says. */
await runWorker([
  {
    name: 'tried',
    commands: [
      slash('ping', { description: 'Says that it is there', run: () => ({ content: 'Pong!' }) }),
      slash('ask', {
        description: 'Thinks, answers, and adds something',
        defer: 'public',
        async run(context) {
          await delay(100, undefined, { signal: context.signal });
          await context.edit({ content: 'The answer' });
          await context.followUp({ content: 'And more' });
        },
      }),
    ],
    events: [on('member.join', tried), on('member.update', tried, { lane: 'low' })],
  },
  {
    name: 'steady',
    events: [
      on(
        'member.leave',
        sharing('steady', () => 'nothing'),
      ),
    ],
  },
  {
    name: 'shaky',
    events: [
      on(
        'member.leave',
        sharing('shaky', ({ user }) => user.username),
      ),
    ],
  },
  {
    name: 'patient',
    events: [
      on(
        'member.leave',
        sharing('patient', () => 'nothing'),
        { lane: 'low' },
      ),
    ],
  },
]);
