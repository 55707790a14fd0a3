import { defineConfig } from 'vitest/config';
import LongestFirst from './test/helpers/longest-first.js';

/**
 * Tests that start servers mostly wait for them: a file keeps a fifth of a core busy. Each file has its own ports and
 * state directory. Integration and e2e tests are one group: none waits for the slowest file of the other.
 */
const WORKERS = 6;
const servers = { testTimeout: 120_000, hookTimeout: 120_000 };
/** Of what a file has marked as concurrent. */
const maxConcurrency = 3;
const project = (name: string, include: string[]) => ({
  test: {
    name,
    include,
    sequence: { groupOrder: 1 },
    maxWorkers: WORKERS,
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
      project('integration', ['test/integration/**/*.test.ts', 'test/torture/**/*.test.ts']),
      project('e2e', ['test/e2e/**/*.test.ts']),
    ],
  },
});
