import type { LiveCluster } from '../../cluster/open.js';
import type { Runtime } from '../../cluster/runtime.js';
import type { ClusterState } from '../../cluster/store/state.js';
import { EXIT, messageOf, notRestored, OperatorError, refused } from '../../errors.js';
import type { Act } from '../../faults/act.js';
import type { Experiment } from '../../faults/experiment.js';
import { masterNow, restoredNow } from '../../faults/restored.js';
import { BELOW_DOUBLE_FAILOVER } from '../../model/double-failover.js';
import { aboutLeft, formatDurationMs } from '../../model/duration.js';
import type { ClusterPlan } from '../../model/plan.js';
import { DOUBLE_FAILOVER_BELOW_MS } from '../../model/sentinel-timing.js';
import { count, listed } from '../../model/words.js';
import type { FailoverResult } from '../../observe/result.js';
import type { Restoration, SweepResult } from '../../observe/sweep-result.js';
import { withRollback } from '../interrupted.js';
import { isData, journalled, playTrials, withTrialCluster } from '../run.js';
import {
  applySettings,
  type LiveSetting,
  readSettings,
  restoreSettings,
  settingsFor,
} from './live-settings.js';
import {
  type Combination,
  combinationsOf,
  combinationText,
  type SweepOptions,
  sweepResultOf,
} from './verdict.js';

export type { SweepOptions } from './verdict.js';

/**
 * The frontier between how long clients are out and how much they lose: plays the same trials under every
 * combination of down-after and min-replicas-to-write, set at run time at every sentinel and data node, and puts the
 * settings back whatever happens. Throws `too-many-replicas-wanted` (3) before anything is touched, what
 * `runFailoverTest` throws where nothing was measured yet, `settings-not-restored` (4) where nothing was measured and
 * the settings could not be restored; else that is in the result (`restoration`), as is an end before the last
 * combination (`complete: false`).
 */
export function runSweep(runtime: Runtime, known: ClusterState, options: SweepOptions): Promise<SweepResult> {
  const what = 'sweep';
  return withTrialCluster(
    runtime,
    known,
    { lock: what, rights: { purpose: what, clients: true, ends: isData } },
    (live) => journalled(runtime, live, what, (experiment) => sweep(runtime, live, experiment, options)),
  );
}

async function sweep(
  runtime: Runtime,
  live: LiveCluster,
  experiment: Experiment,
  options: SweepOptions,
): Promise<SweepResult> {
  refuseImpossible(live.plan, options);
  const warnings = warningsFor(live.plan, options);
  for (const text of warnings) runtime.onProgress({ type: 'note', level: 'warning', text });
  const startedAt = new Date(runtime.clock.wallMs()).toISOString();
  const before = await masterNow(live);
  const had = await readSettings(live);
  const planned = await experiment.plan(actsFor(had));
  const runs: [Combination, FailoverResult][] = [];
  let broken: unknown;
  let begun = 0;
  const onBegin = (): void => {
    begun += 1;
  };
  try {
    await playAll({ runtime, live, experiment, options, runs, onBegin });
  } catch (error) {
    broken = error;
  }
  const restoration = await restoreSettings(live, had);
  if (restoration.restored) await experiment.settled(planned);
  if (broken !== undefined && !(runs.length > 0 && endedInOrder(broken, runtime))) {
    if (!restoration.restored) throw left(restoration, broken);
    throw await withRollback(runtime, live, broken, { undone: SETTINGS, before });
  }
  const evidence = { plan: live.plan, options, warnings, startedAt, runs, begun, restoration, broken };
  const result = sweepResultOf(evidence);
  if (runtime.signal?.aborted !== true) return result;
  // A trial that was interrupted has told it already.
  const last = runs.at(-1)?.[1];
  const restored = last?.trials.at(-1)?.restored ?? (await restoredNow(runtime, live, []));
  const isWithin = runs.length < begun;
  const account = isWithin ? (broken instanceof OperatorError ? broken.account : []) : (last?.account ?? []);
  return { ...result, restored, ...(account.length > 0 && { account: [...account] }) };
}

