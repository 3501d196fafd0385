import { access, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exitCodes, UsageError, type Command } from '../command.ts';
import { handlerSource, moduleName, registered, testSource } from './templates.ts';

const options = {
  folder: { value: '<path>', description: 'where modules are', default: 'apps/worker/src/modules' },
  description: { value: '<text>', description: 'what members read of it', default: 'Says what you say' },
} as const;

/** `arrakis new command` */
export const newCommand: Command = {
  name: 'new command',
  operands: ['<name>'],
  options,
  summary: 'writes a command and its test, to begin with',
  description: `Writes a command with an option and a test of it, both of which work as they are, and adds it to the modules of the
bot. Nothing is overwritten.`,
  examples: ['arrakis new command roll', "arrakis new command roll --description 'Rolls a die'"],
  exits: { done: 'the files are written' },
  async run({ operands: [name = ''], options: given, json, output }) {
    const { folder = options.folder.default, description = options.description.default } = given;
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) {
      throw new UsageError(`'${name}' is no name of a command: small letters, digits and dashes, up to 32.`);
    }
    const { length } = description;
    if (length < 1 || length > 100) throw new UsageError('--description has up to 100 characters.');
    const files = [
      [join(folder, `${name}.ts`), handlerSource(name, description)],
      [join(folder, `${name}.test.ts`), testSource(name)],
    ] as const;
    for (const [file] of files) await refuseExisting(file);
    for (const [file, source] of files) await writeFile(file, source, { flag: 'wx' });
    const isAdded = await addToModules(join(folder, 'index.ts'), name);
    if (json) {
      output.json({ files: files.map(([file]) => file), added: isAdded });
      return exitCodes.done;
    }
    for (const [file] of files) output.line(`${output.style('good', '+')} ${file}`);
    output.line(
      isAdded
        ? `${output.style('good', '~')} ${join(folder, 'index.ts')}`
        : `Add it to the modules of the bot: import { ${moduleName(name)} } from './${name}.ts';`,
    );
    output.line(`Try it: pnpm vitest ${files[1][0]}, or 'npm run dev' and /${name} text:Hello`);
    return exitCodes.done;
  },
};

async function refuseExisting(file: string): Promise<void> {
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (exists) throw new UsageError(`${file} is there already.`);
}

/** False when the file is not of the form that is known, and was left as it is. */
async function addToModules(file: string, name: string): Promise<boolean> {
  const source = await readFile(resolve(file), 'utf8').catch(() => undefined);
  const changed = source === undefined ? undefined : registered(source, name);
  if (changed === undefined) return false;
  await writeFile(file, changed);
  return true;
}
