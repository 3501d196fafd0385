import { fileURLToPath } from 'node:url';
import { parseOptions, usage } from './test/options.ts';
import { runAll } from './test/run-all.ts';
import { summarize } from './test/summary.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const interrupted = new AbortController();
  let exitCode: number | undefined;
  for (const [signal, code] of Object.entries(signals)) {
    process.on(signal, () => {
      exitCode ??= code;
      interrupted.abort();
    });
  }
  const report = await runAll(root, options, interrupted.signal);
  // At once: an image that is being pulled would keep the process alive.
  if (exitCode !== undefined) process.exit(exitCode);
  console.log(summarize(report));
  return report.steps.every((step) => step.passed) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
