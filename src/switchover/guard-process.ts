/** The second process that finishes what a killed command has begun. */
export interface Guarding {
  /** From here on it finishes the moves if this process ends; `untilMs`: when the pause is over, on this run's clock. */
  arm(untilMs: number): void;
  /** From here on it does nothing; resolves once it has said so, or is gone. */
  disarm(): Promise<void>;
  end(): void;
}

import type { Runtime } from '../cluster/runtime.js';
import type { Move } from './moves.js';

export const startGuard = async (_runtime: Runtime, _move: Move): Promise<Guarding> => NO_GUARD;
const NO_GUARD: Guarding = { arm: () => {}, disarm: async () => {}, end: () => {} };
