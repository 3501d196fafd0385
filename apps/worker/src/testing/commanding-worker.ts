import { PresenceUpdateStatus } from 'discord-api-types/v10';
import { on, slash, type Handler } from '@arrakis/bot';
import { runService } from '@arrakis/service';
import type { HandlerParts } from '../bots.ts';
import { loadWorkerSettings } from '../config.ts';
import { startWorker } from '../worker.ts';

/** A bot that has the gateway do something, and says in its log what comes back. */
function createHandlers({ log }: HandlerParts): Handler[] {
  return [
    slash('roll-call', {
      description: 'Asks for all members',
      async run(ctx) {
        const { gateway, guildId = '' } = ctx;
        await gateway.requestGuildMembers({ guildId, query: '', limit: 0, nonce: ctx.nonce() });
        return { content: 'Who is there?' };
      },
    }),
    slash('sleep', {
      description: 'Leaves voice and shows it',
      async run({ gateway, guildId = '' }) {
        await gateway.leaveVoice(guildId);
        await gateway.setPresence({ status: PresenceUpdateStatus.Idle });
        return { content: 'Good night.' };
      },
    }),
    on('guild.members.chunk', ({ guildId }, { members, nonce, chunk_index: index, chunk_count: count }) => {
      log.info({ guildId, nonce, index, count, members: members.map(({ user }) => user.id) }, 'members have come');
    }),
    on('rate.limited', (_, { opcode, retry_after: seconds }) => {
      log.info({ opcode, seconds }, 'asked too often');
    }),
  ];
}

await runService('worker', loadWorkerSettings, (service, settings) => startWorker(service, settings, createHandlers));
