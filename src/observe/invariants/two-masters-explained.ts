import { humanDurationMs } from '../../model/duration.js';
import type { InvariantResult } from '../result.js';
import { type DualMasters, dualMasters, unheard } from './dual-masters.js';
import { result, type TookWrites, type TrialEvidence, type Watch } from './trial-evidence.js';

const ID = 'two-masters-explained';

/** A node that did not answer for longer may have been anything, in milliseconds: the observer reconnects each second. */
const UNHEARD_MS = 2000;

/**
 * More than one node was a master at the same time for no longer than `allowedMs` in all; and how many writes each
 * of them took meanwhile.
 */
export function twoMastersExplained(
  after: Pick<TrialEvidence, 'roles' | 'seen'>,
  watch: Watch,
  allowedMs: number,
): InvariantResult {
  const times = dualMasters(after, watch);
  const totalMs = times.reduce((sum, t) => sum + (t.toMs - t.fromMs), 0);
  const evidence =
    times.length === 0 ? 'never more than one node had the role master' : words(times, totalMs, watch);
  if (totalMs > allowedMs) {
    const allowed = allowedMs === 0 ? 'there must be none' : `${humanDurationMs(allowedMs)} are allowed`;
    return result(ID, 'violated', `${evidence}; ${allowed}`);
  }
  const [gap] = unheard(after, watch, UNHEARD_MS);
  if (gap !== undefined) {
    const what = `${gap.id} did not answer for ${humanDurationMs(gap.forMs)}, and may have been a master`;
    return result(ID, 'unknown', `${evidence}; ${what}`);
  }
  return result(ID, 'holds', evidence);
}

function words(times: readonly DualMasters[], totalMs: number, { tookWrites }: Watch): string {
  const ids = [...new Set(times.flatMap((t) => t.masters))];
  const both = `${ids.join(' and ')} said master at the same time for ${humanDurationMs(totalMs)}`;
  if (tookWrites === null) return both;
  return `${both}; writes taken meanwhile: ${ids.map((id) => `${id} ${tookBy(id, times, tookWrites)}`).join(', ')}`;
}

const tookBy = (id: string, times: readonly DualMasters[], took: TookWrites): number =>
  times.reduce((sum, t) => sum + (t.masters.includes(id) ? took(id, t.fromMs, t.toMs) : 0), 0);
