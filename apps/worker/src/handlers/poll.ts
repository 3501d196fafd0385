import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import { button, opt, select, slash, type Handler } from '@arrakis/bot';

const choices: ReadonlyMap<string, string> = new Map([
  ['yes', 'Yes'],
  ['no', 'No'],
]);

const topics: ReadonlyMap<string, string> = new Map([
  ['news', 'News'],
  ['events', 'Events'],
  ['games', 'Games'],
]);

/** A press of one of the poll's buttons: the poll shows who voted last. */
const vote = button('poll:vote:{choice}', {
  run(ctx, { choice }) {
    const label = choices.get(choice);
    if (label === undefined) return ctx.reply({ content: 'This choice is not offered any more.', ephemeral: true });
    const [question = ''] = ctx.message?.content.split('\n', 1) ?? [];
    return ctx.update({ content: `${question}\nLast vote: **${label}** by <@${ctx.user.id}>` });
  },
});

/** What the member wants to hear of. */
const pick = select('roles:pick', {
  of: 'string',
  defer: 'update',
  async run(ctx, selected) {
    const names = selected.map((topic) => topics.get(topic) ?? topic);
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
      {
        type: ComponentType.ActionRow,
        components: Array.from(choices, ([choice, label]) => ({
          type: ComponentType.Button,
          style: ButtonStyle.Primary,
          label,
          custom_id: vote.id({ choice }),
        })),
      },
      {
        type: ComponentType.ActionRow,
        components: [
          {
            type: ComponentType.StringSelect,
            custom_id: pick.id(),
            placeholder: 'What do you want to hear of?',
            min_values: 0,
            max_values: topics.size,
            options: Array.from(topics, ([value, label]) => ({ value, label })),
          },
        ],
      },
    ],
  }),
});

export const poll: readonly Handler[] = [ask, vote, pick];
