import { describe, expect, it } from 'vitest';
import { DefinitionError, texts } from '../index.ts';

const say = texts(
  'en-US',
  {
    hello: 'Hello, {name}!',
    votes: { one: '{count} vote', other: '{count} votes' },
    plain: 'Only here.',
  },
  {
    de: { hello: 'Hallo, {name}!', votes: { one: '{count} Stimme', other: '{count} Stimmen' } },
    'pt-BR': { hello: 'Olá, {name}!' },
    pl: { votes: { one: '{count} głos', few: '{count} głosy', other: '{count} głosów' } },
  },
);

describe('a text', () => {
  it.each([
    ['en-US', 'Hello, Paul!'],
    ['en-GB', 'Hello, Paul!'],
    ['de', 'Hallo, Paul!'],
    ['pt-BR', 'Olá, Paul!'],
    ['pt-PT', 'Olá, Paul!'],
    ['ja', 'Hello, Paul!'],
    ['', 'Hello, Paul!'],
  ])('for %j is %j', (locale, expected) => {
    expect(say.hello({ name: 'Paul' }).in(locale)).toBe(expected);
  });

  it('that a language leaves out is said in the standard', () => {
    expect(say.plain().in('de')).toBe('Only here.');
  });

  it('has the form that its language has for a count, and writes numbers as it does', () => {
    expect([1, 2, 5, 1_234].map((count) => say.votes({ count }).in('pl'))).toEqual([
      '1 głos',
      '2 głosy',
      '5 głosów',
      '1234 głosy',
    ]);
    expect(say.votes({ count: 1_234 }).in('de')).toBe('1.234 Stimmen');
  });

  it('puts values in as they are', () => {
    expect(say.hello({ name: '{count} $&' }).in('de')).toBe('Hallo, {count} $&!');
  });
});

describe('texts', () => {
  it('are refused when a translation asks for what there is not, all at once', () => {
    const define = () =>
      texts('en-US', { a: '{x}', b: 'b' }, { de: { a: '{y}' }, fr: { b: { other: '{count} {z}' } } });
    expect(define).toThrow(DefinitionError);
    expect(define).toThrow(/de\.a asks for \{y\}.*; fr\.b asks for \{count\}.*; fr\.b asks for \{z\}/);
  });
});
