import { describe, expect, test } from 'vitest';
import { OptionsError, parseOptions, usageOf } from './options.ts';

const faults = [
  { number: 1, name: 'a kill' },
  { number: 2, name: 'a cut' },
];

function parse(...args: string[]) {
  return parseOptions(args, faults);
}

describe('the command line', () => {
  test('asks for every fault on every broker by default', () => {
    expect(parse()).toEqual({ brokers: ['installed', 'docker'], brokersNamed: false, faults, json: false });
  });

  test('picks faults and a broker', () => {
    expect(parse('--only', '2', '--broker', 'docker', '--json')).toEqual({
      brokers: ['docker'],
      brokersNamed: true,
      faults: [faults[1]],
      json: true,
    });
  });

  test('--help asks for nothing else, and tells the faults', () => {
    expect(parse('--help')).toBeUndefined();
    expect(usageOf(faults)).toContain(' 2  a cut');
  });

  test.each([
    [['--only', '1,7'], /--only does not know '7'; there are 1 to 2/],
    [['--broker', '4.0'], /--broker knows installed and docker, not '4.0'/],
    [['--fast'], /--fast/],
  ])('%j is refused with what is wrong', (args, message) => {
    expect(() => parse(...args)).toThrow(OptionsError);
    expect(() => parse(...args)).toThrow(message);
  });
});
