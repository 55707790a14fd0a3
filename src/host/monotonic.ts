import { hrtime } from 'node:process';

/**
 * The machine's monotonic clock, in milliseconds with a fraction. One origin for all threads of a process, which
 * `performance.now()` does not promise: a worker may count from its own start.
 */
export const machineNowMs = (): number => Number(hrtime.bigint()) / 1e6;
