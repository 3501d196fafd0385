import { InteractionContext, kindOf, type Defer, type Interaction, type Invocation } from '@arrakis/bot';

/** What members read when nobody can help them; the reference is found again among the dead letters and in the log. */
const texts = {
  unavailable: 'This is not available any more.',
  failed: (reference: string) =>
    `Something went wrong. If it happens again, tell the team this reference: ${reference}`,
};

/** How long it may take to tell a member that it failed, in ms. */
const apologyLimitMs = 5_000;

/** What happens when a member uses something that this bot no longer has. */
export function unavailable(interaction: Interaction): Invocation {
  return {
    handler: 'none',
    defer: 'none',
    run: (context) =>
      kindOf(interaction) === 'autocomplete'
        ? context.suggest([])
        : context.reply({ content: texts.unavailable, ephemeral: true }),
  };
}

/** Tells a member that it failed for good, as far as Discord still takes an answer. Never throws. */
export async function apologize(
  interaction: Interaction,
  failed: { readonly context: InteractionContext; readonly defer: Defer },
): Promise<void> {
  const { rest, gateway, acknowledged, answered, id } = failed.context;
  // Nobody reads an error among suggestions.
  if (kindOf(interaction) === 'autocomplete') return;
  // The handler's own signal may be what ended it.
  const signal = AbortSignal.timeout(apologyLimitMs);
  const context = new InteractionContext(interaction, { rest, gateway, signal, acknowledged });
  const message = { content: texts.failed(id), ephemeral: true };
  // What the original response shows is to stay: an answer, or the message that was to be updated.
  const besides = answered || (acknowledged && failed.defer === 'update');
  try {
    await (besides ? context.followUp(message) : context.reply(message));
  } catch {
    // The failure that led here is what on-call needs to see.
  }
}
