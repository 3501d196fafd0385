import { describe, expect, it } from 'vitest';
import { exitCodes, UsageError, type Command, type Invocation } from './command.ts';
import { commands as allCommands } from './commands.ts';
import { run as runLine } from './testing/captured-output.ts';

const calls: Invocation[] = [];

const feed: Command = {
  name: 'sandworm feed',
  operands: ['<what>'],
  options: { times: { value: '<n>', description: 'how often', default: '1' } },
  summary: 'feeds it',
  description: 'Feeds the sandworm.',
  examples: ['arrakis sandworm feed harvester --times 2'],
  exits: { done: 'it is full' },
  run: async (invocation) => {
    if (invocation.operands[0] === 'nothing') throw new UsageError('it eats no nothing.');
    if (invocation.operands[0] === 'secret') throw new Error('cannot reach amqp://somebody:hunter2@host');
    calls.push(invocation);
    return exitCodes.done;
  },
};
const ride: Command = { ...feed, name: 'sandworm ride', operands: [], options: {}, run: async () => exitCodes.differs };

const run = (line: string) => runLine(line, { commands: [feed, ride], environment: {} });

describe('the command line', () => {
  it('finds a command and hands it its operands and options', async () => {
    expect(await run('sandworm feed harvester --times 2 --json')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(calls.at(-1)).toMatchObject({ operands: ['harvester'], options: { times: '2' }, json: true });
    await run('sandworm feed spice');
    expect(calls.at(-1)).toMatchObject({ operands: ['spice'], options: { times: '1' }, json: false });
    expect(await run('sandworm ride')).toMatchObject({ exitCode: 2 });
  });

  it('tells about all commands, a group and one command', async () => {
    const { stdout, exitCode } = await run('--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('sandworm feed <what>   feeds it');
    expect((await run('sandworm -h')).stdout).toContain('sandworm ride');
    const help = (await run('sandworm feed --help')).stdout;
    expect(help).toMatch(/--times <n> +how often \(default 1\)/);
    expect(help).toContain('arrakis sandworm feed harvester');
    expect(help).toContain('Exit codes:\n  0    it is full\n  1    failed\n  64   wrong arguments or settings');
  });

  it.each([
    ['', 'Usage: arrakis <command>'],
    ['sandworm', 'Usage: arrakis <command>'],
    ['ornithopter', "there is no command 'ornithopter'"],
    ['sandworm feed', "'sandworm feed' is followed by <what>"],
    ['sandworm ride fast', "'sandworm ride' is followed by nothing, not by 'fast'"],
    ['sandworm ride --fast', "Unknown option '--fast'"],
    ['sandworm feed nothing', 'it eats no nothing'],
  ])("refuses '%s' with 64 and says why", async (line, reason) => {
    const { exitCode, stdout, stderr } = await run(line);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
    expect(stderr).toContain(reason);
  });

  it('fails with 1 and without secrets', async () => {
    const { exitCode, stderr } = await run('sandworm feed secret');
    expect(exitCode).toBe(1);
    expect(stderr).toBe('arrakis: cannot reach amqp://somebody:[password]@host\n');
  });

  it('has a help for every command that fits a terminal', async () => {
    for (const { name } of allCommands) {
      const { stdout } = await runLine(`${name} --help`, { commands: allCommands, environment: {} });
      expect(stdout).toContain(`Usage: arrakis ${name}`);
      for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
    }
  });
});
