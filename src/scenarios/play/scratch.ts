import type { Runtime } from '../../cluster/runtime.js';
import { markScratch, removeScratch, unmarkScratch } from '../../cluster/scratch.js';
import { up } from '../../cluster/up/up.js';
import { messageAndWhy, messageOf, OperatorError } from '../../errors.js';
import { type DriverName, driverFacts } from '../../model/drivers.js';
import { type ClusterSpec, DEFAULT_SPEC } from '../../model/spec.js';
import type { LeftCluster } from '../format/result.js';
import type { Shape } from '../format/scenario.js';

export interface ScratchOptions {
  driver: DriverName | null;
  /** Driver settings that were asked for: image, redisServer. */
  settings: Record<string, string>;
}

/** Clusters of a run's own, one after the other made and removed. */
export interface ScratchClusters {
  /** Makes a cluster of that shape and answers its name. Throws what `up` throws. */
  make(shape: Shape): Promise<string>;
  /** Never throws: what could not be removed is in `left`, and costs no result. */
  remove(cluster: string): Promise<void>;
  left(): LeftCluster[];
  /** Leaves it to the user, as a cluster like any other. */
  leave(cluster: string): Promise<void>;
}

const mayOwnLoopback = (driver: DriverName | null): boolean =>
  driver === null || driverFacts(driver).ownLoopback;

/** `run` is part of the clusters' names. Free ports are looked for by one at a time, or two would find the same. */
export function openScratchClusters(runtime: Runtime, run: string, options: ScratchOptions): ScratchClusters {
  let made = 0;
  const left = new Map<string, string>();
  const remove = async (cluster: string): Promise<void> => {
    if (left.has(cluster)) return;
    try {
      await removeScratch({ ...runtime, signal: undefined }, cluster);
    } catch (error) {
      const why = error instanceof OperatorError ? messageAndWhy(error) : messageOf(error);
      left.set(cluster, why);
      const text = `${cluster} could not be removed: ${why}`;
      runtime.onProgress({ type: 'note', level: 'warning', text });
    }
  };
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => {});
    return mine;
  };
  return {
    make: (shape) =>
      inTurn(async () => {
        runtime.signal?.throwIfAborted();
        made += 1;
        const cluster = `chaos-${run}-${made}`;
        await markScratch(runtime.store, cluster);
        const { loopback, ...rest } = shape;
        const spec: ClusterSpec = { ...DEFAULT_SPEC, ...rest, cluster, port: 'auto', sentinelPort: 'auto' };
        const givenSettings = {
          ...options.settings,
          ...(loopback === 'own' && mayOwnLoopback(options.driver) ? { loopback } : {}),
        };
        try {
          await up(runtime, { spec, given: {}, driver: options.driver, givenSettings, password: undefined });
        } catch (error) {
          await remove(cluster);
          throw error;
        }
        return cluster;
      }),
    leave: (cluster) => unmarkScratch(runtime.store, cluster),
    remove,
    left: () => Array.from(left, ([cluster, why]) => ({ cluster, why })),
  };
}
