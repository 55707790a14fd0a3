import type { ClusterPlan } from '../model/plan.js';
import type { Snapshot } from '../model/snapshot.js';

/** Sentinel's settings that decide how long a failover takes. */
export interface LiveConfig {
  downAfterMs: number;
  failoverTimeoutMs: number;
  quorum: number;
  parallelSyncs: number;
}

/**
 * The settings as the sentinels have them at this moment, since SENTINEL SET changes them without anybody writing it
 * down here. SET is local: where they differ the largest counts, because that sentinel is the last one to agree. What
 * was asked for at `up` where no sentinel answered.
 */
export function liveConfig({ spec }: Pick<ClusterPlan, 'spec'>, snapshot: Snapshot | null): LiveConfig {
  const views = (snapshot?.sentinels ?? []).flatMap(
    (s) => s.answer?.masters.filter((m) => m.name === spec.masterName) ?? [],
  );
  const largest = (key: keyof LiveConfig): number =>
    views.length === 0 ? spec[key] : Math.max(...views.map((view) => view[key]));
  return {
    downAfterMs: largest('downAfterMs'),
    failoverTimeoutMs: largest('failoverTimeoutMs'),
    quorum: largest('quorum'),
    parallelSyncs: largest('parallelSyncs'),
  };
}
