import type { Logger } from '@arrakis/service';
import { modal, slash, type Handler } from '@arrakis/bot';

/** Asks members for their opinion in a modal. That something came is logged; what it says is nobody's business here. */
export function feedback(log: Logger): Handler[] {
  const form = modal('feedback', {
    title: 'Feedback',
    fields: { message: { label: 'What should we know?', paragraph: true, maxLength: 1_000 } },
    defer: 'ephemeral',
    run(ctx, { message }) {
      log.info({ guildId: ctx.guildId, userId: ctx.user.id, characters: message.length }, 'feedback received');
      return { content: `Thank you! You wrote:\n${message}` };
    },
  });
  const command = slash('feedback', {
    description: 'Tell us what you think',
    run: (ctx) => ctx.modal(form.open()),
  });
  return [command, form];
}
