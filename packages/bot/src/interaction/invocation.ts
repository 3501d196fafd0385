import { coolDown, type Cooldown } from '../definition/cooldown.ts';
import type { Guard, GuardResult, Guards } from '../definition/guard.ts';
import { GuardResultError, ResponseStateError } from '../errors.ts';
import { deferralOf, type Defer, type Deferral, type DeferPolicy } from './deferral.ts';
import { Denied } from './denied.ts';
import { factsOf, type Interaction } from './interaction.ts';
import type { InteractionContext } from './interaction-context.ts';
import { isSent, type Message, type Reply } from './reply.ts';

/** An interaction whose handler is found and whose input is read: ready to run. */
export interface Invocation {
  /** Which handler, for logs: `slash echo`, `button poll:vote:{choice}`. */
  readonly handler: string;
  readonly deferral: Deferral;
  /**
   * Runs the handler, defers as its definition says, and sends what it returns.
   * @throws {Denied} when whoever asked may not have it.
   * @throws what the handler throws; {@link ResponseStateError} when it has not answered.
   */
  run(context: InteractionContext): Promise<void>;
}

/** What comes before and around the handler of an interaction. */
export interface Passage<D extends Defer, Results extends readonly GuardResult[]> {
  /** `none` unless said otherwise. Stands before `run`, whose context depends on it. */
  readonly defer?: DeferPolicy<D> | undefined;
  /** In their order, before the cooldown: what they deny costs no use. */
  readonly guards?: Guards<Results> | undefined;
  readonly cooldown?: Cooldown | undefined;
}

/** What a handler demands of whoever asks, or a group that it is in. */
export interface Layer extends Pick<Passage<Defer, readonly GuardResult[]>, 'guards' | 'cooldown'> {
  /** By which its uses are counted. */
  readonly handler: string;
}

/** A handler, ready to be run with what it has been asked. */
export interface Work {
  /** For logs, metrics and cooldowns. */
  readonly handler: string;
  /** What its groups demand, the outermost first. */
  readonly around?: readonly Layer[];
  readonly interaction: Interaction;
  readonly run: (context: InteractionContext) => Promise<Reply | Message | undefined | void>;
}

export function invocation(passage: Passage<Defer, readonly GuardResult[]>, work: Work): Invocation {
  const { defer = 'none', guards, cooldown } = passage;
  const { handler, around = [], interaction, run } = work;
  const { deferral, failure } = deferralIn(defer, interaction);
  const layers: readonly Layer[] = [...around, { handler, guards, cooldown }];
  const isGuarded = layers.some((layer) => (layer.guards ?? []).length > 0 || layer.cooldown !== undefined);
  return {
    handler,
    deferral,
    async run(context) {
      if (failure !== undefined) throw failure.cause;
      const timer = new DeferralTimer(context);
      try {
        if (isGuarded) {
          timer.start(Math.max(deferral.afterMs, guardedAfterMs));
          await admit(context, layers);
          await coolDown(layers, context);
        }
        await timer.restart(deferral.afterMs);
        await conclude(context, deferral.as, await run(context));
      } finally {
        timer.stop();
      }
    },
  };
}

/** A policy that throws fails like the handler it belongs to: so whoever asked is told. */
function deferralIn(
  policy: DeferPolicy<Defer>,
  interaction: Interaction,
): { readonly deferral: Deferral; readonly failure?: { readonly cause: unknown } } {
  const facts = factsOf(interaction);
  try {
    return { deferral: deferralOf(policy, facts) };
  } catch (cause) {
    return { deferral: { as: 'none', afterMs: 0 }, failure: { cause } };
  }
}

/** So long guards may take before the interaction is deferred, in ms: a denial that comes earlier is seen by one alone. */
const guardedAfterMs = 500;

/** Defers an interaction at its time, unless it has been answered by then. */
class DeferralTimer {
  readonly #context: InteractionContext;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: InteractionContext) {
    this.#context = context;
  }

  /** `afterMs` counts from the interaction's creation, by Discord's clock; a clock that differs makes it no longer. */
  start(afterMs: number): void {
    const delayMs = Math.min(afterMs, Math.max(0, afterMs - this.#context.ageMs));
    // Whoever answers waits for the deferral, and learns of its failure.
    this.#timer = setTimeout(() => void this.#context.defer().catch(() => undefined), delayMs);
  }

  /** Sets another time, or defers now. */
  async restart(afterMs: number): Promise<void> {
    this.stop();
    if (afterMs === 0) await this.#context.defer();
    else this.start(afterMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/**
 * Asks the guards one after another, the outermost first, and keeps what they have found out. One that several layers name is
 * asked once.
 * @throws {Denied} when one denies it.
 * @throws {GuardResultError} when one returns what neither denies nor extends: `async () => false` passes for an object
 *   where types are checked, and must not let everybody pass.
 */
export async function admit(context: InteractionContext, layers: readonly Pick<Layer, 'guards'>[]): Promise<void> {
  for (const guard of new Set<Guard>(layers.flatMap(({ guards = [] }) => guards))) {
    const found: unknown = await guard(context);
    if (found instanceof Denied) throw found;
    if (found === undefined) continue;
    if (typeof found !== 'object' || found === null) throw new GuardResultError(found);
    context.ext = { ...context.ext, ...found };
  }
}

/**
 * Sends what a handler returned, in the way its deferral leaves open.
 * @throws {ResponseStateError} when there is no answer, neither returned nor sent: somebody would wait for ever.
 */
async function conclude(
  context: InteractionContext,
  as: Defer,
  returned: Reply | Message | undefined | void,
): Promise<void> {
  if (returned !== undefined) {
    if (typeof returned !== 'object' || returned === null) {
      throw new ResponseStateError(`The handler has returned a ${typeof returned}, which is no message.`);
    }
    if (isSent(returned)) {
      if (context.answered) return;
      throw new ResponseStateError(
        'The handler has not answered: it has returned a message that is at Discord already. Return { content, … } of it.',
      );
    }
    await (as === 'update' ? context.update(returned) : context.reply(returned));
  } else if (!context.answered) {
    if (as !== 'update') throw new ResponseStateError('The handler has not answered.');
    // It leaves the message as it is; Discord wants to hear so all the same.
    await context.defer();
  }
}
