/** `role-list` → `roleList`, and `newModule` for words that the language or what is written here keeps for itself. */
export function moduleName(command: string): string {
  const name = command.replaceAll(/-+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()).replaceAll('-', '');
  return keywords.has(name) || namesWritten.has(name) ? `${name}Module` : name;
}

const keywords: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends ' +
    'false finally for function if implements import in instanceof interface let modules new null package private ' +
    'protected public return static super switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
);

/** Names in the sources below, beside which there can be no second one. */
const namesWritten: ReadonlySet<string> = new Set(
  'command expect it messages opt slash test testContext undefined'.split(' '),
);

/** A command that works as it is. */
export function handlerSource(name: string, description: string): string {
  return `import { opt, slash, type Module } from '@arrakis/bot';

/** ${description.replaceAll('*/', '* /')}. */
const command = slash('${name}', {
  description: ${quoted(description)},
  options: { text: opt.string({ description: 'What to say', required: true, maxLength: 200 }) },
  run: (ctx, { text }) => ({ content: \`\${ctx.user.username} says: \${text}\`, ephemeral: true }),
});

export const ${moduleName(name)}: Module = { name: '${name}', commands: [command] };
`;
}

/** A test that passes as it is. */
export function testSource(name: string): string {
  return `import { testContext } from '@arrakis/bot';
import { expect, it } from 'vitest';
import { ${moduleName(name)} } from './${name}.ts';

it('/${name} says it, to whoever asked alone', async () => {
  const test = testContext([${moduleName(name)}]);
  const { messages } = await test.slash('${name}', { text: 'Hello' });
  expect(messages).toMatchObject([{ content: 'paul says: Hello', flags: 64 }]);
});
`;
}

/** The list of modules with this one; undefined when the source is of a form that is not known. */
export function registered(source: string, name: string): string | undefined {
  const lines = source.split('\n');
  const list = lines.findIndex((line) => /^export const modules\b.*= \[$/.test(line));
  const end = lines.findIndex((line, index) => index > list && line === '];');
  const lastImport = lines.findLastIndex((line) => line.startsWith('import '));
  if (list < 0 || end < 0 || lastImport < 0 || lastImport > list) return undefined;
  return [
    ...lines.slice(0, lastImport + 1),
    `import { ${moduleName(name)} } from './${name}.ts';`,
    ...lines.slice(lastImport + 1, end),
    `  ${moduleName(name)},`,
    ...lines.slice(end),
  ].join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', ' ')}'`;
}
