import { PresenceUpdateStatus } from 'discord-api-types/v10';
import { on, slash } from '@arrakis/bot';
import { runWorker } from './run-worker.ts';

const rollCall = slash('roll-call', {
  description: 'Asks for all members',
  async run(ctx) {
    const { gateway, guildId = '' } = ctx;
    await gateway.requestGuildMembers({ guildId, query: '', limit: 0, nonce: ctx.nonce() });
    return { content: 'Who is there?' };
  },
});

const sleep = slash('sleep', {
  description: 'Leaves voice and shows it',
  async run({ gateway, guildId = '' }) {
    await gateway.leaveVoice(guildId);
    await gateway.setPresence({ status: PresenceUpdateStatus.Idle });
    return { content: 'Good night.' };
  },
});

const membersCame = on(
  'guild.members.chunk',
  ({ guildId, log }, { members, nonce, chunk_index: index, chunk_count: count }) => {
    log.info({ guildId, nonce, index, count, members: members.map(({ user }) => user.id) }, 'members have come');
  },
);

const askedTooOften = on('rate.limited', ({ log }, { opcode, retry_after: seconds }) => {
  log.info({ opcode, seconds }, 'asked too often');
});

/** A bot that has the gateway do something, and says in its log what comes back. */
await runWorker([{ name: 'commanding', commands: [rollCall, sleep], events: [membersCame, askedTooOften] }]);
