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

/** So many of the changes that were not rolled back are named. */
const NAMED = 4;

/** Printed when a second Ctrl-C ends a command that has injected a fault: what is left, and what rolls it back. */
export const CUT_OFF = (
  { cluster }: Pick<Globals, 'cluster'>,
  undo: readonly string[] | null = null,
): string => {
  const next = `→ ${command('recover', cluster)}`;
  if (undo === null) return `aborted without cleanup: the fault may still be active; roll it back:\n${next}`;
  if (undo.length === 0)
    return `aborted without cleanup: no change is left to roll back, but keys of the run may be left, and it is not proved that all nodes agree; finish it:\n${next}`;
  return [
    'aborted without cleanup: the fault may still be active; this is left to do:',
    ...leftLines(undo),
    'roll it back and remove keys of the run:',
    next,
  ].join('\n');
};

/** A line for each of the first changes that were not rolled back. */
function leftLines(undo: readonly string[]): string[] {
  const more = undo.length - NAMED;
  return [...undo.slice(0, NAMED).map((words) => `  ${words}`), ...(more > 0 ? [`  and ${more} more`] : [])];
}

/** Printed when a second Ctrl-C ends `doctor --fix`; nothing where it has not begun to repair, and without --fix. */
export const CUT_OFF_FIX = (
  { cluster }: Pick<Globals, 'cluster'>,
  undo: readonly string[] | null = null,
): string | null =>
  undo === null
    ? null
    : [
        ...(undo.length === 0
          ? [
              'aborted: no repair is half done, and those that are done stay; end the run, then doctor --fix does the rest:',
            ]
          : [
              'aborted without cleanup: a repair may be half done; this is left to do:',
              ...leftLines(undo),
              'roll it back; the repairs before it are done, and stay:',
            ]),
        `→ ${command('recover', cluster)}`,
      ].join('\n');

/** Printed when a second Ctrl-C ends a restart, which has stopped the node. */
export const CUT_OFF_RESTART = ({ cluster }: Pick<Globals, 'cluster'>): string =>
  `aborted: the node may be stopped; start it safely:\n→ ${command('recover', cluster)}`;

/** Of a fault that was rolled back: 1 where keys are gone, 2 where that is not known. */
export const codeOfLoss = ({ healed, lostKeys }: Pick<InjectResult, 'healed' | 'lostKeys'>): ExitCode =>
  lostKeys ? EXIT.violated : healed && lostKeys === null ? EXIT.unknown : EXIT.ok;
