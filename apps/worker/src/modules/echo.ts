import { opt, slash } from '@arrakis/bot';

/** Says what it is told. */
export const echo = slash('echo', {
  description: 'Says it again',
  options: { text: opt.string({ description: 'What to say', required: true, maxLength: 2_000 }) },
  run: (_, { text }) => ({ content: text }),
});
