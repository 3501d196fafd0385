import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { tagOf, type Fault } from './catalogue.ts';

const finding = z.object({
  lost: z.number(),
  twice: z.number().optional(),
  recoveryMs: z.number().optional(),
  note: z.string().optional(),
});

const testSchema = z.object({
  fullName: z.string(),
  status: z.string(),
  tags: z.array(z.string()),
  meta: z.object({ fault: finding.optional() }),
});

const resultsSchema = z.object({
  testResults: z.array(z.object({ name: z.string(), status: z.string(), assertionResults: z.array(testSchema) })),
});

/** What the tests of one fault have found, all together. */
export interface FaultResult {
  readonly number: number;
  readonly name: string;
  readonly notBuilt: string | undefined;
  readonly passed: number;
  /** Names of the tests that have failed. */
  readonly failed: readonly string[];
  /** Undefined where no test has come so far as to count. */
  readonly lost: number | undefined;
  readonly twice: number | undefined;
  /** The longest of all tests. */
  readonly recoveryMs: number | undefined;
  /** What tests have found that is no figure of the table. */
  readonly remarks: readonly string[];
}

/** Whether the fault was tried and survived. */
export function isSurvived({ passed, failed, lost, twice }: FaultResult): boolean {
  return passed > 0 && failed.length === 0 && (lost ?? 0) === 0 && (twice ?? 0) === 0;
}

/** Reads what vitest's JSON reporter has written. Without it, no test has run. */
export async function readResults(path: string, faults: readonly Fault[]): Promise<FaultResult[]> {
  const text = await readFile(path, 'utf8').catch(() => '{"testResults":[]}');
  const { testResults } = resultsSchema.parse(JSON.parse(text));
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  return faults.map((fault) => resultOf(fault, tests));
}

function resultOf(fault: Fault, tests: readonly z.infer<typeof testSchema>[]): FaultResult {
  const own = tests.filter(({ tags }) => tags.includes(tagOf(fault)));
  const passed = own.filter(({ status }) => status === 'passed');
  const failed = own.filter(({ status }) => status !== 'passed');
  const findings = own.flatMap(({ meta }) => meta.fault ?? []);
  const recoveries = findings.flatMap(({ recoveryMs }) => recoveryMs ?? []);
  return {
    number: fault.number,
    name: fault.name,
    notBuilt: fault.notBuilt,
    passed: passed.length,
    failed: failed.map(({ fullName }) => fullName),
    lost: sum(findings.map(({ lost }) => lost)),
    twice: sum(findings.flatMap(({ twice }) => twice ?? [])),
    recoveryMs: recoveries.length === 0 ? undefined : Math.max(...recoveries),
    remarks: findings.flatMap(({ note }) => note ?? []),
  };
}

function sum(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((all, one) => all + one);
}
