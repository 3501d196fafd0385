import { userMenu } from '@arrakis/bot';
import { createdAt } from '@arrakis/discord-rest';

/** Shows who a member is, to whoever asks alone. */
export const memberCard = userMenu('Member card', {
  defer: 'ephemeral',
  run(_, { user, member }) {
    const joinedAt = member?.joined_at ? Date.parse(member.joined_at) : undefined;
    return {
      embeds: [
        {
          title: member?.nick ?? user.global_name ?? user.username,
          fields: [
            { name: 'Id', value: user.id },
            { name: 'On Discord since', value: relative(createdAt(user.id)) },
            { name: 'Here since', value: joinedAt === undefined ? 'not a member' : relative(joinedAt) },
            { name: 'Roles', value: String(member?.roles.length ?? 0) },
          ],
        },
      ],
    };
  },
});

/** A moment that Discord shows relative to now. Source: Discord docs, Reference, "Message Formatting". */
function relative(atMs: number): string {
  return `<t:${Math.floor(atMs / 1000)}:R>`;
}
