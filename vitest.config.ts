import { configDefaults, defineConfig } from 'vitest/config';
import LongestFirst from './test/helpers/longest-first.js';

/**
 * Tests that start servers mostly wait for them: a file of the integration tests keeps about half a core busy, a file
 * of the e2e tests, whose groups run at the same time, nearly one. Two cores carry four and two of them. Each file
 * has its own ports and state directory.
 */
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
          sequence: { groupOrder: 0 },
        },
      },
      project(
        'integration',
        ['test/integration/**/*.test.ts', 'test/torture/**/*.test.ts'],
        1,
        4,
        TIMED.integration,
      ),
      project('e2e', ['test/e2e/**/*.test.ts'], 2, 2, TIMED.e2e),
      project('integration-timed', TIMED.integration, 3, 1),
      project('e2e-timed', TIMED.e2e, 4, 1),
    ],
  },
});
