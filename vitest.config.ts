import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Workspace packages are tested from their sources, so no build has to come first.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    include: ['{apps,packages,scripts}/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
