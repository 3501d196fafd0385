/** A code block of a page that is a file of its own. */
export interface CodeBlock {
  /** As its first line says: `// examples/order.ts`. */
  readonly file: string;
  readonly source: string;
}

/** The TypeScript of a page in Markdown. Every block says in its first line which file it is. */
export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, source = '']) => {
    const file = /^\/\/ (\S+\.ts)\n/.exec(source)?.[1];
    if (file === undefined) throw new Error(`A block does not say which file it is: ${source.split('\n', 1).join()}`);
    return { file, source };
  });
}
