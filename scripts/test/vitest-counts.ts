import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** What is read of the file that vitest's json reporter writes. */
const resultsSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/** How many tests came out how. */
export interface TestCounts {
  readonly passed: number;
  /** A file that failed before or after its tests counts as one. */
  readonly failed: number;
  readonly skipped: number;
}

/** Reads what vitest has left at `path`; when it has left nothing, that is one failure. */
export async function readCounts(path: string): Promise<TestCounts> {
  let results: z.infer<typeof resultsSchema>;
  try {
    results = resultsSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const failedFiles = results.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  );
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + failedFiles.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}
