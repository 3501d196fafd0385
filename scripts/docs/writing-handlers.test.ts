import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks, type CodeBlock } from './code-blocks.ts';
import { declarationsOf } from './declarations.ts';
import { handlerReference } from './handler-reference.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

let folder: string;
let blocks: CodeBlock[];
beforeAll(async () => {
  blocks = codeBlocks(await readFile(join(root, 'docs/writing-handlers.md'), 'utf8'));
  await mkdir(join(root, '.arrakis'), { recursive: true });
  // Below the repository, where examples find the packages that they import.
  folder = await mkdtemp(join(root, '.arrakis', 'docs-'));
  for (const { file, source } of blocks) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), source);
  }
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.check.json', include: ['**/*.ts'] }),
  );
  await writeFile(
    join(folder, 'vitest.config.mjs'),
    `const conditions = ['source'];
export default {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { include: ['**/*.test.ts'] },
};`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** What a program says; it must end well. */
async function said(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(root, program), ...args], {
    cwd: folder,
    timeout: 60_000,
  }).catch((cause: unknown) => {
    throw new Error(cause instanceof Error && 'stdout' in cause ? String(cause.stdout) : String(cause));
  });
  return stdout;
}

describe('docs/writing-handlers.md', () => {
  it('has examples that compile', async () => {
    expect(blocks.length).toBeGreaterThanOrEqual(7);
    expect(await said('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json'])).toBe('');
  }, 90_000);

  it('has tests that pass', async () => {
    const tests = blocks.filter(({ file }) => file.endsWith('.test.ts')).length;
    const result = await said('node_modules/vitest/vitest.mjs', ['run', '--config', 'vitest.config.mjs']);
    expect(result).toMatch(new RegExp(`Tests .*${tests} passed`));
  }, 90_000);

  it('links to pages and sections that there are', async () => {
    const page = await readFile(join(root, 'docs/writing-handlers.md'), 'utf8');
    const missing: string[] = [];
    for (const [, file = '', section] of page.matchAll(/\]\(([\w-]+\.md)(?:#([\w-]+))?\)/g)) {
      const target = await readFile(join(root, 'docs', file), 'utf8');
      const headings = [...target.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\w\s-]/g, '')
          .replaceAll(' ', '-'),
      );
      if (section !== undefined && !headings.includes(section)) missing.push(`${file}#${section}`);
    }
    expect(missing).toEqual([]);
  });
});

describe('docs/handler-reference.md', () => {
  it('says what the docstrings say: pnpm run reference brings it up to date', async () => {
    expect(await readFile(join(root, 'docs/handler-reference.md'), 'utf8')).toBe(await handlerReference(root));
  });

  it('explains everything that one calls', async () => {
    const declarations = declarationsOf(join(root, 'packages/bot/src/index.ts'));
    const unexplained = declarations.filter(({ doc }) => doc === '').map(({ name }) => name);
    expect(unexplained).toEqual([]);
  });
});
