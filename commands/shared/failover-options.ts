import type { Input } from '../../src/cli/command.js';
import { usageError } from '../../src/errors.js';
import type { FaultSpec } from '../../src/failover/fault.js';
import type { Threshold } from '../../src/failover/thresholds.js';
import { formatDurationMs } from '../../src/model/duration.js';
import { freezeMs } from '../../src/model/sentinel-timing.js';
import type { WorkloadSettings } from '../../src/observe/result.js';
import { DEFAULT_WORKLOAD, workloadLine } from './workload-options.js';

/** The fault that `--fault`, `--signal` and `--for` mean together. Throws usageError where they contradict each other. */
export function faultOf(options: Input['options'], downAfterMs: number): FaultSpec {
  if (options.fault === 'freeze') {
    if (options.signal !== undefined) throw contradiction('--signal', '--fault freeze');
    // Frozen is not down: it thaws by itself, and would do so when nobody looks any more.
    if (options.restart === false) throw contradiction('--no-restart', '--fault freeze');
    // As it crashed is how it comes back anyhow.
    if (options.rejoin === 'guarded')
      throw contradiction('--rejoin guarded', '--fault freeze', NOBODY_STARTS);
    return {
      name: 'freeze',
      forMs: (options.for as number | undefined) ?? freezeMs({ downAfterMs }),
    };
  }
  if (options.for !== undefined) throw contradiction('--for', '--fault kill');
  return { name: options.signal === 'TERM' ? 'stop' : 'kill' };
}

const NOBODY_STARTS =
  'a frozen master thaws by itself: nobody starts it, so nobody can make it a replica first';

const contradiction = (option: string, fault: string, why?: string): Error =>
  usageError('contradiction', `${option} has no meaning with ${fault}`, { why, hint: `leave ${option} out` });

/** A warning where the first switch can't come within the budget (milliseconds); null where it can, or none is given. */
export function budgetWarning(budgetMs: number | null, downAfterMs: number): string | null {
  if (budgetMs === null || budgetMs > downAfterMs) return null;
  return `--budget ${formatDurationMs(budgetMs)} can't hold: no sentinel calls the master down before down-after (${formatDurationMs(downAfterMs)}) is over`;
}

/** What is not said is this. */
export const DEFAULT_RUN = { trials: 1, seed: 1, signal: 'KILL', rejoin: 'as-crashed' } as const;

export interface SaidSettings {
  fault: FaultSpec;
  rejoin: string | null;
  budgetMs: number | null;
  waitMs: number | null;
  trials: number;
  seed: number;
  thresholds: Threshold[];
  workload: WorkloadSettings | null;
}

/** The command line that runs it again, every value said. */
export function commandLineOf(cluster: string, said: SaidSettings): string {
  const { fault, workload } = said;
  return [
    `sentinelctl failover-test --cluster ${cluster}`,
    fault.name === 'freeze'
      ? `--fault freeze --for ${formatDurationMs(fault.forMs)}`
      : `--signal ${fault.name === 'stop' ? 'TERM' : 'KILL'}`,
    ...(fault.name === 'freeze' ? [] : [said.rejoin === null ? '--no-restart' : `--rejoin ${said.rejoin}`]),
    ...(said.budgetMs === null ? [] : [`--budget ${formatDurationMs(said.budgetMs)}`]),
    ...(said.waitMs === null ? [] : [`--wait ${formatDurationMs(said.waitMs)}`]),
    `--trials ${said.trials} --seed ${said.seed}`,
    ...said.thresholds.map((t) => `--threshold '${t.expression}'`),
    workloadLine(workload),
  ].join(' ');
}

/** What to type to play the same again, as short as it can be; the files of a report say every value. */
export const runAgain = (commandLine: string): string =>
  withoutDefaults(
    commandLine,
    Object.entries(DEFAULT_RUN).map(([option, value]) => `--${option} ${value}`),
  );

/** A command line of ours without the cluster and the clients that nobody chose, and without `defaults` (`--seed 1`). */
export function withoutDefaults(commandLine: string, defaults: readonly string[]): string {
  const unsaid = ['--cluster default', ...wordsIn(workloadLine(DEFAULT_WORKLOAD)), ...defaults];
  return wordsIn(commandLine)
    .filter((word) => !unsaid.includes(word))
    .join(' ');
}

/** Each option with its value. */
const wordsIn = (commandLine: string): string[] => commandLine.split(/ (?=--)/);
