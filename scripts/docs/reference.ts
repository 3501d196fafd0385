import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { handlerReference } from './handler-reference.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = join(root, 'docs/handler-reference.md');

await writeFile(file, await handlerReference(root));
console.log(`${file} is up to date.`);
