import { messageMenu } from '@arrakis/bot';

/** Longest quotation, in characters: with the rest it has to fit into a message of 2,000. */
const maxLength = 1_500;

/** Repeats a message for all, with a link to it. */
export const quote = messageMenu('Quote', {
  defer: 'public',
  run(ctx, message) {
    const text = message.content === '' ? '(no text)' : message.content.slice(0, maxLength);
    const quoted = text.replaceAll(/^/gm, '> ').slice(0, maxLength);
    const link = `https://discord.com/channels/${ctx.guildId ?? '@me'}/${message.channel_id}/${message.id}`;
    return { content: `${quoted}\n<@${message.author.id}> in ${link}` };
  },
});
