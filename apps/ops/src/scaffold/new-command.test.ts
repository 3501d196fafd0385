import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../commands.ts';
import { run as runLine } from '../testing/captured-output.ts';
import { moduleName, registered } from './templates.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
let folder: string;
beforeEach(async () => {
  // Below the repository, where what is written finds the packages that it imports.
  await mkdir(join(root, '.arrakis'), { recursive: true });
  folder = await mkdtemp(join(root, '.arrakis', 'scaffold-'));
});
afterEach(() => rm(folder, { recursive: true }));

const run = (line: string) => runLine(line, { commands, environment: {} });
const index = `import type { Module } from '@arrakis/bot';
import { echo } from './echo.ts';

export const modules: readonly Module[] = [
  echo,
];
`;

describe('arrakis new command', () => {
  it('writes a command and a test that passes, and adds the command to the modules', async () => {
    await writeFile(join(folder, 'index.ts'), index);
    const { exitCode, stdout, stderr } = await run(`new command role-list --folder ${folder}`);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`+ ${join(folder, 'role-list.test.ts')}`);
    expect(await readFile(join(folder, 'index.ts'), 'utf8')).toBe(`import type { Module } from '@arrakis/bot';
import { echo } from './echo.ts';
import { roleList } from './role-list.ts';

export const modules: readonly Module[] = [
  echo,
  roleList,
];
`);
    await writeFile(
      join(folder, 'vitest.config.mjs'),
      `const conditions = ['source'];
export default {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { include: ['*.test.ts'] },
};`,
    );
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const tested = await promisify(execFile)(process.execPath, [vitest, 'run'], { cwd: folder, timeout: 60_000 });
    expect(tested.stdout).toMatch(/1 passed/);
  }, 70_000);

  it('overwrites nothing', async () => {
    await writeFile(join(folder, 'roll.test.ts'), 'mine');
    const { exitCode, stderr } = await run(`new command roll --folder ${folder}`);
    expect([exitCode, stderr]).toEqual([64, expect.stringContaining('roll.test.ts is there already')]);
    expect(await readFile(join(folder, 'roll.test.ts'), 'utf8')).toBe('mine');
  });

  it('says what to add where the modules are of another form', async () => {
    const { exitCode, stdout } = await run(`new command roll --folder ${folder}`);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("import { roll } from './roll.ts';")]);
  });

  it.each(['Roll', 'a b', '-x', 'x'.repeat(33), '../x'])('refuses the name %j', async (name) => {
    expect((await run(`new command ${name} --folder ${folder}`)).exitCode).toBe(64);
  });
});

describe('what is written', () => {
  it.each([
    ['roll', 'roll'],
    ['role-list', 'roleList'],
    ['new', 'newModule'],
    ['modules', 'modulesModule'],
    ['test', 'testModule'],
    ['slash', 'slashModule'],
    ['a-1', 'a1'],
  ])('for %s is called %s', (name, expected) => {
    expect(moduleName(name)).toBe(expected);
  });

  it('leaves a list of modules that it does not know as it is', () => {
    expect(registered('export const modules = makeModules();', 'roll')).toBeUndefined();
  });
});
