import type { Input } from '../../src/cli/command.js';
import { usageError } from '../../src/errors.js';
import type { FaultSpec } from '../../src/failover/fault.js';
import type { WorkloadSettings } from '../../src/failover/result.js';
import type { Threshold } from '../../src/failover/thresholds.js';
import { formatDurationMs } from '../../src/model/duration.js';

/** How long a frozen master stays so beyond down-after where nothing is said, in milliseconds. */
const FROZEN_BEYOND_DOWN_AFTER_MS = 10_000;

/** The fault that `--fault`, `--signal` and `--for` mean together. Throws usageError where they contradict each other. */
export function faultOf(options: Input['options'], downAfterMs: number): FaultSpec {
  if (options.fault === 'freeze') {
    if (options.signal !== undefined) throw contradiction('--signal', '--fault freeze');
    // Frozen is not down: it thaws by itself, and would do so when nobody looks any more.
    if (options.restart === false) throw contradiction('--no-restart', '--fault freeze');
    return {
      name: 'freeze',
      forMs: (options.for as number | undefined) ?? downAfterMs + FROZEN_BEYOND_DOWN_AFTER_MS,
    };
  }
  if (options.for !== undefined) throw contradiction('--for', '--fault kill');
  return { name: options.signal === 'TERM' ? 'stop' : 'kill' };
}

const contradiction = (option: string, fault: string): Error =>
  usageError('contradiction', `${option} has no meaning with ${fault}`, { hint: `leave ${option} out` });

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
    said.rejoin === null ? '--no-restart' : `--rejoin ${said.rejoin}`,
    ...(said.budgetMs === null ? [] : [`--budget ${formatDurationMs(said.budgetMs)}`]),
    ...(said.waitMs === null ? [] : [`--wait ${formatDurationMs(said.waitMs)}`]),
    `--trials ${said.trials} --seed ${said.seed}`,
    ...said.thresholds.map((t) => `--threshold '${t.expression}'`),
    workload === null
      ? '--clients 0'
      : `--clients ${workload.clients} --rate ${workload.ratePerS} --pipeline ${workload.pipeline} ` +
        `--read-ratio ${workload.readRatio} --read-from ${workload.readFrom} --client-policy ${workload.policy}`,
  ].join(' ');
}
