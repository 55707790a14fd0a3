import { defineConfig } from 'vitest/config';

/** Tests that start servers share two cores: a few at a time, each with its own ports and state directory. */
const servers = { testTimeout: 120_000, hookTimeout: 120_000, maxWorkers: 2 };

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts', 'test/*.test.ts'] } },
      { test: { name: 'integration', include: ['test/integration/**/*.test.ts'], ...servers } },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], ...servers } },
    ],
  },
});
