import type { Simulator } from '@arrakis/simulator';
import { waitFor } from '@arrakis/testkit';
import { describe, expect, it } from 'vitest';
import type { Dispatch, ShardEvent } from './index.ts';
import { discordWith, rawDispatch, send, shardOf } from './testing/shard-fixture.ts';

const lastSequence = (discord: Simulator) => discord.gateway.sessions()[0]?.sequence ?? 0;

describe('sequences that Discord leaves out', () => {
  it('are told once, before the dispatch that follows them', async () => {
    const discord = await discordWith();
    const story: string[] = [];
    const { ready, received, shard } = shardOf(discord, {
      sink: (dispatch: Dispatch, confirm) => {
        received.push(dispatch);
        story.push(`dispatch ${dispatch.sequence}`);
        confirm();
      },
      onEvent: (event: ShardEvent) => {
        if (event.type === 'gap') story.push(`gap ${event.from}-${event.to}: ${event.missing}`);
      },
    });
    await ready();
    await waitFor(() => received.length === 4, { what: 'READY and three guilds' });
    for (const sequence of [5, 9, 9, 10]) discord.gateway.sendRaw({}, rawDispatch(sequence));
    await waitFor(() => received.length === 7, { what: 'the dispatches' });
    expect(story.slice(4)).toEqual(['dispatch 5', 'gap 6-8: 3', 'dispatch 9', 'dispatch 10']);
    expect(shard.status()).toMatchObject({ received: 10, confirmed: 10, lag: 0 });
  });

  it('hold the cursor until the news of them is safe, and are told the same by a successor', async () => {
    const discord = await discordWith();
    const held: (() => void)[] = [];
    const gaps: object[] = [];
    const onEvent = (event: ShardEvent) => {
      if (event.type !== 'gap') return;
      const { hold, ...gap } = event;
      gaps.push(gap);
      held.push(hold());
    };
    const first = shardOf(discord, { onEvent });
    await first.ready();
    await waitFor(() => first.received.length === 4, { what: 'READY and three guilds' });
    discord.gateway.sendRaw({}, rawDispatch(8));
    await waitFor(() => gaps.length === 1, { what: 'the gap' });
    expect(first.shard.status()).toMatchObject({ received: 8, confirmed: 4, lag: 2 });
    const session = first.shard.snapshot();
    if (session === undefined) throw new Error('a session was there');
    held[0]?.();
    expect(first.shard.status()).toMatchObject({ confirmed: 8, lag: 0 });
    first.shard.stop();
    await first.running;
    const second = shardOf(discord, { session, onEvent });
    await second.ready();
    await waitFor(() => second.received.length > 0, { what: 'RESUMED' });
    discord.gateway.sendRaw({}, rawDispatch(6));
    discord.gateway.sendRaw({}, rawDispatch(9));
    await waitFor(() => gaps.length === 2, { what: 'the gap' });
    expect(gaps[1]).toMatchObject({ sessionId: session.sessionId, to: 8 });
  });

  it('are not told of a RESUMED of an earlier connection, which a replay leaves out', async () => {
    const discord = await discordWith();
    const first = shardOf(discord);
    await first.ready();
    await waitFor(() => first.received.length === 4, { what: 'READY and three guilds' });
    const session = first.shard.snapshot();
    if (session === undefined) throw new Error('a session was there');
    send(discord, 2);
    discord.gateway.disconnect({});
    await waitFor(() => first.shard.status().resumes === 1, { what: 'a RESUME' });
    await first.ready();
    const sent = send(discord, 2);
    await waitFor(() => first.numbers().at(-1) === sent.at(-1), { what: 'the dispatches' });
    first.shard.stop();
    await first.running;
    const second = shardOf(discord, { session });
    await second.ready();
    await second.receives([1, 2, 3, 4]);
    expect(second.received.map(({ sequence }) => sequence)).toEqual([5, 6, 8, 9, lastSequence(discord)]);
    expect(second.told('gap')).toEqual([]);
    expect(second.shard.status()).toMatchObject({ lag: 0, confirmed: lastSequence(discord) });
  });

  it('are not believed when no session could have so many, lest all that follows looks like a replay', async () => {
    const discord = await discordWith();
    const { ready, shard, told, receives, numbers } = shardOf(discord);
    await ready();
    const sent = send(discord, 3);
    await receives(sent);
    discord.gateway.sendRaw({}, rawDispatch(Number.MAX_SAFE_INTEGER));
    await waitFor(() => shard.status().resumes === 1, { what: 'a RESUME' });
    sent.push(...send(discord, 3));
    await receives(sent);
    expect(numbers()).toEqual(sent);
    expect(told('gap')).toEqual([]);
  });
});

it('a session that is lost says from where on', async () => {
  const discord = await discordWith();
  const { ready, told, received, confirms, shard } = shardOf(discord, { confirm: false });
  await ready();
  await waitFor(() => received.length === 4, { what: 'READY and three guilds' });
  confirms[0]?.();
  const { lastDispatchAt } = shard.status();
  const [session] = discord.gateway.sessions();
  discord.gateway.invalidateSession({ resumable: false });
  await waitFor(() => told('session-lost').length === 1, { what: 'the loss' });
  expect(told('session-lost')).toEqual([
    {
      type: 'session-lost',
      shardId: 0,
      sessionId: session?.sessionId,
      confirmed: 1,
      received: 4,
      lastDispatchAt,
      reason: 'Discord invalidated it',
    },
  ]);
  await waitFor(() => shard.status().identifies === 2, { what: 'a new session', timeoutMs: 15_000 });
  expect(shard.status().identifyReason).toBe('the session was lost: Discord invalidated it');
});
