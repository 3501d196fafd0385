import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Something that a package exports, as its source declares it. */
export interface Declaration {
  readonly name: string;
  readonly kind: 'function' | 'const' | 'class' | 'interface' | 'type';
  /** Folder of its file below `src`. */
  readonly folder: string;
  /** Its docstring, without the marks of a comment; empty when it has none. */
  readonly doc: string;
  /** The declaration without the bodies of functions. */
  readonly signature: string;
  /** Of a class and of an object of functions. */
  readonly members: readonly Member[];
}

export interface Member {
  readonly signature: string;
  readonly doc: string;
}

/**
 * What the index of a package exports, in its order. It reads text, not syntax: it relies on how sources are formatted here.
 * @throws {Error} for an export that it cannot find.
 */
export function declarationsOf(indexFile: string): Declaration[] {
  const index = readFileSync(indexFile, 'utf8');
  return [...index.matchAll(/export (?:type )?\{(.*?)\} from '\.\/(.*?)';/gs)].flatMap(([, list = '', file = '']) => {
    const source = readFileSync(join(dirname(indexFile), file), 'utf8');
    const names = list.split(',').map((name) => name.trim().replace(/^type /, ''));
    return names.filter((name) => name !== '').map((name) => declaration(name, dirname(file), source));
  });
}

function declaration(name: string, folder: string, source: string): Declaration {
  const start = new RegExp(
    `^(?<doc>/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\n)?export (?<kind>(?:async )?function|const|class|interface|type) ${name}\\b`,
    'm',
  ).exec(source);
  if (start?.groups === undefined) throw new Error(`'${name}' is not found where the index says that it is declared`);
  const { doc = '', kind = '' } = start.groups;
  const text = source.slice(start.index + doc.length).replace(/^export (?:async )?/, '');
  const known = kindOf(kind);
  return { name, kind: known, folder, doc: plainDoc(doc), ...shapeOf(known, text) };
}

function kindOf(word: string): Declaration['kind'] {
  switch (word) {
    case 'const':
    case 'class':
    case 'interface':
    case 'type':
      return word;
    default:
      return 'function';
  }
}

function shapeOf(kind: Declaration['kind'], text: string): Pick<Declaration, 'signature' | 'members'> {
  switch (kind) {
    case 'function':
      return { signature: headOf(text), members: [] };
    case 'class': {
      const body = until(text, /^\}$/m);
      return { signature: headOf(text), members: membersOf(body) };
    }
    case 'const': {
      const body = until(text, /^(?:\}|\]|\)|[^\n]*);$/m);
      return { signature: '', members: /^const \w+ = \{$/m.test(body) ? membersOf(body) : [] };
    }
    case 'interface':
      return { signature: until(text, /^\}$|\{\}$/m), members: [] };
    case 'type':
      return { signature: until(text, /;$/m).replaceAll(/\n{2,}/g, '\n'), members: [] };
  }
}

/** A declaration up to its body: the first line without an indent that ends with the body's brace. */
function headOf(text: string): string {
  const lines = text.split('\n');
  const last = lines.findIndex((line) => /^\S/.test(line) && line.endsWith(' {') && !line.endsWith(': {'));
  return lines
    .slice(0, last + 1)
    .join('\n')
    .replace(/ \{$/, '');
}

function until(text: string, end: RegExp): string {
  const found = end.exec(text);
  return found === null ? text : text.slice(0, found.index + found[0].length);
}

/** What is public and has a docstring; and, of an object, every function. */
function membersOf(body: string): Member[] {
  const pattern =
    /^ {2}(?:(?<doc>\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\n {2})?(?<head>(?:get |async |static |readonly )*[a-z]\w*[^\n]*)$/gm;
  return [...body.matchAll(pattern)].flatMap(({ groups }) => {
    const { doc = '', head = '' } = groups ?? {};
    if (
      head.includes('#') ||
      /^(?:constructor|return|if|for|const|private)\b/.test(head) ||
      (doc === '' && !/^\w+[:,]/.test(head))
    )
      return [];
    const name = /^(?:get |async |static |readonly )*(\w+)/.exec(head)?.[1] ?? head;
    return [{ signature: name, doc: plainDoc(doc) }];
  });
}

/** The words of a docstring, as Markdown. */
function plainDoc(doc: string): string {
  return doc
    .replace(/^\/\*\*\s?/, '')
    .replace(/\s*\*\/\s*$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .replaceAll(/\{@link (\w+)\}/g, '`$1`')
    .replaceAll(/^@throws \{(\w+)\} ?/gm, '\nThrows `$1` ')
    .replaceAll(/^@throws /gm, '\nThrows ')
    .trim();
}
