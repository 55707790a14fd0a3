import type { BaselineComparison } from '../../failover/baseline.js';
import { formatDurationMs, parseDurationMs } from '../../model/duration.js';
import { command } from '../../model/hints.js';
import { downAfterText } from '../../model/sentinel-settings.js';
import { freezeMs, LONGEST_FREEZE_MS } from '../../model/sentinel-timing.js';
import { count, listed, named } from '../../model/words.js';
import { masterNowWords } from '../../observe/restored-words.js';
import type { FailoverResult, Trial, Verdict, WorkloadSettings } from '../../observe/result.js';
import { lossWords, lostWords } from './losses.js';
import { metricOf } from './metrics.js';
import { outageWords, switchWords } from './numbers.js';
import { brokenWords } from './thresholds.js';
import { VERDICT_WORD, verdictOf } from './verdict.js';

/** The worst of several verdicts; `unknown` when there is none. */
function worstOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('violated')) return 'violated';
  return verdicts.length === 0 || verdicts.includes('unknown') ? 'unknown' : 'holds';
}

/** Said of a result with `complete: false`. */
export const INCOMPLETE = 'the run ended early: what is shown was measured, the rest is missing';

/** `redis-1 → redis-2`. What an interrupted trial did not see may still have happened. */
export const masterMove = ({ oldMaster, newMaster, cutShort }: Trial): string =>
  `${oldMaster.id} → ${newMaster?.id ?? (cutShort === true ? 'not seen' : 'no new master')}`;

/** A trial's verdict; reports of older versions have only its invariants. */
export const trialVerdict = ({ outcome, untested, invariants }: Trial): Verdict =>
  outcome ??
  worstOf([...(untested === undefined ? [] : (['unknown'] as const)), ...invariants.map((i) => i.verdict)]);

/**
 * `clients had no answer for 6.40 s (budget 7.00 s), 0 of 28,503 writes lost; redis-1 → redis-3`; without clients the
 * first switch instead; over trials the worst of them, and how many passed. What broke and is not among them comes first,
 * then acknowledged writes that were lost, with why. Of a run that was interrupted within its only trial: which node is
 * the master. A comparison with an earlier run is named where it decides the verdict.
 */
export function headline(result: FailoverResult, comparison: BaselineComparison | null = null): string {
  return [runWords(result), ...againstWords(result, comparison)].join('; ');
}

/** Why a run in which everything holds is not passed, where an earlier run was to be compared; else empty. */
function againstWords({ outcome }: FailoverResult, comparison: BaselineComparison | null): string[] {
  if (outcome !== 'holds' || comparison === null || comparison.outcome === 'holds') return [];
  return [
    comparison.outcome === 'violated'
      ? comparison.reason
      : 'the comparison with the baseline could not be made',
  ];
}

function runWords(result: FailoverResult): string {
  const { trials, masterName } = result;
  const [only, ...others] = trials;
  if (only === undefined) return `${masterName}: nothing was measured`;
  if (only.untested !== undefined && others.length === 0)
    return `${masterName} is still ${named(only.oldMaster)}`;
  const limits = brokenWords(result);
  const passed = passedWords(result);
  if (only.cutShort === true && others.length === 0) {
    const end = [`interrupted after the loss of ${only.oldMaster.id}`, masterNowWords(only)];
    return `${masterName}: ${[...limits, ...end, ...passed].join('; ')}`;
  }
  const broken = limits.length === 0 ? [] : [listed(limits)];
  const outage = outageWords(result) ?? switchWords(result);
  const lost = lossWords(result);
  const what = lost === null ? [[outage, ...lostWords(result)].join(', ')] : [lost, outage];
  return [...broken, ...what, ...(passed.length === 0 ? [masterMove(only)] : passed)].join('; ');
}

/**
 * `1 of 3 trials passed, 1 interrupted, 1 not begun`, by how many were asked for; empty for a run of one. What a killed
 * run left does not say whether another trial had begun.
 */
