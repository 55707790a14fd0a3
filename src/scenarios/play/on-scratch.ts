import { stateNamed } from '../../cluster/open.js';
import type { Runtime } from '../../cluster/runtime.js';
import { messageAndWhy, OperatorError } from '../../errors.js';
import { isNotRestored } from '../../faults/conduct.js';
import type { LeftCluster } from '../format/result.js';
import { type Scenario, type Shape, shapeKey } from '../format/scenario.js';
import type { Played } from './play.js';
import {
  type ChaosOptions,
  cutResult,
  playOn,
  saysNotHere,
  skippedResult,
  unknownResult,
} from './play-on.js';
import type { NextScenario, OnResult } from './scenario-queue.js';
import { openScratchClusters, type ScratchClusters } from './scratch.js';

/** A scratch cluster that is there. */
interface ScratchCluster {
  cluster: string;
  shape: Shape;
}

/**
 * Several workers, each with a cluster of its own; all have ended, and removed theirs, when this settles. `onLeft`: what
 * could not be removed.
 */
export async function onScratch(
  runtime: Runtime,
  options: ChaosOptions,
  next: NextScenario,
  onResult: OnResult,
  onLeft: (left: LeftCluster[]) => void,
): Promise<void> {
  const run = Math.floor(runtime.clock.wallMs()).toString(36);
  const workers = Math.max(1, Math.min(options.parallel, options.scenarios.length));
  // The progress of several at once would be interleaved.
  const alone = workers === 1 ? runtime : { ...runtime, onProgress: () => {} };
  const clusters = openScratchClusters(alone, run, options);
  const ended = await Promise.allSettled(
    Array.from({ length: workers }, () => work(alone, clusters, options, next, onResult)),
  );
  onLeft(clusters.left());
  const failure = ended.find((e) => e.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

async function work(
  runtime: Runtime,
  clusters: ScratchClusters,
  options: ChaosOptions,
  next: NextScenario,
  onResult: OnResult,
): Promise<void> {
  let scratch = null as ScratchCluster | null;
  let current: Scenario | null = null;
  const keepResult: OnResult = (scenario, result) => {
    current = null;
    onResult(scenario, result);
  };
  const clear = async (): Promise<void> => {
    if (scratch !== null)
      await (options.keep ? clusters.leave(scratch.cluster) : clusters.remove(scratch.cluster));
    scratch = null;
  };
  try {
    for (let scenario = next(null); scenario !== undefined; scenario = next(scratch?.shape ?? null)) {
      current = scenario;
      if (scratch !== null && shapeKey(scratch.shape) !== shapeKey(scenario.shape)) await clear();
      const fresh = scratch === null;
      const made: string | OperatorError =
        scratch?.cluster ?? (await orRefusal(clusters.make(scenario.shape)));
      if (typeof made !== 'string') {
        keepResult(scenario, skippedResult(scenario, options, messageAndWhy(made)));
        continue;
      }
      scratch ??= { cluster: made, shape: scenario.shape };
      let played = await playOnScratch(runtime, options, scratch.cluster, scenario);
      if (played === 'not-steady' && !fresh) {
        // What the scenario before it left is not this one's affair.
        await clear();
        scratch = { cluster: await clusters.make(scenario.shape), shape: scenario.shape };
        played = await playOnScratch(runtime, options, scratch.cluster, scenario);
      }
      if (played === 'not-steady')
        keepResult(scenario, unknownResult(scenario, options, 'a new cluster did not become steady'));
      else {
        keepResult(scenario, played.result);
        if (!played.settled) await clear();
      }
    }
  } catch (error) {
    if (current === null || runtime.signal?.aborted !== true || isNotRestored(error)) throw error;
    const cluster = scratch?.cluster;
    await clear();
    const isLeft = clusters.left().some((one) => one.cluster === cluster);
    const now = options.keep ? 'is kept' : isLeft ? 'could not be removed' : 'was removed';
    const after = cluster === undefined ? 'before its cluster was ready' : `its cluster ${cluster} ${now}`;
    keepResult(current, cutResult(current, options, error, [after]));
    throw error;
  } finally {
    await clear();
  }
}

/** A cluster that cannot be created here, loopback addresses of its own for instance. */
async function orRefusal(making: Promise<string>): Promise<string | OperatorError> {
  try {
    return await making;
  } catch (error) {
    if (saysNotHere(error)) return error;
    throw error;
  }
}

/** On a cluster that is removed anyway, nothing is so broken that it could not be reported. */
async function playOnScratch(
  runtime: Runtime,
  options: ChaosOptions,
  cluster: string,
  scenario: Scenario,
): Promise<Played | 'not-steady'> {
  try {
    return await playOn(runtime, options, await stateNamed(runtime, cluster), scenario);
  } catch (error) {
    if (runtime.signal?.aborted === true) throw isNotRestored(error) ? runtime.signal.reason : error;
    if (!(error instanceof OperatorError)) throw error;
    if (error.code === 'not-steady' || error.code === 'too-soon') return 'not-steady';
    const why = messageAndWhy(error);
    const result = isNotRestored(error)
      ? { ...unknownResult(scenario, options, why), outcome: 'violated' as const }
      : unknownResult(scenario, options, why);
    return { result, settled: false };
  }
}
