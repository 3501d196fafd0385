import { InteractionResponseType } from 'discord-api-types/v10';
import type { InteractionHandle, Simulator } from '@arrakis/simulator';
import type { Examined } from './examination.ts';

/** Discord forgets an interaction that is not acknowledged in this time, in ms. */
const deadlineMs = 3_000;

/** What an answer must be. */
interface Expectation {
  readonly callbacks: readonly InteractionResponseType[];
  /** What the member must see. */
  readonly content?: RegExp;
}

const message = [
  InteractionResponseType.ChannelMessageWithSource,
  InteractionResponseType.DeferredChannelMessageWithSource,
] as const;
const update = [InteractionResponseType.UpdateMessage, InteractionResponseType.DeferredMessageUpdate] as const;

/** Uses every kind of interaction as a member does, and checks what Discord and the member get. */
export async function checkInteractions({ discord, examine, signal }: Examined): Promise<void> {
  const { interactions } = discord;
  const by = memberOf(discord);
  const answer = (interaction: InteractionHandle, expectation: Expectation) =>
    answered(interaction, { ...expectation, signal });

  await examine('slash command: /ping', () =>
    answer(interactions.slash({ ...by, name: 'ping' }), { callbacks: message, content: /pong/i }),
  );
  const text = 'The spice must flow';
  await examine('slash command with option: /echo', () =>
    answer(interactions.slash({ ...by, name: 'echo', options: { text } }), { callbacks: message, content: /spice/ }),
  );
  await examine('autocomplete: /colour', () => offersColours(discord, signal));
  await examine('user menu: Member card', () =>
    answer(interactions.userMenu({ ...by, name: 'Member card', targetId: by.userId }), {
      callbacks: message,
      content: new RegExp(by.userId),
    }),
  );
  await checkPoll(discord, { examine, answer });
  await checkFeedback(discord, { examine, answer });
}

interface Means {
  readonly examine: Examined['examine'];
  readonly answer: (interaction: InteractionHandle, expectation: Expectation) => ReturnType<typeof answered>;
}

/** A message with components: it is posted, quoted, and its button and select are used. */
async function checkPoll(discord: Simulator, { examine, answer }: Means): Promise<void> {
  const { interactions } = discord;
  const by = memberOf(discord);
  const options = { question: 'Spice or sand?' };
  const question = /Spice or sand\?/;
  const poll = await examine('slash command with components: /poll', () =>
    answer(interactions.slash({ ...by, name: 'poll', options }), { callbacks: message, content: question }),
  );
  const messageId = poll?.messages[0]?.id ?? '';
  await examine('message menu: Quote', () =>
    answer(interactions.messageMenu({ ...by, name: 'Quote', targetId: messageId }), {
      callbacks: message,
      content: question,
    }),
  );
  await examine('button', () =>
    answer(interactions.button({ ...by, customId: 'poll:vote:yes', messageId }), {
      callbacks: [...message, ...update],
    }),
  );
  await examine('select', () =>
    answer(interactions.select({ ...by, customId: 'roles:pick', messageId, values: ['news'] }), {
      callbacks: [...message, ...update],
    }),
  );
}

/** A modal: it is opened and submitted. */
async function checkFeedback(discord: Simulator, { examine, answer }: Means): Promise<void> {
  const { interactions } = discord;
  const by = memberOf(discord);
  const modal = await examine('modal opened: /feedback', async () => {
    const result = await answer(interactions.slash({ ...by, name: 'feedback' }), {
      callbacks: [InteractionResponseType.Modal],
    });
    if (result.seen.modal === null) throw new Error('the member sees no modal');
    return { detail: `${result.detail}, '${result.seen.modal.title}'`, seen: result.seen.modal };
  });
  const customId = modal?.custom_id ?? '';
  await examine('modal submitted', () =>
    answer(interactions.modalSubmit({ ...by, customId, fields: { message: 'More water' } }), {
      callbacks: message,
      content: /\S/,
    }),
  );
}

async function offersColours(discord: Simulator, signal: AbortSignal) {
  const typing = { ...memberOf(discord), name: 'colour', options: { name: 're' }, focused: 'name' };
  const { detail, seen } = await answered(discord.interactions.autocomplete(typing), {
    callbacks: [InteractionResponseType.ApplicationCommandAutocompleteResult],
    signal,
  });
  const names = (seen.choices ?? []).map((choice) => choice.name);
  if (!names.some((name) => /^re/i.test(name))) throw new Error(`offered: ${names.join(', ') || 'nothing'}`);
  return { detail: `${detail}, offers ${names.join(', ')}`, seen };
}

/** Waits until the member sees the answer; throws what is wrong with it. */
async function answered(
  interaction: InteractionHandle,
  { callbacks, content, signal }: Expectation & { readonly signal: AbortSignal },
) {
  const callback = await interaction.answered({ timeoutMs: deadlineMs + 1_000, signal });
  if (!callbacks.includes(callback.callbackType)) {
    throw new Error(`callback of type ${callback.callbackType}, expected ${callbacks.join(' or ')}`);
  }
  if (callback.atMs > deadlineMs) throw new Error(`acknowledged after ${callback.atMs.toFixed(0)} ms`);
  const seen = await interaction.settled({ timeoutMs: 10_000, signal });
  const text = seen.messages.map((shown) => shown.content + JSON.stringify(shown.embeds)).join('\n');
  if (content !== undefined && !content.test(text)) {
    throw new Error(`the member sees '${text}', expected ${String(content)}`);
  }
  return { detail: `callback ${callback.callbackType} after ${callback.atMs.toFixed(1)} ms`, seen };
}

/** Somebody who is no bot, in the first guild. */
function memberOf(discord: Simulator): { readonly guildId: string; readonly userId: string } {
  const [guildId = ''] = discord.world.guilds;
  const person = discord.world.guild(guildId).members.find(({ user }) => user.bot !== true);
  return { guildId, userId: person?.user.id ?? '' };
}
