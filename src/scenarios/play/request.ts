import type { Runtime } from '../../cluster/runtime.js';
import type { ClusterState } from '../../cluster/store/state.js';
import { usageError } from '../../errors.js';
import { DRIVER_NAMES, type DriverName } from '../../model/drivers.js';
import { formatDurationMs } from '../../model/duration.js';
import { randomScenario } from '../format/random.js';
import type { ChaosResult } from '../format/result.js';
import { DEFAULT_SHAPE, type Scenario } from '../format/scenario.js';
import { builtIns } from './built-ins.js';
import { scenariosNamed, scenariosTagged } from './library.js';

/** Which scenarios are meant: names and YAML files, tags, all, or random ones. */
export interface ScenarioChoice {
  names: readonly string[];
  tags: readonly string[];
  all: boolean;
  random: boolean;
  seed: number;
  /** Random ones may affect a majority of the sentinels, or all replicas, at once. */
  wide: boolean;
}

/** How the chosen scenarios are run. */
export interface ScenarioRequest extends ScenarioChoice {
  /** No random scenario starts after this, in milliseconds. */
  forMs: number;
  parallel: number;
  keep: boolean;
  driver: DriverName | undefined;
  image: string | undefined;
}

/** Number of random scenarios that are shown instead of run. */
const RANDOM_SHOWN = 10;

/** The scenarios that are meant; `action` completes hints. Throws usageError (64). */
export async function chosenScenarios(action: 'show' | 'run', choice: ScenarioChoice): Promise<Scenario[]> {
  const { names, tags, all, random, seed, wide } = choice;
  const ways = [
    names.length > 0 ? 'names' : null,
    tags.length > 0 ? '--tags' : null,
    all ? '--all' : null,
    random ? '--random' : null,
  ].filter((way) => way !== null);
  if (ways.length > 1) {
    throw usageError('contradiction', `${ways.join(' and ')} cannot be combined`, {
      hint: `sentinelctl chaos ${action} --all`,
    });
  }
  if (ways.length === 0) {
    throw usageError('missing-argument', `chaos ${action} needs the names of scenarios`, {
      hint: [`${action} kill`, `${action} --tags failover`, 'list']
        .map((words) => `sentinelctl chaos ${words}`)
        .join('\nor: '),
    });
  }
  if (all) return builtIns();
  if (tags.length > 0) return scenariosTagged(tags);
  if (names.length > 0) return scenariosNamed(names);
  const settings = { seed, shape: DEFAULT_SHAPE, links: true, wide, drivers: [...DRIVER_NAMES] };
  return Array.from({ length: RANDOM_SHOWN }, (_, i) => randomScenario(i + 1, settings));
}

/**
 * Runs what was chosen, on `own` where a cluster was named, else on scratch clusters. `usualParallel` is not repeated
 * in the command line of the result. Throws usageError (64), and what the run throws.
 */
export async function runRequest(
  runtime: Runtime,
  request: ScenarioRequest,
  own: ClusterState | null,
  usualParallel: number,
): Promise<ChaosResult> {
  const { random, parallel, seed, forMs, wide, keep, image } = request;
  const scenarios = await chosenScenarios('run', request);
  if (keep && (random || scenarios.length > 1)) {
    throw usageError('contradiction', '--keep is for a single scenario', {
      why: 'the faults that one leaves active would affect the next one',
      hint: `sentinelctl chaos run ${scenarios[0]?.name ?? 'NAME'} --keep`,
    });
  }
  const driver = own === null ? await driverFor(runtime, request.driver) : own.plan.driver;
  const command = [
    'sentinelctl chaos run',
    ...choiceLine(request),
    ...(own === null ? [`--driver ${driver}`] : [`--cluster ${own.plan.spec.cluster}`]),
    ...(own === null && !random && parallel !== usualParallel ? [`--parallel ${parallel}`] : []),
    ...(image === undefined ? [] : [`--image ${image}`]),
  ].join(' ');
  const common = { driver, settings: image === undefined ? {} : { image }, cluster: own, keep, command };
  if (random) {
    runtime.onProgress({ type: 'note', level: 'info', text: `seed ${seed}; to repeat: ${command}` });
    const { runRandom } = await import('./run-random.js');
    return runRandom(runtime, { ...common, seed, forMs, wide });
  }
  const { runChaos } = await import('./run.js');
  return runChaos(runtime, { ...common, scenarios, parallel, seed: null, forMs: null });
}

/** The words that choose the same scenarios again. */
export function choiceLine({
  random,
  forMs,
  seed,
  wide,
  all,
  tags,
  names,
}: ScenarioChoice & Pick<ScenarioRequest, 'forMs'>): readonly string[] {
  if (random)
    return [`--random --for ${formatDurationMs(forMs)} --seed ${seed}`, ...(wide ? ['--unsafe'] : [])];
  if (all) return ['--all'];
  return tags.length > 0 ? [`--tags ${tags.join(',')}`] : names;
}

/** Where scratch clusters live: processes where a server binary is found, since they start and stop soonest. */
async function driverFor(runtime: Runtime, wanted: DriverName | undefined): Promise<DriverName> {
  if (wanted !== undefined) return wanted;
  const { drivers, env } = runtime;
  const { selectDriver } = await import('../../drivers/select.js');
  // Each scratch cluster's own start says which driver it is.
  return (await selectDriver(drivers, DRIVER_NAMES, { settings: {}, env }, () => {})).name;
}
