import type { Globals } from '../../src/config/globals.js';
import { EXIT, type ExitCode } from '../../src/errors.js';
import type { InjectResult } from '../../src/faults/inject.js';
import { command } from '../../src/model/hints.js';
import type { Verdict } from '../../src/observe/result.js';

/** The exit code of a run with this verdict. */
export const EXIT_OF: Readonly<Record<Verdict, ExitCode>> = {
  holds: EXIT.ok,
  violated: EXIT.violated,
  unknown: EXIT.unknown,
};

/** Printed when a second Ctrl-C ends a command that has injected a fault. */
export const CUT_OFF = ({ cluster }: Pick<Globals, 'cluster'>): string =>
  `aborted without cleanup: the fault may still be active; roll it back:\n→ ${command('recover', cluster)}`;

/** Printed when a second Ctrl-C ends a restart, which has stopped the node. */
export const CUT_OFF_RESTART = ({ cluster }: Pick<Globals, 'cluster'>): string =>
  `aborted: the node may be stopped; start it safely:\n→ ${command('recover', cluster)}`;

/** Of a fault that was rolled back: 1 where keys are gone, 2 where that is not known. */
export const codeOfLoss = ({ healed, lostKeys }: Pick<InjectResult, 'healed' | 'lostKeys'>): ExitCode =>
  lostKeys ? EXIT.violated : healed && lostKeys === null ? EXIT.unknown : EXIT.ok;
