import { BELOW_DOUBLE_FAILOVER } from '../../model/double-failover.js';
import { formatDurationMs, humanDurationMs, parseDurationMs } from '../../model/duration.js';
import { command } from '../../model/hints.js';
import { downAfterText } from '../../model/sentinel-settings.js';
import {
  DOUBLE_FAILOVER_BELOW_MS,
  downAfterWithinMs,
  TYPICAL_BEYOND_DOWN_AFTER_MS,
  typicalFailoverMs,
  usualFailoverMs,
} from '../../model/sentinel-timing.js';
import { count } from '../../model/words.js';
import { causesOf } from '../../observe/loss-causes.js';
import type { ClientSummary, FailoverResult, LedgerSummary, Trial } from '../../observe/result.js';
import { ledgerTotals } from './losses.js';
import { groupedCount, metricLabel } from './metrics.js';

/** Beyond this a client's way back costs more than the failover itself asks for, in milliseconds. */
const SLOW_CLIENT_MS = 500;

/**
 * What to change next, by what was measured; each a sentence. Empty where nothing asks for a change. `writesPage`: the run
 * writes the HTML report, so its option is not advised.
 */
export function adviceOf(result: FailoverResult, writesPage = false): string[] {
  return [
    ...budgetAdvice(result),
    ...lossAdvice(ledgerTotals(result)?.causes ?? {}),
    ...zombieAdvice(result),
    ...clientAdvice(result, writesPage),
    ...timingAdvice(result),
  ];
}

/** A bound on how long the switch or the outage may take: `switchedMs<7s`, `client.outageMs:p(95)<=7000`. */
const TIME_BOUND = /^(switchedMs|client\.outageMs)(?::[^<]+)?<=?(.+)$/;

/** Why a budget was broken: no usual failover keeps it, a step was late, or down-after and nothing else. */
function budgetAdvice(result: FailoverResult): string[] {
  const { thresholds, config, trials, faultForMs } = result;
  // Both limits of one budget are broken for the same reason, which is said once.
  const measured = new Map<string, string[]>();
  for (const { expression, value, holds } of thresholds) {
    const [, metric = '', bound = ''] = TIME_BOUND.exec(expression) ?? [];
    const boundMs = parseDurationMs(bound);
    if (holds !== 'violated' || value === null || boundMs === undefined) continue;
    const why =
      boundMs < typicalFailoverMs(config)
        ? tooShortWords(boundMs, config, faultForMs !== null)
        : lateWords(trials, config, metric === 'client.outageMs' ? (slowestClient(trials)?.ms ?? 0) : 0);
    const key = `${humanDurationMs(boundMs)} are allowed: ${why}`;
    measured.set(key, [...(measured.get(key) ?? []), `${metricLabel(metric)}: ${humanDurationMs(value)}`]);
  }
  return [...measured].map(([why, values]) => `${values.join(', ')}, and ${why}`);
}

/** Which step took longer than it may. `clientsMs`: what the slowest client took from the first switch to its next write. */
function lateWords(trials: readonly Trial[], config: FailoverResult['config'], clientsMs: number): string {
  const late = trials.flatMap((t) => t.reasons.filter((r) => r.stepMs !== null && r.why !== null));
  const [worst] = late.toSorted(
    (a, b) => Number(b.stepMs) - b.predictedMs - (Number(a.stepMs) - a.predictedMs),
  );
  if (worst?.stepMs == null) {
    const shorter = `each step kept Sentinel’s own bound, so ${clientsMs > 0 ? '' : 'only '}a down-after shorter than the current ${downAfterText(config)} makes it faster`;
    return clientsMs > 0
      ? `${shorter}, and so do clients that write again sooner than ${humanDurationMs(clientsMs)} after the first switch`
      : shorter;
  }
  return `“${metricLabel(worst.phase)}” took ${humanDurationMs(worst.stepMs)} instead of at most ${humanDurationMs(worst.predictedMs)}: ${worst.why}`;
}

/** Of a budget that is shorter than a failover on a quiet machine: which budget, and which down-after, would do. */
function tooShortWords(budgetMs: number, config: FailoverResult['config'], hangs: boolean): string {
  const downAfterMs = downAfterWithinMs(budgetMs, hangs);
  const shorter =
    downAfterMs < DOUBLE_FAILOVER_BELOW_MS
      ? `; a down-after short enough for this limit is ${BELOW_DOUBLE_FAILOVER}`
      : `, or lower down-after to ${formatDurationMs(downAfterMs)} at every sentinel`;
  return (
    `a failover takes about ${humanDurationMs(typicalFailoverMs(config))}, which is down-after (${downAfterText(config)}) and about ${humanDurationMs(TYPICAL_BEYOND_DOWN_AFTER_MS)} for the election and the promotion: ` +
    `allow ${formatDurationMs(usualFailoverMs(config, hangs))}${shorter}`
  );
}

/** What prevents the loss of most of the writes that were lost; null where none was, or no advice is known. */
export function preventionOf(result: FailoverResult): string | null {
  const totals = ledgerTotals(result);
  const [most] = totals === null ? [] : causesOf(totals);
  if (most === undefined) return null;
  if (most.cause === 'zombie') return zombieAdvice(result)[0] ?? null;
  return lossAdvice({ [most.cause]: most.lost })[0] ?? null;
}

