import type { Globals } from '../../src/config/globals.js';
import { command } from '../../src/model/hints.js';
import { shellWord } from '../../src/model/secrets.js';
import type { Severity } from '../../src/model/status.js';

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
export function CUT_OFF_FIX(
  { cluster, confirm }: Pick<Globals, 'cluster' | 'confirm'>,
  undo: readonly string[] | null,
  options: FixOptions,
): string | null {
  if (undo === null) return null;
  const rest = `→ ${fixAgain(cluster, options, confirm)}`;
  if (undo.length === 0)
    return `aborted: no repair is half done, and those that are done stay; do the rest:\n${rest}`;
  return [
    'aborted without cleanup: a repair may be half done; this is left to do:',
    ...leftLines(undo),
    'roll it back, then do the rest; the repairs before it are done, and stay:',
    `→ ${command('recover', cluster)}`,
    rest,
  ].join('\n');
}

/** What decides which repairs `doctor --fix` does. */
export interface FixOptions {
  only: readonly string[];
  skip: readonly string[];
  severity: Severity;
  gone: readonly string[];
}

/** The `doctor --fix` that does what is left, and no more. `confirm`: the name of an attached cluster; null: none is asked for. */
export const fixAgain = (cluster: string, options: FixOptions, confirm: string | null): string => {
  const { only, skip, severity, gone } = options;
  return command(
    [
      'doctor --fix',
      ...(only.length === 0 ? [] : [`--only ${only.join(',')}`]),
      ...(skip.length === 0 ? [] : [`--skip ${skip.join(',')}`]),
      ...(severity === 'info' ? [] : [`--severity ${severity}`]),
      ...(gone.length === 0 ? [] : [`--gone ${gone.map(shellWord).join(',')}`]),
      ...(confirm === null ? [] : [`--confirm ${confirm}`]),
    ].join(' '),
    cluster,
  );
};

/** Printed when a second Ctrl-C ends a restart, which has stopped the node. */
export const CUT_OFF_RESTART = ({ cluster }: Pick<Globals, 'cluster'>): string =>
  `aborted: the node may be stopped; start it safely:\n→ ${command('recover', cluster)}`;
