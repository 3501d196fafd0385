import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';

class OddError extends Error {
  override readonly name = 'OddError';
  readonly kind: string;
  constructor(message: string, kind = 'odd') {
    super(message);
    this.kind = kind;
  }
}

function withStack<E extends Error>(error: E, stack: string): E {
  error.stack = stack;
  return error;
}

const failed = (message: string) => withStack(new OddError(message), '');
const frames = (root: string, extension: string, line: number) =>
  withStack(
    new OddError('x'),
    `OddError: x
    at vote (${root}/apps/worker/${extension === 'ts' ? 'src' : 'dist'}/handlers/poll.${extension}:${line}:7)
    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)
    at async Object.run (${root}/node_modules/.pnpm/zod/index.js:1:${line})
    at async ${root}/packages/bot/${extension === 'ts' ? 'src' : 'dist'}/slash.${extension}:${line}:9`,
  );

const snowflake = fc.bigInt({ min: 10n ** 16n, max: 10n ** 19n }).map(String);
const path = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 2, maxLength: 5 }).map((p) => `/${p.join('/')}`);

describe('the fingerprint of a failure', () => {
  it('does not depend on ids, numbers, paths and addresses', () => {
    const any = fc.record({ id: snowflake, uuid: fc.uuid(), count: fc.integer(), path, port: fc.nat(65_535) });
    const of = (drawn: { id: string; uuid: string; count: number; path: string; port: number }) =>
      fingerprintOf(
        failed(
          `Member ${drawn.id} (${drawn.uuid}): ${drawn.count} of ${drawn.path} at http://10.0.0.1:${drawn.port}/x?y=${drawn.id}`,
        ),
      );
    fc.assert(
      fc.property(any, any, (one, other) => {
        expect(of(one)).toBe(of(other));
      }),
    );
  });

  it('does not depend on where the code lies, whether it is compiled, and how it has moved within its file', () => {
    const place = fc.tuple(path, fc.constantFrom('ts', 'js'), fc.integer({ min: 1, max: 5_000 }));
    fc.assert(
      fc.property(place, place, (one, other) => {
        expect(fingerprintOf(frames(...one))).toBe(fingerprintOf(frames(...other)));
      }),
    );
  });

  it.each([
    ['the class', withStack(new TypeError('x'), '')],
    ['the kind', withStack(new OddError('x', 'other'), '')],
    ['the words', failed('y')],
    ['the place', frames('/app', 'ts', 1)],
  ])('depends on %s', (_, other) => {
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(failed('x')));
  });

  it('of an error thrown twice at one place is the same', () => {
    const [one, other] = ['0.25', '17612345678901234'].map((id) => new Error(`No guild ${id}`));
    expect(fingerprintOf(one)).toBe(fingerprintOf(other));
  });

  it('exists of whatever may be thrown, and costs little', () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(fingerprintOf(thrown)).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
    for (const piece of ['a1', '/a', '1,', ' ', 'http://']) {
      const before = process.threadCpuUsage();
      fingerprintOf(failed(piece.repeat(200_000)));
      expect(process.threadCpuUsage(before).user).toBeLessThan(200_000);
    }
  });
});
