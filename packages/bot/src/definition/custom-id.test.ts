import { describe, expect, it } from 'vitest';
import { CustomIdPattern } from './custom-id.ts';

describe('a custom id pattern', () => {
  const pattern = new CustomIdPattern('wallet:unlink:{address}:{chain}');

  it('makes ids that it recognises', () => {
    const params = { address: '0xabc', chain: '1' };
    expect(pattern.format(params)).toBe('wallet:unlink:0xabc:1');
    expect(pattern.match('wallet:unlink:0xabc:1')).toEqual(params);
  });

  it.each(['wallet:unlink:0xabc', 'wallet:unlink:0xabc:1:2', 'wallet:link:0xabc:1', 'wallet:unlink::1', ''])(
    'does not recognise %j',
    (customId) => {
      expect(pattern.match(customId)).toBeUndefined();
    },
  );

  it('without parameters matches itself alone', () => {
    const plain = new CustomIdPattern('roles:pick');
    expect(plain.format()).toBe('roles:pick');
    expect(plain.match('roles:pick')).toEqual({});
    expect(plain.match('roles:drop')).toBeUndefined();
  });

  it.each([
    [{ address: '', chain: '1' }, 'address'],
    [{ address: 'a:b', chain: '1' }, 'address'],
    [{ address: 'a' }, 'chain'],
    [{ address: 'a'.repeat(100), chain: '1' }, 'characters'],
  ])('refuses the parameters %j', (params, named) => {
    expect(() => pattern.format(params)).toThrow(RangeError);
    expect(() => pattern.format(params)).toThrow(named);
  });

  it('takes for a parameter only the values that it names', () => {
    const vote = new CustomIdPattern('poll:vote:{choice=yes|no}');
    expect(vote.format({ choice: 'no' })).toBe('poll:vote:no');
    expect(vote.match('poll:vote:yes')).toEqual({ choice: 'yes' });
    expect(vote.match('poll:vote:maybe')).toBeUndefined();
    expect(() => vote.format({ choice: 'maybe' })).toThrow('one of yes, no');
  });

  it.each([
    ['', 'words and {parameters}'],
    ['a::b', 'words and {parameters}'],
    ['a:{b', 'words and {parameters}'],
    ['a:x{b}', 'words and {parameters}'],
    ['a:{b c}', 'words and {parameters}'],
    ['a:{b=}', 'words and {parameters}'],
    ['a:{b=x|}', 'words and {parameters}'],
    ['a:{b}:{b}', 'a parameter twice'],
    ['a'.repeat(101), '101 characters'],
    [`{kind=${'a'.repeat(101)}}`, '101 characters'],
  ])('of %j has a fault and matches nothing', (text, message) => {
    const faulty = new CustomIdPattern(text);
    expect(faulty.faults.map((fault) => fault.message)).toContainEqual(expect.stringContaining(message));
    expect(faulty.match(text)).toBeUndefined();
  });

  it.each([
    ['a:b', 'a:b', true],
    ['a:{x}', 'a:b', true],
    ['a:{x}', '{y}:b', true],
    ['a:{x}', 'b:{x}', false],
    ['a:{x}', 'a:{x}:c', false],
    ['a:{x}:c', 'a:b:d', false],
    ['a:{x=b|c}', 'a:b', true],
    ['a:{x=b|c}', 'a:d', false],
    ['a:{x=b|c}', 'a:{y}', true],
    ['a:{x=b|c}', 'a:{y=c|d}', true],
    ['a:{x=b|c}', 'a:{y=d|e}', false],
  ])('%s and %s overlap: %s', (one, other, overlap) => {
    expect(new CustomIdPattern(one).overlaps(new CustomIdPattern(other))).toBe(overlap);
    expect(new CustomIdPattern(other).overlaps(new CustomIdPattern(one))).toBe(overlap);
  });
});
