import { waitFor } from '@arrakis/testkit';
import { expect, it } from 'vitest';
import { behaveWell, scriptedGateway, type Script } from './testing/scripted-gateway.ts';
import { discordWith, shardOf } from './testing/shard-fixture.ts';

/** Identifies, and then neither acknowledges nor sends anything. */
const deaf: Script = (socket) => behaveWell(socket, { intervalMs: 100, answers: (op) => op === 1 });

it('a connection that has died is noticed though reading is stopped again and again for others', async () => {
  const gateway = await scriptedGateway([deaf, behaveWell]);
  const discord = await discordWith();
  const { ready, shard, told } = shardOf(discord, { gatewayUrl: gateway.url });
  await ready();
  const pausing = setInterval(() => {
    shard.pause('another shard is too fast');
    setTimeout(() => shard.resume('another shard is too fast'), 2);
  }, 10);
  try {
    await waitFor(() => told('disconnected').length > 0, { what: 'the end of the connection' });
  } finally {
    clearInterval(pausing);
  }
  expect(told('disconnected')).toMatchObject([{ code: 1006, reason: expect.stringContaining('zombie') }]);
});
