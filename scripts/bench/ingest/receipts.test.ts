import { expect, test } from 'vitest';
import { Frames } from '../discord/frames.ts';
import { Receipts } from './receipts.ts';

const frames = new Frames({ guilds: false });

function body(index: number): Buffer {
  return Buffer.from(JSON.stringify(frames.frame(index).data));
}

test('tells what was lost, what came again under its id, and what under another', async () => {
  const receipts = new Receipts();
  for (let index = 0; index < 100; index += 1) {
    if (index !== 40 && index !== 41) receipts.enter(body(index), `id-${index}`);
  }
  receipts.enter(body(7), 'id-7');
  receipts.enter(body(8), 'another');
  receipts.enter(body(8), 'id-8');
  await receipts.until(100, 10);
  expect(receipts.compare(100)).toEqual({ lost: 2, repeated: 2, renamed: 1 });
});

test('what belongs to no frame does not count', () => {
  const receipts = new Receipts();
  receipts.enter(Buffer.from('{"id":"1070000000000000000"}'), 'guild');
  receipts.enter(Buffer.from('{"session_id":"a"}'), 'notice');
  expect(receipts.compare(0)).toEqual({ lost: 0, repeated: 0, renamed: 0 });
});
