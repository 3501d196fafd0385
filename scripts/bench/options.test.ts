import { describe, expect, test } from 'vitest';
import { OptionsError, parseOptions, usageOf } from './options.ts';
import type { Suite } from './suite.ts';

const suite: Suite = {
  name: 'ingest',
  summary: 'the ingestor',
  candidates: [
    { name: 'arrakis', title: 'arrakis' },
    { name: 'baseline', title: 'another' },
  ],
  measures: [
    { name: 'cpu', run: () => Promise.resolve([]) },
    { name: 'memory', run: () => Promise.resolve([]) },
  ],
};

function parse(...args: string[]) {
  return parseOptions(args, [suite]);
}

describe('the command line', () => {
  test('names a suite, and by default everything in it', () => {
    expect(parse('ingest')).toMatchObject({ suite, only: [], candidates: [], quick: false, check: false, json: false });
  });

  test('picks measures and candidates', () => {
    expect(parse('ingest', '--only', 'cpu,memory', '--candidate', 'arrakis', '--quick')).toMatchObject({
      only: ['cpu', 'memory'],
      candidates: ['arrakis'],
      quick: true,
    });
  });

  test('--help asks for nothing else', () => {
    expect(parse('--help')).toBeUndefined();
    expect(usageOf([suite])).toContain('measures: cpu, memory');
  });

  test.each([
    [[], /One suite must be named \(there are: ingest\)/],
    [['digest'], /not 'digest'/],
    [['ingest', 'path'], /not 'ingest path'/],
    [['ingest', '--only', 'cpu,disk'], /--only does not know disk; there are: cpu, memory/],
    [['ingest', '--candidate', 'none'], /--candidate does not know none; there are: arrakis, baseline/],
    [['ingest', '--fast'], /--fast/],
  ])('%j is refused with what is wrong', (args, message) => {
    expect(() => parse(...args)).toThrow(OptionsError);
    expect(() => parse(...args)).toThrow(message);
  });
});
