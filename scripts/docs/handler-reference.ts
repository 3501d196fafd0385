import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'oxfmt';
import { declarationsOf, type Declaration } from './declarations.ts';

/** Parts of the reference, by the folders of their sources. */
const parts: readonly { readonly title: string; readonly folders: readonly string[]; readonly about: string }[] = [
  { title: 'Definitions', folders: ['definition'], about: 'What a bot consists of.' },
  { title: 'Answering', folders: ['interaction'], about: 'What handlers have at hand, and what they answer.' },
  { title: 'Messages', folders: ['message', 'validation'], about: "Components V2, and Discord's limits." },
  { title: 'Texts', folders: ['localisation'], about: 'What members read, in their language.' },
  { title: 'State', folders: ['state'], about: 'What lasts from one interaction to the next.' },
  { title: 'Modules', folders: ['registry'], about: 'How handlers are put together.' },
  { title: 'Commands at Discord', folders: ['registration'], about: 'What is registered.' },
  { title: 'Gateway', folders: ['gateway'], about: 'What handlers can have the gateway do.' },
  { title: 'Testing', folders: ['test-context'], about: 'Handlers without a Discord.' },
  { title: 'Errors', folders: ['.'], about: 'What can go wrong, by name.' },
];

/**
 * The reference of what a bot author imports, in Markdown, from the docstrings of `packages/bot`.
 * @throws {Error} for an export in a folder that no part is about.
 */
export async function handlerReference(root: string): Promise<string> {
  const declarations = declarationsOf(join(root, 'packages/bot/src/index.ts'));
  const strange = declarations.find(({ folder }) => !parts.some(({ folders }) => folders.includes(folder)));
  if (strange !== undefined) throw new Error(`No part of the reference is about '${strange.folder}' (${strange.name})`);
  const page = [
    '# Handler reference',
    '',
    'What `@arrakis/bot` exports, from the docstrings of its sources by `pnpm run reference`. How it belongs together:',
    '[writing handlers](writing-handlers.md).',
    '',
    ...parts.flatMap(({ title, folders, about }) => [
      `## ${title}`,
      '',
      about,
      '',
      ...declarations
        .filter(({ folder }) => folders.includes(folder))
        .toSorted(byWeight)
        .flatMap(entry),
    ]),
  ].join('\n');
  const { code } = await format('handler-reference.md', page, options(root));
  return code;
}

/** As the rest of the repository is formatted. */
function options(root: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(readFileSync(join(root, '.oxfmtrc.json'), 'utf8'));
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}

/** What one calls comes before what one is given. */
function byWeight(one: Declaration, other: Declaration): number {
  return weightOf(one) - weightOf(other);
}

function weightOf({ kind }: Declaration): number {
  return kind === 'function' || kind === 'const' ? 0 : 1;
}

function entry({ name, kind, doc, signature, members }: Declaration): string[] {
  return [
    `### ${name}`,
    '',
    ...(doc === '' ? [] : [doc, '']),
    ...(signature === '' || kind === 'class' ? [] : ['```ts', signature, '```', '']),
    ...members.map(
      (member) =>
        `- \`${name === name.toLowerCase() ? `${name}.` : ''}${member.signature}\`${member.doc === '' ? '' : `: ${inLine(member.doc)}`}`,
    ),
    ...(members.length > 0 ? [''] : []),
  ];
}

function inLine(doc: string): string {
  return doc.replaceAll(/\s*\n\s*/g, ' ');
}
