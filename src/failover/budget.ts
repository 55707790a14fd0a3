import type { Runtime } from '../cluster/runtime.js';
import { type OperatorError, refused } from '../errors.js';
import { formatDurationMs, humanDurationMs } from '../model/duration.js';
import type { SentinelSettings } from '../model/sentinel-settings.js';
import { typicalFailoverMs, usualFailoverMs } from '../model/sentinel-timing.js';
import { budgetText } from './budget-text.js';

/** The limits of a run, in milliseconds; null: none. */
export interface BudgetLimits {
  budgetMs?: number | null | undefined;
  outageBudgetMs?: number | null | undefined;
  /** The clients that write; null: none. */
  workload: object | null;
}

/**
 * Before anything is done to a cluster: whether a failover can come within the budget, by the down-after that is in
 * effect at its sentinels. Warns where it usually cannot. Throws `budget-too-short` (3) where it never can.
 */
export async function requireBudget(
  runtime: Pick<Runtime, 'onProgress'>,
  limits: BudgetLimits,
  settings: () => Promise<SentinelSettings>,
): Promise<void> {
  if (shortest(limits) === null) return;
  const judged = judgeBudget(limits, await settings());
  if (judged === null) return;
  if (typeof judged !== 'string') throw judged;
  runtime.onProgress({ type: 'note', level: 'warning', text: judged });
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
  const downAfter = formatDurationMs(settings.downAfterMs);
  const typicalMs = typicalFailoverMs(settings);
  if (ms >= typicalMs) return null;
  const about = `with down-after ${downAfter} the first sentinel switches after ${humanDurationMs(typicalMs)} on a quiet machine`;
  if (ms > settings.downAfterMs) return `${typed(ms)} is shorter than a usual failover: ${about}`;
  return refused(
    'budget-too-short',
    `${typed(ms)} cannot hold, so nothing was done: no quorum of sentinels marks the master as down before down-after (${downAfter}) has passed`,
    {
      why: about,
      hint: `${typed(usualFailoverMs(settings))} # enough on a quiet machine; a shorter failover needs a shorter down-after-milliseconds at every sentinel`,
    },
  );
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
