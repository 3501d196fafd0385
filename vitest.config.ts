import { defineConfig } from 'vitest/config';
import { faults, tagOf } from './scripts/faults/catalogue.ts';

/** Tests that wait most of their time, for processes to start or for an outage to be noticed: several files run at once. */
const waitingTests = ['apps/{ingestor,worker}/src/faults/*.test.ts', 'apps/ingestor/src/fleet.test.ts'];

/** Fault tests that take long, or a broker of their own: `npm run faults` sets this. */
const slowTests = process.env['FAULT_TESTS'] === 'all' ? [] : ['apps/*/src/faults/*.slow.test.ts'];

export default defineConfig({
  // Workspace packages are tested from their sources, so no build has to come first.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    unstubEnvs: true,
    globalSetup: ['packages/testkit/src/vitest-global-setup.ts'],
    setupFiles: ['packages/testkit/src/vitest-setup.ts'],
    testTimeout: 20_000,
    // The first test that asks for RabbitMQ may have to wait until it is started.
    hookTimeout: 60_000,
    tags: faults.map((fault) => ({ name: tagOf(fault), description: fault.name })),
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['{apps,packages,scripts}/**/*.test.ts'],
          exclude: [...waitingTests, '**/node_modules/**'],
          globalSetup: [],
          maxWorkers: 4,
          // Loading the modules anew for each file takes more time than all its tests.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: waitingTests,
          exclude: [...slowTests, '**/node_modules/**'],
          globalSetup: [],
          testTimeout: 90_000,
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
