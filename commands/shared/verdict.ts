import { EXIT, type ExitCode } from '../../src/errors.js';
import type { InjectResult } from '../../src/faults/inject.js';
import type { Verdict } from '../../src/observe/result.js';

/** The exit code of a run with this verdict. */
export const EXIT_OF: Readonly<Record<Verdict, ExitCode>> = {
  holds: EXIT.ok,
  violated: EXIT.violated,
  unknown: EXIT.unknown,
};

/** Of a fault that was rolled back: 1 where keys are gone, 2 where that is not known. */
export const codeOfLoss = ({ healed, lostKeys }: Pick<InjectResult, 'healed' | 'lostKeys'>): ExitCode =>
  lostKeys ? EXIT.violated : healed && lostKeys === null ? EXIT.unknown : EXIT.ok;