function lossAdvice(causes: LedgerSummary['causes']): string[] {
  const advice: string[] = [];
  if (causes.unreplicated !== undefined) {
    advice.push(
      `${groupedCount(causes.unreplicated, 'acknowledged write')} died with the master: WAIT 1 after important writes, or min-replicas-to-write 1, makes that rarer`,
    );
  }
  if (causes.minority !== undefined) {
    advice.push(
      'min-replicas-to-write 1 with min-replicas-max-lag 2 makes a cut-off master refuse writes after that lag',
    );
  }
  if (causes['empty-restart'] !== undefined) {
    advice.push(
      'a master without persistence must not restart by itself: turn on persistence, or leave it down',
    );
  }
  if (causes['planned-switchover'] !== undefined) {
    advice.push(
      'a planned failover without a pause loses writes: pause the writes until the replica has caught up',
    );
  }
  return advice;
}

function zombieAdvice(result: FailoverResult): string[] {
  // Writes that it took count where the time in which it could was not seen.
  const zombies = result.trials.filter(
    ({ rejoin, ledger }) =>
      rejoin !== null && ((rejoin.zombieMs ?? 0) > 0 || (ledger?.causes.zombie ?? 0) > 0),
  );
  if (zombies.length === 0) return [];
  const did = zombieWords(result, Math.max(0, ...zombies.map((t) => t.rejoin?.zombieMs ?? 0)));
  // What thaws by itself is not started: it must be gone by then, or refuse writes.
  if (zombies.every((t) => t.rejoin?.mode === 'thawed')) {
    const ids = new Set(zombies.map((t) => t.oldMaster.id));
    const restart = command(`restart ${ids.size === 1 ? [...ids].join('') : 'NODE'}`, result.cluster);
    return [
      `a second master that thawed ${did}: restart it while it is frozen (${restart}); min-replicas-to-write 1 refuses most writes`,
    ];
  }
  const lost = ledgerTotals(result)?.causes.zombie ?? 0;
  const next =
    lost > 0
      ? 'use sentinelctl start (a replica first), or set min-replicas-to-write 1'
      : 'start it with sentinelctl start, which makes it a replica first';
  return [`the old master came back as a second master, which ${did}: next time ${next}`];
}

function zombieWords(result: FailoverResult, worstMs: number): string {
  const lost = ledgerTotals(result)?.causes.zombie ?? 0;
  if (worstMs === 0) return `took ${groupedCount(lost, 'write')} that are lost`;
  const cost = lost > 0 ? `, and cost ${groupedCount(lost, 'write')}` : '';
  return `stayed writable for up to ${humanDurationMs(worstMs)}${cost}`;
}

function clientAdvice({ trials }: FailoverResult, writesPage: boolean): string[] {
  // The clients of an interrupted trial were stopped before they could recover.
  const stranded = trials.filter((t) => t.cutShort !== true && neverBack(t).length > 0);
  if (stranded.length > 0) {
    const clients = stranded.reduce((n, t) => n + neverBack(t).length, 0);
    return [
      `${count(clients, 'client')} in ${stranded.length} of ${count(trials.length, 'trial')} ${clients === 1 ? 'was' : 'were'} never acknowledged again: check their errors`,
    ];
  }
  const worst = slowestClient(trials);
  if (worst === undefined || worst.ms <= SLOW_CLIENT_MS) return [];
  const how =
    worst.policy === 'default'
      ? '--client-policy tuned (connect() of the library) follows the sentinels’ events'
      : `the HTML report${writesPage ? '' : ' (--report PATH)'} shows what each client waited for`;
  return [`the last client recovered ${humanDurationMs(worst.ms)} after the first switch: ${how}`];
}

/** What the slowest client took from the first switch to its next acknowledged write; undefined where none came back. */
function slowestClient(
  trials: readonly Trial[],
): { ms: number; policy: ClientSummary['policy'] } | undefined {
  const behind = trials.flatMap(({ client, phases }) =>
    client?.lastRecoveredMs == null || phases.switchedMs === null
      ? []
      : [{ ms: client.lastRecoveredMs - phases.switchedMs, policy: client.policy }],
  );
  return behind.toSorted((a, b) => b.ms - a.ms)[0];
}

/** Clients that were not acknowledged again until the end: their outage is longer than what was measured. */
export const neverBack = ({ client }: Trial): string[] =>
  (client?.clients ?? []).flatMap((lane) => (lane.recoveredMs === null ? [lane.id] : []));

function timingAdvice({ trials, config }: FailoverResult): string[] {
  const advice: string[] = [];
  if (trials.some((t) => t.spurious.length > 0) && config.downAfterMs < DOUBLE_FAILOVER_BELOW_MS) {
    advice.push(
      `down-after ${formatDurationMs(config.downAfterMs)} is ${BELOW_DOUBLE_FAILOVER}; set ${formatDurationMs(DOUBLE_FAILOVER_BELOW_MS)} or more at every sentinel`,
    );
  }
  if (trials.some(wedged)) {
    advice.push(
      'no replica was eligible (-failover-abort-no-good-slave): a link that was down for longer than 10 × down-after disqualifies; repair the replicas first',
    );
  }
  return advice;
}

const wedged = (trial: Trial): boolean =>
  trial.events.some((e) => e.name === '-failover-abort-no-good-slave');
