import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineConfig, type OxlintOverride } from 'oxlint';

/**
 * The packages from the bottom up. A package imports what stands below its own line, an app imports any of them, and
 * nobody imports an app.
 */
const layers = [['protocol', 'service'], ['broker', 'state', 'gateway'], ['discord-rest'], ['bot']] as const;

/** Only tests, benchmarks and the demo run with these; they import what stands in the lowest layer. */
const testTools = ['simulator', 'testkit'] as const;

const apps = ['ingestor', 'worker', 'ops'] as const;

/** Who may import a library that must not spread: its owner, and the test tool that plays the other side. */
const owners: Readonly<Record<string, readonly string[]>> = {
  amqplib: ['broker', 'testkit', 'bench'],
  ioredis: ['state', 'testkit', 'bench'],
  undici: ['discord-rest', 'bench'],
  ws: ['gateway', 'simulator', 'bench'],
  testcontainers: ['testkit'],
};

const testFiles = ['**/*.test.ts', '**/*.test-d.ts', '**/*.bench.ts'];

type Rules = NonNullable<OxlintOverride['rules']>;

interface Importer {
  readonly folder: string;
  readonly name: string;
  /** Names of the workspace packages that it may import. */
  readonly allowed: readonly string[];
}

const importers: readonly Importer[] = [
  ...layers.flatMap((layer, height) =>
    layer.map((name) => ({
      folder: `packages/${name}`,
      name,
      allowed: layers.slice(0, height).flat(),
    })),
  ),
  ...testTools.map((name) => ({ folder: `packages/${name}`, name, allowed: layers[0] })),
  ...apps.map((name) => ({ folder: `apps/${name}`, name, allowed: layers.flat() })),
  { folder: 'scripts', name: 'scripts', allowed: [...layers.flat(), ...testTools] },
  { folder: 'scripts/bench', name: 'bench', allowed: [...layers.flat(), ...testTools] },
];

for (const manifest of globSync('{apps,packages}/*/package.json', { cwd: import.meta.dirname })) {
  if (!importers.some(({ folder }) => manifest === join(folder, 'package.json'))) {
    throw new Error(`oxlint.config.ts does not say what ${dirname(manifest)} may import`);
  }
}

/** Tests, and what several of them share, additionally import the test tools. */
const importRules: readonly OxlintOverride[] = importers.flatMap(({ folder, name, allowed }) => [
  { files: [`${folder}/**`], rules: restrictedImports(name, allowed) },
  {
    files: [...testFiles, '**/testing/**'].map((pattern) => `${folder}/${pattern}`),
    rules: restrictedImports(name, [...allowed, ...testTools]),
  },
]);

function restrictedImports(importer: string, allowed: readonly string[]): Rules {
  const forbiddenPackages = [...layers.flat(), ...testTools, ...apps]
    .filter((name) => !allowed.includes(name))
    .map((name) => `@arrakis/${name}`);
  const forbiddenLibraries = Object.keys(owners).filter((name) => !owners[name]?.includes(importer));
  const patterns = [
    {
      group: forbiddenPackages.flatMap((name) => [name, `${name}/*`]),
      message: 'Imports go downward only, and the simulator and the testkit are for tests (oxlint.config.ts).',
    },
    {
      group: ['@arrakis/*/**', '**/packages/**', '**/apps/**', '**/src/**'],
      message: 'A package is imported by its name and nothing below it.',
    },
    {
      group: forbiddenLibraries.flatMap((name) => [name, `${name}/*`]),
      message: 'This library belongs to another package; use what that one exports (oxlint.config.ts).',
    },
  ];
  const paths = [
    { name: 'node:process', importNames: ['env', 'default'], message: "Settings come in through an app's config.ts." },
  ];
  return { 'eslint/no-restricted-imports': ['error', { paths, patterns }] };
}