/** What is set for each combination. */
const SETTINGS =
  'down-after-milliseconds of every sentinel, min-replicas-to-write and min-replicas-max-lag of every data node';

/** What the settings were, as acts: a later command sets them again where this one is killed. */
const actsFor = (had: readonly LiveSetting[]): Act[] =>
  had.map(({ node, name, value }) => ({
    act: node.kind === 'sentinel' ? 'sentinel-set' : 'config',
    node: node.id,
    set: { [name]: value },
    was: { [name]: value },
  }));

/** What was measured before an interrupt or a refusal is worth showing; a master left down, or a bug, comes first. */
const endedInOrder = (broken: unknown, { signal }: Runtime): boolean =>
  broken instanceof OperatorError ? broken.exitCode !== EXIT.notRestored : signal?.aborted === true;

interface Playing {
  runtime: Runtime;
  live: LiveCluster;
  experiment: Experiment;
  options: SweepOptions;
  runs: [Combination, FailoverResult][];
  /** Called when a combination begins. */
  onBegin: () => void;
}

async function playAll({ runtime, live, experiment, options, runs, onBegin }: Playing): Promise<void> {
  const combinations = combinationsOf(options);
  const begun = runtime.clock.now();
  for (const [i, combination] of combinations.entries()) {
    const { downAfterMs, minReplicas } = combination;
    const leftMs = ((runtime.clock.now() - begun) / Math.max(1, i)) * (combinations.length - i);
    const about = i === 0 ? '' : `, ${aboutLeft(leftMs)}`;
    const text = `${i + 1} of ${combinations.length}: ${combinationText(combination)}${about}`;
    runtime.onProgress({ type: 'note', level: 'info', text });
    onBegin();
    await applySettings(live, settingsFor(live, { ...combination, maxLagS: options.maxLagS }));
    const played = await playTrials(runtime, live, experiment, {
      ...options,
      waitMs: null,
      budgetMs: null,
      thresholds: [],
      part: combinationText(combination),
      hasFailedOver: i > 0,
    });
    runs.push([{ downAfterMs, minReplicas }, played]);
    runtime.signal?.throwIfAborted();
  }
}

function refuseImpossible({ spec }: ClusterPlan, { minReplicas }: SweepOptions): void {
  const most = Math.max(...minReplicas);
  if (most <= spec.replicas) return;
  throw refused('too-many-replicas-wanted', `min-replicas-to-write ${most} would refuse every write`, {
    why: `${spec.cluster} has ${count(spec.replicas, 'replica')}`,
    hint: `--min-replicas ${spec.replicas} # or less`,
  });
}

function warningsFor(plan: ClusterPlan, { downAfterMs, minReplicas }: SweepOptions): string[] {
  const low = downAfterMs.filter((ms) => ms < DOUBLE_FAILOVER_BELOW_MS).map(formatDurationMs);
  // The new master has one replica less, until the old one is back.
  const most = plan.spec.replicas - 1;
  const high = minReplicas.filter((min) => min > most && min > 0);
  return [
    ...(low.length === 0
      ? []
      : [`down-after ${listed(low)} ${low.length === 1 ? 'is' : 'are'} ${BELOW_DOUBLE_FAILOVER}`]),
    ...high.map(
      (min) =>
        `min-replicas-to-write ${min}: after a failover only ${count(Math.max(0, most), 'replica')} ${most === 1 ? 'is' : 'are'} left, so writes are refused until the old master is back`,
    ),
  ];
}

function left(restoration: Restoration, cause: unknown): OperatorError {
  return notRestored('settings-not-restored', 'settings changed by the sweep could not be restored', {
    why: [messageOf(cause), ...restoration.problems].join('\n'),
    hint: restoration.commands.join('\n'),
    cause,
  });
}
