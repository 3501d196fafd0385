import { button, opt, select, slash, ui, type Module } from '@arrakis/bot';

const labels = { yes: 'Yes', no: 'No' } as const;

const topics = { news: 'News', events: 'Events', games: 'Games' } as const;

/** A press of one of the poll's buttons: the poll shows who voted last. */
const vote = button('poll:vote:{choice=yes|no}', {
  run(ctx, { choice }) {
    const [question = ''] = ctx.message?.content.split('\n', 1) ?? [];
    return ctx.update({ content: `${question}\nLast vote: **${labels[choice]}** by <@${ctx.user.id}>` });
  },
});

/** What the member wants to hear of. */
const pick = select('roles:pick', {
  of: 'string',
  values: ['news', 'events', 'games'],
  defer: 'update',
  async run(ctx, selected) {
    const names = selected.map((topic) => topics[topic]);
    await ctx.followUp({ content: `You will hear of: ${names.join(', ') || 'nothing'}`, ephemeral: true });
  },
});

/** Asks a question: two buttons to vote with, and a select of topics. */
const ask = slash('poll', {
  description: 'Asks a question',
  options: { question: opt.string({ description: 'What to ask', required: true, maxLength: 300 }) },
  run: (_, { question }) => ({
    content: question.replaceAll(/\s+/g, ' '),
    components: [
      ui.row(
        ui.button(vote.id({ choice: 'yes' }), { label: labels.yes, style: 'primary' }),
        ui.button(vote.id({ choice: 'no' }), { label: labels.no, style: 'primary' }),
      ),
      ui.row(
        ui.select(pick.id(), {
          of: 'string',
          placeholder: 'What do you want to hear of?',
          minValues: 0,
          maxValues: 3,
          options: Object.entries(topics).map(([value, label]) => ({ value, label })),
        }),
      ),
    ],
  }),
});

export const poll: Module = { name: 'poll', commands: [ask], components: [vote, pick] };
