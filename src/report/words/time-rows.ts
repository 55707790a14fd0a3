import { PHASE_TABLE, stepOf } from '../../observe/phases.js';
import type { FailoverResult, Rejoin, Trial } from '../../observe/result.js';
import type { Span } from '../text/bar.js';
import { metricLabel } from './metrics.js';

/** A line of the failover's table; times in milliseconds from the fault. */
export interface TimeRow {
  short: string;
  label: string;
  atMs: number | null;
  /** From the milestone that it waited for to its own. */
  stepMs: number | null;
  /** The longest that it may take, predicted from the live settings. */
  boundMs: number | null;
  /** Why it took longer than predicted. */
  why: string | null;
  span: Span | null;
  kind: 'phase' | 'rejoin' | 'zombie';
}

/** A row per phase, in the order of the table; a phase that was not seen has no times. None when nothing was tested. */
export function phaseRows(trial: Trial, config: FailoverResult['config']): TimeRow[] {
  if (trial.untested !== undefined) return [];
  return PHASE_TABLE.map((phase) => {
    const reason = trial.reasons.find((r) => r.phase === phase.id);
    const step = stepOf(phase.id, trial.phases, config);
    return {
      short: phase.id.replace(/Ms$/, ''),
      label: phase.label,
      ...times(step?.fromMs ?? 0, step?.toMs ?? null),
      boundMs: reason?.predictedMs ?? step?.boundMs ?? phase.bound(config).ms,
      why: reason?.why ?? null,
      kind: 'phase',
    };
  });
}

/** The return of the old master, its time as a second writable master included. */
export function rejoinRows(rejoin: Rejoin | null): TimeRow[] {
  if (rejoin === null) return [];
  const { restartedMs, convertedMs, linkUpMs, caughtUpMs } = rejoin;
  const row = (short: string, label: string, fromMs: number | null, atMs: number | null): TimeRow => ({
    short,
    label,
    ...times(fromMs ?? 0, atMs),
    boundMs: null,
    why: null,
    kind: 'rejoin',
  });
  const back = returnWords(rejoin);
  const restarted = row(back.short, back.label, restartedMs, restartedMs);
  return [
    { ...restarted, stepMs: null },
    ...zombieRow(rejoin),
    row('converted', metricLabel('rejoin.convertedMs'), restartedMs, convertedMs),
    row('linked', metricLabel('rejoin.linkUpMs'), convertedMs, linkUpMs),
    row('caught up', metricLabel('rejoin.caughtUpMs'), linkUpMs, caughtUpMs),
  ];
}

/** How the old master came back: a frozen one was not restarted. */
export const returnWords = ({ mode }: Pick<Rejoin, 'mode'>): { short: string; label: string } =>
  mode === 'thawed'
    ? { short: 'thawed', label: 'the old master thaws' }
    : { short: 'restarted', label: metricLabel('rejoin.restartedMs') };

function zombieRow({ restartedMs, convertedMs, zombieMs }: Rejoin): TimeRow[] {
  if (zombieMs === null || zombieMs <= 0) return [];
  // It was a master until it was converted; where that was not seen, from its start on.
  const toMs = convertedMs ?? (restartedMs ?? 0) + zombieMs;
  return [
    {
      short: '2nd master',
      label: metricLabel('rejoin.zombieMs'),
      atMs: null,
      stepMs: zombieMs,
      boundMs: null,
      why: null,
      span: { fromMs: toMs - zombieMs, toMs },
      kind: 'zombie',
    },
  ];
}

function times(fromMs: number, atMs: number | null): Pick<TimeRow, 'atMs' | 'stepMs' | 'span'> {
  return atMs === null
    ? { atMs: null, stepMs: null, span: null }
    : { atMs, stepMs: atMs - fromMs, span: { fromMs, toMs: atMs } };
}
