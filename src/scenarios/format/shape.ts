import { formatDurationMs } from '../../model/duration.js';
import type { ClusterSpec } from '../../model/spec.js';
import type { Shape } from './scenario.js';

/**
 * Why a cluster that is there can not stand in for the shape that a scenario needs; null where it can. Only what a
 * scenario's meaning hangs on counts: with other times it waits longer or shorter. Pure.
 */
export function shapeMisfit(shape: Shape, spec: ClusterSpec): string | null {
  if (spec.replicas < shape.replicas)
    return `it needs ${shape.replicas} replicas, the cluster has ${spec.replicas}`;
  if (spec.sentinels !== shape.sentinels)
    return `it needs ${shape.sentinels} sentinels, the cluster has ${spec.sentinels}`;
  if (spec.quorum !== shape.quorum) return `it needs quorum ${shape.quorum}, the cluster has ${spec.quorum}`;
  if (shape.persistence !== 'procedure' && spec.persistence !== shape.persistence)
    return `it needs --persistence ${shape.persistence}, the cluster has ${spec.persistence}`;
  if (shape.downAfterMs < 1500 && spec.downAfterMs !== shape.downAfterMs)
    return `it needs --down-after ${formatDurationMs(shape.downAfterMs)}, the cluster has ${formatDurationMs(spec.downAfterMs)}`;
  const lacking = shape.redisConf.find(
    ([name, value]) => !spec.redisConf.some(([n, v]) => n === name && v === value),
  );
  return lacking === undefined ? null : `it needs --redis-conf ${lacking.join('=')}`;
}
