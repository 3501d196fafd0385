import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LinkedList, type Linked } from './linked-list.ts';

interface Item extends Linked<Item> {
  readonly id: number;
}

it('holds what a set would, in its order', () => {
  const steps = fc.array(fc.record({ id: fc.nat(8), isDeleted: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (all) => {
      const items: Item[] = Array.from({ length: 9 }, (_item, id) => ({ id, previous: undefined, next: undefined }));
      const list = new LinkedList<Item>();
      const set = new Set<Item>();
      for (const { id, isDeleted } of all) {
        const item = items[id] ?? expect.fail('there is one');
        if (isDeleted) expect(list.delete(item)).toBe(set.delete(item));
        else if (!set.has(item)) {
          list.add(item);
          set.add(item);
        }
        expect([...list]).toEqual([...set]);
        expect([list.size, list.first]).toEqual([set.size, [...set][0]]);
      }
    }),
  );
});

it('can lose each item while it is gone through', () => {
  const list = new LinkedList<Item>();
  for (const id of [1, 2, 3]) list.add({ id, previous: undefined, next: undefined });
  const seen = [...list].map((item) => item.id);
  for (const item of list) list.delete(item);
  expect([seen, list.size, list.first]).toEqual([[1, 2, 3], 0, undefined]);
});
