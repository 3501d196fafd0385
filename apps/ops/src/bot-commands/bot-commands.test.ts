import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator, type Simulator } from '@arrakis/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../commands.ts';
import { run as runLine } from '../testing/captured-output.ts';

let discord: Simulator;
let folder: string;
let environment: NodeJS.ProcessEnv;
let guildId = '';

beforeAll(async () => {
  discord = await startSimulator({ guilds: 1 });
  const [bot] = discord.bots;
  if (bot === undefined) throw new Error('the simulator has a bot');
  [guildId = ''] = discord.world.guilds;
  environment = {
    DISCORD_TOKEN: bot.token,
    DISCORD_APPLICATION_ID: bot.applicationId,
    DISCORD_API_URL: discord.apiUrl,
  };
  folder = await mkdtemp(join(tmpdir(), 'arrakis-commands-'));
});
afterAll(async () => {
  await discord.stop();
  await rm(folder, { recursive: true });
});

const run = (line: string) => runLine(line, { commands, environment });

/** A file that exports modules with these commands, as `slash` would have defined them. */
async function modulesOf(name: string, described: Readonly<Record<string, string>>): Promise<string> {
  const file = join(folder, `${name}.mjs`);
  const definitions = Object.entries(described).map(([command, description]) => ({
    kind: 'slash',
    name: command,
    description,
    site: '',
    traits: command === 'local' ? { guilds: [guildId] } : {},
    options: {},
  }));
  await writeFile(file, `export const modules = [{ name: 'test', commands: ${JSON.stringify(definitions)} }];`);
  return file;
}

describe('arrakis commands', () => {
  it('plans, applies and checks the commands of a bot, globally and in guilds', async () => {
    const first = await modulesOf('first', { ping: 'Pong', echo: 'Says it again', local: 'Here only' });
    expect((await run(`commands check --modules ${first}`)).exitCode).toBe(2);
    const planned = await run(`commands plan --modules ${first}`);
    expect(planned).toMatchObject({ exitCode: 0, stderr: '' });
    expect(planned.stdout).toMatch(/, globally\n {2}\+ \/ping is not registered\n {2}\+ \/echo is not registered\n/);
    expect(planned.stdout).toContain(`, guild ${guildId}\n  + /local is not registered\n`);
    expect((await run(`commands apply --modules ${first}`)).stdout).toMatch(/✓ applied\n$/);
    expect(await run(`commands check --modules ${first}`)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('= 2 as defined'),
    });

    const second = await modulesOf('second', { ping: 'Pong!', added: 'New' });
    const differing = await run(`commands check --modules ${second}`);
    expect(differing.exitCode).toBe(2);
    expect(differing.stdout).toContain(
      '  ~ /ping differs\n      description\n        - "Pong"\n        + "Pong!"\n' +
        '  + /added is not registered\n  - /echo is registered, and no module has it\n',
    );
    const asJson: unknown = JSON.parse((await run(`commands check --json --modules ${second}`)).stdout);
    expect(asJson).toMatchObject({
      bots: [{ scopes: [{ inSync: false, commands: [{ command: '/ping', state: 'different' }, {}, {}] }] }],
    });
    await run(`commands apply --modules ${second}`);
    expect((await run(`commands check --modules ${second}`)).exitCode).toBe(0);
    // No definition names the guild any more: whoever knows of it looks after it.
    expect((await run(`commands check --guild ${guildId} --modules ${second}`)).exitCode).toBe(2);
    await run(`commands apply --guild ${guildId} --modules ${second}`);
    expect((await run(`commands check --guild ${guildId} --modules ${second}`)).exitCode).toBe(0);
  });

  it("knows the worker's modules", async () => {
    const { exitCode, stdout } = await run('commands plan');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('+ /poll is not registered');
  });

  it.each([
    ['commands plan --modules /nowhere.mjs', 'the modules cannot be loaded'],
    ['commands plan --guild sietch', '--guild is the id of a guild'],
  ])("refuses '%s'", async (line, message) => {
    expect(await run(line)).toMatchObject({ exitCode: 64, stderr: expect.stringContaining(message) });
  });

  it('names all that Discord would refuse before it asks Discord', async () => {
    const faulty = await modulesOf('faulty', { Ping: 'x', pong: '' });
    const { exitCode, stderr } = await run(`commands apply --modules ${faulty}`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("/Ping name is 'Ping'");
    expect(stderr).toContain('/pong description has 0 characters');
  });

  it('refuses settings without a bot', async () => {
    const { exitCode, stderr } = await runLine('commands plan', { commands, environment: {} });
    expect([exitCode, stderr]).toEqual([64, expect.stringContaining('DISCORD_TOKEN is missing')]);
  });
});