/** Rules of the other categories that hold here. */
const strictRules: Rules = {
  'eslint/eqeqeq': 'error',
  'eslint/max-lines': ['error', { max: 400 }],
  'eslint/max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  'eslint/max-params': ['error', { max: 3 }],
  'eslint/no-console': 'error',
  'eslint/no-empty': 'error',
  'eslint/no-nested-ternary': 'error',
  'eslint/no-param-reassign': 'error',
  'eslint/no-var': 'error',
  'eslint/prefer-const': 'error',
  'import/no-cycle': 'error',
  'import/no-default-export': 'error',
  'node/no-process-env': 'error',
  'promise/catch-or-return': 'error',
  'typescript/ban-ts-comment': 'error',
  'typescript/consistent-type-imports': 'error',
  'typescript/no-deprecated': 'error',
  'typescript/no-empty-object-type': 'error',
  'typescript/no-explicit-any': 'error',
  'typescript/no-misused-promises': 'error',
  'typescript/no-non-null-assertion': 'error',
  'typescript/no-unsafe-argument': 'error',
  'typescript/no-unsafe-assignment': 'error',
  'typescript/no-unsafe-call': 'error',
  'typescript/no-unsafe-function-type': 'error',
  'typescript/no-unsafe-member-access': 'error',
  'typescript/no-unsafe-return': 'error',
  'typescript/only-throw-error': 'error',
  'typescript/prefer-nullish-coalescing': 'error',
  'typescript/prefer-optional-chain': 'error',
  'typescript/prefer-promise-reject-errors': 'error',
  'typescript/prefer-readonly': 'error',
  'typescript/return-await': 'error',
  'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  'typescript/use-unknown-in-catch-callback-variable': 'error',
  'unicorn/prefer-node-protocol': 'error',
};

/** What the categories bring and does not help here. */
const relaxedRules: Rules = {
  // Discord's name.
  'eslint/no-underscore-dangle': ['error', { allow: ['_errors'] }],
  // A library that offers its functions both ways may be used either way.
  'import/no-named-as-default-member': 'off',
  // `noImplicitReturns` knows functions that never return.
  'typescript/consistent-return': 'off',
  // Numbers off the wire are compared with, and written as, Discord's enums.
  'typescript/no-unsafe-enum-assignment': 'off',
  'typescript/no-unsafe-enum-comparison': 'off',
};

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['**/dist/**', '.arrakis/**'],
  rules: { ...strictRules, ...relaxedRules },
  overrides: [
    ...importRules,
    {
      files: testFiles,
      rules: {
        // A describe block is a function as well, and so is what a table's rows are passed to.
        'eslint/max-lines-per-function': 'off',
        'eslint/max-params': 'off',
        // Payloads off the wire: a wrong guess about one fails the test.
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-return': 'off',
        'unicorn/consistent-function-scoping': 'off',
        // Property tests expect one thing or another, depending on what was drawn.
        'vitest/no-conditional-expect': 'off',
        // Waiting for a condition is an expectation: it fails when the condition does not come about.
        'vitest/expect-expect': ['error', { assertFunctionNames: ['expect*', 'waitFor', 'fc.assert'] }],
        // A second argument says what was expected.
        'vitest/valid-expect': ['error', { maxArgs: 2 }],
      },
    },
    {
      // The environment's borders.
      files: [
        'apps/*/src/config.ts',
        'packages/simulator/src/main.ts',
        'packages/testkit/**',
        'scripts/**',
        'vitest.config.ts',
      ],
      rules: { 'node/no-process-env': 'off' },
    },
    { files: ['scripts/**'], rules: { 'eslint/no-console': 'off' } },
    {
      // What one writes without Arrakis: payloads as they come.
      files: ['scripts/bench/baseline/**'],
      rules: {
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-member-access': 'off',
      },
    },
    {
      // Runs on Node 18 without dependencies: no schemas for JSON, no newer methods.
      files: ['scripts/bootstrap/**'],
      rules: { 'typescript/no-unsafe-assignment': 'off', 'unicorn/no-array-sort': 'off' },
    },
    // Discord still sends what it has deprecated.
    { files: ['packages/simulator/**'], rules: { 'typescript/no-deprecated': 'off' } },
    {
      files: ['*.config.ts', 'packages/testkit/src/vitest-global-setup.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
  ],
});
