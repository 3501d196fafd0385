import { fileURLToPath } from 'node:url';
import { parseOptions, usage } from './test/options.ts';
import { runAll } from './test/run-all.ts';
import { summarize } from './test/summary.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const options = parseOptions(process.argv.slice(2));

if (options.help) {
  console.log(usage);
} else {
  const interrupted = new AbortController();
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => {
      process.exitCode = code;
      interrupted.abort();
    });
  }
  const report = await runAll(root, options, interrupted.signal);
  if (!interrupted.signal.aborted) {
    console.log(summarize(report));
    process.exitCode = report.steps.every((step) => step.passed) ? 0 : 1;
  }
}
