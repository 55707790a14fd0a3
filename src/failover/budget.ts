import type { Runtime } from '../cluster/runtime.js';
import { type OperatorError, refused } from '../errors.js';
import { formatDurationMs, humanDurationMs } from '../model/duration.js';
import type { SentinelSettings } from '../model/sentinel-settings.js';
import { nextFailoverMs, typicalFailoverMs, usualFailoverMs } from '../model/sentinel-timing.js';
import { budgetText } from './budget-text.js';

/** The limits of a run, in milliseconds; null: none. */
export interface BudgetLimits {
  budgetMs?: number | null | undefined;
  outageBudgetMs?: number | null | undefined;
  /** The clients that write; null: none. */
  workload: object | null;
}

/**
 * Before anything is done to a cluster: whether a failover can come within the budget, and while it is waited for, by the
 * down-after that is in effect at its sentinels. Warns where it usually cannot. Throws `budget-too-short` and
 * `wait-too-short` (3) where it never can.
 */
export async function requireTime(
  runtime: Pick<Runtime, 'onProgress'>,
  limits: BudgetLimits & { waitMs: number | null },
  settings: () => Promise<SentinelSettings>,
): Promise<void> {
  const { waitMs } = limits;
  if (shortest(limits) === null && waitMs === null) return;
  const inEffect = await settings();
  const judged = [judgeBudget(limits, inEffect), waitMs === null ? null : judgeWait(waitMs, inEffect)];
  for (const one of judged) if (one !== null && typeof one !== 'string') throw one;
  for (const text of judged)
    if (typeof text === 'string') runtime.onProgress({ type: 'note', level: 'warning', text });
}

/**
 * What is wrong with the shortest limit, which is named as it is typed: an error, a warning, or null for nothing.
 * @internal Tested alone: with it no cluster is needed.
 */
export function judgeBudget(
  limits: BudgetLimits,
  settings: { downAfterMs: number },
): OperatorError | string | null {
  const ms = shortest(limits);
  if (ms === null) return null;
  const typed = (atMs: number): string => `--budget ${typedAs(limits, ms, atMs)}`;
  const judged = judgeLimit(ms, settings, typed(ms), 'cannot hold');
  return judged === null || typeof judged === 'string'
    ? judged
    : refused('budget-too-short', judged.message, {
        why: judged.why,
        hint: `${typed(usualFailoverMs(settings))} # enough on a quiet machine; a shorter failover needs a shorter down-after-milliseconds at every sentinel`,
      });
}

/**
 * The same of the time that a failover is waited for.
 * @internal Tested alone: with it no cluster is needed.
 */
export function judgeWait(ms: number, settings: { downAfterMs: number }): OperatorError | string | null {
  const typed = `--wait ${formatDurationMs(ms)}`;
  const judged = judgeLimit(ms, settings, typed, 'ends before a failover can begin');
  return judged === null || typeof judged === 'string'
    ? judged
    : refused('wait-too-short', judged.message, {
        why: judged.why,
        hint: `--wait ${formatDurationMs(nextFailoverMs(settings))} # or leave --wait out`,
      });
}

/** What is refused, or warned of where it is a sentence; null: nothing. `fails`: what such a limit never does. */
function judgeLimit(
  ms: number,
  settings: { downAfterMs: number },
  typed: string,
  fails: string,
): { message: string; why: string } | string | null {
  const downAfter = formatDurationMs(settings.downAfterMs);
  const typicalMs = typicalFailoverMs(settings);
  if (ms >= typicalMs) return null;
  const about = `with down-after ${downAfter} the first sentinel switches after ${humanDurationMs(typicalMs)} on a quiet machine`;
  if (ms > settings.downAfterMs) return `${typed} is shorter than a usual failover: ${about}`;
  return {
    message: `${typed} ${fails}, so nothing was done: no quorum of sentinels marks the master as down before down-after (${downAfter}) has passed`,
    why: about,
  };
}

/** The limits of `ms` as they are typed, with `atMs` in their place. */
function typedAs(
  { budgetMs, outageBudgetMs, workload }: BudgetLimits,
  ms: number,
  atMs: number,
): string | null {
  const at = (limitMs: number | null | undefined): number | null => (limitMs === ms ? atMs : null);
  return budgetText({ outageMs: at(outageBudgetMs), switchMs: at(budgetMs) }, workload !== null);
}

function shortest({ budgetMs, outageBudgetMs }: BudgetLimits): number | null {
  const given = [budgetMs, outageBudgetMs].filter((ms) => ms != null);
  return given.length === 0 ? null : Math.min(...given);
}