function passedWords({ trials, trialsAsked, account }: FailoverResult): string[] {
  const asked = trialsAsked ?? trials.length;
  if (asked < 2) return [];
  const passed = trials.filter((t) => trialVerdict(t) === 'holds').length;
  const cut = trials.filter((t) => t.cutShort === true).length;
  const rest = asked - trials.length;
  const isKnown = account !== undefined || cut > 0;
  return [
    [
      `${passed} of ${count(asked, 'trial')} passed`,
      ...(cut === 0 ? [] : [`${cut} interrupted`]),
      ...(rest === 0 ? [] : [`${rest} not ${isKnown ? 'begun' : 'finished'}`]),
    ].join(', '),
  ];
}

/** Of a run that ended between two trials: why, what was rolled back, and which node is the master; else empty. */
export const accountWords = ({ trials, account = [], stoppedBy }: FailoverResult): string[] => [
  ...(stoppedBy === undefined ? [] : [`trial ${trials.length + 1} could not be played: ${stoppedBy}`]),
  ...account,
];

/** What PASS means where acknowledged writes were lost, and how it becomes a FAIL; null where none were. */
export function passDespiteLoss(
  result: FailoverResult,
  comparison: BaselineComparison | null = null,
): string | null {
  const isLimited = result.thresholds.some(({ expression }) => metricOf(expression) === 'ledger.lost');
  if (verdictOf(result, comparison) !== 'holds' || isLimited || lossWords(result) === null) return null;
  return `${VERDICT_WORD.holds}: each loss is explained, and no limit was set: --threshold 'ledger.lost==0'`;
}

/** The settings of a run: `fault kill SIGKILL at …; cluster default (process), redis 7.0.15, down-after 5s, quorum 2; …`. */
export function settingOf(result: FailoverResult): string {
  const { config, engine, workload } = result;
  const parts = [
    `fault ${result.fault} at ${result.trials[0]?.faultAt ?? result.startedAt}`,
    `cluster ${result.cluster} (${result.driver}), ${engine.name} ${engine.version}, down-after ${downAfterText(config)}, quorum ${config.quorum}`,
    ...(workload === null ? [] : [workloadWords(workload)]),
    `seed ${result.seed}`,
  ];
  return parts.join('; ');
}

/** `8 clients (tuned) at 2000 operations per second`. */
export function workloadWords(workload: WorkloadSettings): string {
  const { clients, policy, ratePerS, pipeline, readRatio, readFrom } = workload;
  return [
    `${count(clients, 'client')} (${policy}) ${ratePerS === 0 ? 'as fast as possible' : `at ${ratePerS} operations per second`}`,
    ...(pipeline > 1 ? [`pipeline ${pipeline}`] : []),
    ...(readRatio > 0 ? [`${Math.round(readRatio * 100)} % reads from the ${readFrom}`] : []),
  ].join(', ');
}

/** The command line that repeats the run; where the master thawed before a failover, with a freeze that one ends within. */
export function repeatOf({ trials, config }: FailoverResult, commandLine: string): string {
  if (trials.every(({ untested }) => untested === undefined)) return commandLine;
  const neededMs = freezeMs(config);
  // Beyond what can be asked for the default is long enough.
  const longer = neededMs > LONGEST_FREEZE_MS ? '' : ` --for ${formatDurationMs(neededMs)}`;
  return commandLine.replace(/ --for (\S+)/, (given, text: string) =>
    (parseDurationMs(text) ?? 0) < neededMs ? longer : given,
  );
}

/**
 * The next commands, with a comment where one does not speak for itself. They only look, or start what the run left down:
 * `commandLine`, which repeats it, is among them only where nothing came of it and another one would tell more.
 */
export function nextCommands(result: FailoverResult, commandLine: string): string[] {
  const { cluster, outcome, trials } = result;
  const last = trials.at(-1);
  if (last !== undefined && last.rejoin === null && last.newMaster !== null && last.cutShort !== true) {
    return [command(`start ${last.oldMaster.id}`, cluster), command('status', cluster)];
  }
  const again = repeatOf(result, commandLine);
  const isUntested = trials.length > 0 && trials.every(({ untested }) => untested !== undefined);
  return [
    command('status', cluster),
    outcome === 'holds'
      ? `${command('history', cluster)}  # beside the runs before it`
      : command('logs --tail 50', cluster),
    ...(isUntested && again !== commandLine ? [`${again}  # again, with a longer freeze`] : []),
  ];
}
