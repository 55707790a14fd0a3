import { humanDurationMs } from '../../model/duration.js';
import { switches } from '../phases.js';
import type { InvariantResult } from '../result.js';
import { result, type TrialEvidence, type Watch } from './trial-evidence.js';

const ID = 'promotion-bound';

/** The first +switch-master came within `boundMs` of the fault; a failover test judges the same as its budget. */
export function promotionBound(
  { roles, seen }: Pick<TrialEvidence, 'roles' | 'seen'>,
  { fromMs, untilMs }: Pick<Watch, 'fromMs' | 'untilMs'>,
  boundMs: number,
): InvariantResult {
  const [first] = switches(seen, roles);
  if (first !== undefined) {
    const tookMs = first.atMs - fromMs;
    const evidence = `the first +switch-master came after ${humanDurationMs(tookMs)}, ${humanDurationMs(boundMs)} are allowed`;
    return result(ID, tookMs <= boundMs ? 'holds' : 'violated', evidence);
  }
  const watchedMs = untilMs - fromMs;
  const anyEvent = seen.some((o) => o.kind === 'event');
  if (!anyEvent) return result(ID, 'unknown', 'no sentinel’s events were received');
  const evidence = `no +switch-master in ${humanDurationMs(watchedMs)}, ${humanDurationMs(boundMs)} are allowed`;
  return result(ID, watchedMs > boundMs ? 'violated' : 'unknown', evidence);
}
