import { field, modal, slash, type Module } from '@arrakis/bot';

/** What members want to say. That something came is logged; what it says is nobody's business here. */
const form = modal('feedback', {
  title: 'Feedback',
  fields: { message: field.text({ label: 'What should we know?', paragraph: true, maxLength: 1_000 }) },
  defer: 'ephemeral',
  run(ctx, { message }) {
    ctx.log.info({ guildId: ctx.guildId, userId: ctx.user.id, characters: message.length }, 'feedback received');
    return { content: `Thank you! You wrote:\n${message}` };
  },
});

/** Asks members for their opinion in a modal. */
const ask = slash('feedback', {
  description: 'Tell us what you think',
  run: (ctx) => ctx.modal(form.open()),
});

export const feedback: Module = { name: 'feedback', commands: [ask], components: [form] };
