import { dispatchEventId, namesIn } from '@arrakis/protocol';
import { expect, test } from 'vitest';
import { Ledger, type LedgerDispatch } from './ledger.ts';

const namespace = 'ledger';
const names = namesIn(namespace);

function dispatch(sequence: number, type = 'GUILD_MEMBER_ADD', sessionId = 'first'): LedgerDispatch {
  return { applicationId: '1', shardId: 0, sessionId, sequence, type };
}

const bodyOf = (sequence: number) => `{"number":${sequence}}`;
const idOf = (sequence: number) => dispatchEventId('1', 'first', sequence);

function ledgerWith(...sequences: number[]): Ledger {
  const ledger = new Ledger(namespace);
  for (const sequence of sequences) ledger.sent(dispatch(sequence), bodyOf(sequence));
  return ledger;
}

function find(ledger: Ledger, sequence: number, { messageId = idOf(sequence), body = bodyOf(sequence) } = {}) {
  const properties = { messageId, type: 'member.join' };
  ledger.received({ queue: names.guildEvents, content: Buffer.from(body), properties });
}

test('the two sides agree when every dispatch has its message', () => {
  const ledger = ledgerWith(2, 3, 4);
  expect(ledger.missing).toBe(3);
  for (const sequence of [2, 3, 4]) find(ledger, sequence);
  expect(ledger.missing).toBe(0);
  expect(ledger.report()).toMatchObject({ faults: [], sent: 3, messages: 3, repeats: 0, disordered: [], sessions: 1 });
});

test('a dispatch that no queue is bound for is not missed', () => {
  const ledger = ledgerWith();
  for (const type of ['READY', 'RESUMED', 'MESSAGE_CREATE', 'TYPING_START']) ledger.sent(dispatch(1, type), '{}');
  expect(ledger.report()).toMatchObject({ sent: 0, faults: [] });
  for (const type of ['GUILD_CREATE', 'GUILD_DELETE', 'GUILD_MEMBER_REMOVE']) {
    ledger.sent(dispatch(ledger.missing + 1, type), '{}');
  }
  expect(ledger.missing).toBe(3);
});

test('what is in no queue is lost, and named', () => {
  const ledger = ledgerWith(2, 3, 4);
  find(ledger, 3);
  expect(ledger.report().lost.map(({ sequence }) => sequence)).toEqual([2, 4]);
  expect(ledger.report().faults).toEqual(['lost: 2 (GUILD_MEMBER_ADD 2 of first, GUILD_MEMBER_ADD 4 of first)']);
});

test('twice under the same id is counted and no fault; the order is that of the first time', () => {
  const ledger = ledgerWith(2, 3, 4);
  for (const sequence of [2, 3, 2, 3, 4]) find(ledger, sequence);
  expect(ledger.report()).toMatchObject({ faults: [], repeats: 2, disordered: [] });
});

test('twice under different ids is a fault', () => {
  const ledger = ledgerWith(2);
  find(ledger, 2);
  find(ledger, 2, { messageId: '1:second:7' });
  expect(ledger.report().faults).toEqual(['under another id: 1 (1:first:2 as 1:second:7)']);
});

test('an altered body and a message of nobody are faults', () => {
  const ledger = ledgerWith(2);
  find(ledger, 2, { body: '{"number": 2}' });
  find(ledger, 9);
  expect(ledger.report().faults).toEqual(['altered: 1 (1:first:2)', 'foreign: 1 (member.join 1:first:9)']);
});

test('a later event of a session before an earlier one is told', () => {
  const ledger = ledgerWith(2, 3);
  ledger.sent(dispatch(1, 'GUILD_MEMBER_ADD', 'second'), '"other"');
  find(ledger, 3);
  find(ledger, 1, { messageId: dispatchEventId('1', 'second', 1), body: '"other"' });
  find(ledger, 2);
  expect(ledger.report()).toMatchObject({ faults: [], disordered: ['first: 2 after 3'], sessions: 2 });
});

test('an interaction is known by its own id', () => {
  const ledger = new Ledger(namespace);
  const body = '{"id":"77","type":2}';
  ledger.sent(dispatch(5, 'INTERACTION_CREATE'), body);
  const properties = { messageId: '77', type: 'interaction.command.ping' };
  ledger.received({ queue: names.interactions, content: Buffer.from(body), properties });
  expect(ledger.report()).toMatchObject({ faults: [], sent: 1 });
});

test.each([
  ['gateway.gap', { session_id: 'first', from: 3, to: 4 }, [5]],
  ['gateway.session.lost', { session_id: 'first', confirmed: 3 }, [3]],
  ['gateway.session.lost', { session_id: 'second', confirmed: 0 }, [3, 4, 5]],
])('%s %j leaves %j lost without a word', (type, notice, lost) => {
  const ledger = ledgerWith(3, 4, 5);
  const content = Buffer.from(JSON.stringify(notice));
  ledger.received({ queue: names.guildEvents, content, properties: { messageId: 'notice', type } });
  const report = ledger.report();
  expect(report.missing).toHaveLength(3);
  expect(report.lost.map(({ sequence }) => sequence)).toEqual(lost);
  expect(report.notices).toEqual([{ id: 'notice', type, body: notice }]);
});

test('many findings are told in a few words', () => {
  const ledger = ledgerWith(...Array.from({ length: 1_000 }, (_, index) => index + 1));
  const text = String(ledger.report());
  expect(text).toContain('lost: 1000 (GUILD_MEMBER_ADD 1 of first,');
  expect(text).toContain('… GUILD_MEMBER_ADD 1000 of first)');
  expect(text.length).toBeLessThan(600);
});
