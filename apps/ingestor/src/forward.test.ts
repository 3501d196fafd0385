import { Broker } from '@arrakis/broker';
import { readFields, type Dispatch } from '@arrakis/gateway';
import { createLog } from '@arrakis/service';
import { expect, it, onTestFinished } from 'vitest';
import { Forwarder, type PausableShard } from './forward.ts';

/** A shard as far as it is paused. */
class FakeShard implements PausableShard {
  readonly reasons = new Set<string>();

  pause(reason: string): void {
    this.reasons.add(reason);
  }

  resume(reason: string): void {
    this.reasons.delete(reason);
  }
}

const noFields = readFields(Buffer.from('{}'), 0, 2) ?? expect.fail('an object has fields');

const dispatch: Dispatch = {
  name: 'GUILD_MEMBER_ADD',
  sequence: 1,
  sessionId: 'session',
  shardId: 0,
  body: Buffer.from('{}'),
  fields: noFields,
  lag: 1,
  receivedAt: 0,
  guildWasUnavailable: false,
};

/** Nobody listens where its broker should be. */
function forwarderWithoutBroker({ maxUnconfirmed }: { readonly maxUnconfirmed: number }): Forwarder {
  const broker = new Broker({ url: 'amqp://127.0.0.1:1', namespace: 'test', connectionName: 'test' });
  onTestFinished(() => broker.close());
  return new Forwarder({
    broker,
    log: createLog({ name: 'test', level: 'silent' }),
    isRouted: (type) => type === 'member.join',
    newTraceparent: () => '00-0-0-01',
    metrics: { confirmed: () => undefined, skipped: () => undefined, blocked: () => undefined },
    maxUnconfirmed,
    maxUnconfirmedBytes: 1_000_000,
  });
}

it('lets the other shards read again when the one that was behind is no longer here', () => {
  const forwarder = forwarderWithoutBroker({ maxUnconfirmed: 2 });
  const [behind, other] = [new FakeShard(), new FakeShard()];
  forwarder.supervise(behind);
  forwarder.supervise(other);
  const sink = forwarder.sinkFor('1', () => behind);
  sink(dispatch, () => expect.fail('there is no broker'));
  sink({ ...dispatch, name: 'TYPING_START', sequence: 42, lag: 41 }, () => undefined);
  expect(other.reasons.size).toBe(1);
  forwarder.drop(behind);
  expect([forwarder.outbox.size, other.reasons.size]).toEqual([0, 0]);
});

it('publishes what is left of a lost session though the shard is no longer here: nobody else will receive it', () => {
  const forwarder = forwarderWithoutBroker({ maxUnconfirmed: 10 });
  const shard = new FakeShard();
  const sink = forwarder.sinkFor('1', () => shard);
  sink({ ...dispatch, sessionId: 'lost' }, () => undefined);
  forwarder.sessionLost(shard);
  sink({ ...dispatch, sessionId: 'next' }, () => undefined);
  forwarder.drop(shard);
  expect(forwarder.outbox.size).toBe(1);
});
