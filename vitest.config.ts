import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/helpers/longest-first.js';

/**
 * Tests that start servers mostly wait for them: with nine files at a time two cores are busy. Each file has its own
 * ports and state directory.
 */
const WORKERS = 9;
/** Of the unit tests, so many files at a time wait for a timeout or a socket and not for a core. */
const WAITING_WORKERS = 2;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // What one project has transformed, the next one reads.
    experimental: { fsModuleCache: true },
    // A file keeps nothing in modules that the next one in its worker could meet, and loading everything for each of
    // 200 files took longer than most of them.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // A worker runs most of what it loads a few times only: to optimize it takes a quarter of all the time.
          execArgv: ['--no-opt'],
          include: ['test/unit/**/*.test.ts', 'test/*.test.ts'],
          maxWorkers: availableParallelism() + WAITING_WORKERS,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Integration and e2e tests are one project: a worker goes on to a file of its own project only.
        extends: true,
        test: {
          name: 'servers',
          include: ['test/{integration,e2e}/**/*.test.ts'],
          sequence: { groupOrder: 1 },
          maxWorkers: WORKERS,
          // Of what a file has marked as concurrent.
          maxConcurrency: 3,
          globalSetup: 'test/helpers/built.ts',
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        // Other engines, the package, and commands that are killed at each step: as the next one.
        extends: true,
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          sequence: { groupOrder: 2 },
          maxWorkers: WORKERS,
          globalSetup: 'test/helpers/built.ts',
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        // Commands that are killed or interrupted at random moments: .ci/run plays them, `npm test` does not.
        extends: true,
        test: {
          name: 'torture',
          include: ['test/torture/**/*.test.ts'],
          sequence: { groupOrder: 3 },
          globalSetup: 'test/helpers/built.ts',
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
