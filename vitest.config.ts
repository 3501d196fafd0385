import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Workspace packages are tested from their sources, so no build has to come first.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    unstubEnvs: true,
    include: ['{apps,packages,scripts}/**/*.test.ts'],
    globalSetup: ['packages/testkit/src/vitest-global-setup.ts'],
    setupFiles: ['packages/testkit/src/vitest-setup.ts'],
    testTimeout: 20_000,
    // The first test that asks for RabbitMQ may have to wait until it is started.
    hookTimeout: 60_000,
  },
});
