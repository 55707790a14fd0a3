import { configDefaults, defineConfig } from 'vitest/config';
import LongestFirst from './test/helpers/longest-first.js';

/**
 * Tests that start servers mostly wait for them: a file keeps a fifth of a core busy. Each file has its own ports and
 * state directory. Integration and e2e tests are one group: none waits for the slowest file of the other.
 */
const WORKERS = 6;
const servers = { testTimeout: 120_000, hookTimeout: 120_000 };
/** Files that hold what they measure against Sentinel's own log, to some milliseconds: each runs when all others are done. */
const TIMED = {
  integration: ['test/integration/failover-test.test.ts'],
  e2e: ['test/e2e/engines.test.ts'],
};
/** Of what a file has marked as concurrent. */
const maxConcurrency = 3;
const project = (
  name: string,
  include: string[],
  groupOrder: number,
  maxWorkers: number,
  exclude: string[] = [],
) => ({
  test: {
    name,
    include,
    exclude: [...configDefaults.exclude, ...exclude],
    sequence: { groupOrder },
    maxWorkers,
    maxConcurrency,
    globalSetup: 'test/helpers/built.ts',
    ...servers,
  },
});

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/*.test.ts'],
          testTimeout: 60_000,
          // They keep nothing in modules, and loading everything for each of 130 files took more than the tests.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      project(
        'integration',
        ['test/integration/**/*.test.ts', 'test/torture/**/*.test.ts'],
        1,
        WORKERS,
        TIMED.integration,
      ),
      project('e2e', ['test/e2e/**/*.test.ts'], 1, WORKERS, TIMED.e2e),
      project('integration-timed', TIMED.integration, 2, 1),
      project('e2e-timed', TIMED.e2e, 2, 1),
    ],
  },
});
