import { expect, test } from 'vitest';
import { Frames, numberOf } from './frames.ts';

const turn = 1_000;

function sizesByType(frames: Frames): Map<string, number[]> {
  const sizes = new Map<string, number[]>();
  for (let index = 0; index < 4 * turn; index += 1) {
    const { type, data } = frames.frame(index);
    sizes.set(type, [...(sizes.get(type) ?? []), JSON.stringify(data).length]);
  }
  return sizes;
}

test("frames are of the sizes of Discord's own", () => {
  const sizes = sizesByType(new Frames());
  const range = (type: string) => [Math.min(...(sizes.get(type) ?? [])), Math.max(...(sizes.get(type) ?? []))];
  const expected: Record<string, readonly [number, number]> = {
    GUILD_MEMBER_ADD: [500, 800],
    GUILD_MEMBER_UPDATE: [550, 1_100],
    GUILD_MEMBER_REMOVE: [300, 600],
    INTERACTION_CREATE: [1_500, 3_000],
    GUILD_CREATE: [50_000, 320_000],
  };
  expect([...sizes.keys()].toSorted()).toEqual(Object.keys(expected).toSorted());
  for (const [type, [least, most]] of Object.entries(expected)) {
    const [smallest = 0, largest = 0] = range(type);
    expect(smallest, `${type} at least`).toBeGreaterThan(least);
    expect(largest, `${type} at most`).toBeLessThan(most);
  }
});

test('the same seed gives the same frames, another seed others', () => {
  const text = (seed: number) => JSON.stringify(new Frames({ seed }).frame(17));
  expect(text(1)).toBe(text(1));
  expect(text(1)).not.toBe(text(2));
});

test('a frame is known by its number, whatever it is about', () => {
  const frames = new Frames({ guilds: false });
  for (let index = 0; index < 2 * turn; index += 1) {
    const { type, data } = frames.frame(index);
    const { user, id } = data;
    const subject: unknown = type === 'INTERACTION_CREATE' ? id : Object(user).id;
    expect(numberOf(String(subject)), type).toBe(index);
  }
});

test('ids from elsewhere are no frame', () => {
  expect(numberOf('1070000000000000000')).toBeUndefined();
});
