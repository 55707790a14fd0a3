import type { Context } from '../../src/cli/context.js';
import { messageOf, refused, usageError } from '../../src/errors.js';
import { writeAtomically } from '../../src/host/files.js';
import { DRIVER_NAMES, type DriverName } from '../../src/model/drivers.js';
import { formatDurationMs } from '../../src/model/duration.js';
import { chaosJunitXml } from '../../src/report/junit.js';
import type { ScenarioList } from '../../src/report/text/chaos.js';
import { randomScenario } from '../../src/scenarios/format/random.js';
import type { ChaosResult } from '../../src/scenarios/format/result.js';
import { DEFAULT_SHAPE, type Scenario } from '../../src/scenarios/format/scenario.js';
import { builtIns } from '../../src/scenarios/play/built-ins.js';
import { scenariosNamed, scenariosTagged } from '../../src/scenarios/play/library.js';
import type { ChaosOptions } from '../chaos.js';
import { ownCluster, runtimeOf } from './runtime.js';

/** What was asked for on the command line of `chaos`. */
export interface Asked extends ChaosOptions {
  action: 'show' | 'run';
  /** Names of scenarios, and YAML files. */
  names: readonly string[];
}

/** So many random scenarios a dry run shows. */
const RANDOM_SHOWN = 10;

export async function listScenarios(
  names: readonly string[],
  tags: readonly string[],
): Promise<ScenarioList> {
  if (names.length > 0) {
    throw usageError('too-many-arguments', 'chaos list takes no names', {
      hint: `sentinelctl chaos show ${names[0]}`,
    });
  }
  const scenarios = tags.length === 0 ? await builtIns() : await scenariosTagged(tags);
  return {
    scenarios: scenarios.map(({ name, summary, tags, source, weakness }) => ({
      name,
      summary,
      tags,
      source,
      weakness: weakness !== null,
    })),
  };
}

/** The scenarios that are meant; exactly one way to name them. Throws usageError (64). */
export async function chosenScenarios(asked: Asked): Promise<Scenario[]> {
  const { action, names, tags, all, random, seed, wide } = asked;
  const ways = [
    names.length > 0 ? 'names' : null,
    tags.length > 0 ? '--tags' : null,
    all ? '--all' : null,
    random ? '--random' : null,
  ].filter((way) => way !== null);
  if (ways.length > 1) {
    throw usageError('contradiction', `${ways.join(' and ')} exclude each other`, {
      hint: `chaos ${action} --all`,
    });
  }
  if (ways.length === 0) {
    throw usageError('missing-argument', `chaos ${action} needs to know which scenarios`, {
      hint: `sentinelctl chaos ${action} kill; or --tags failover, --all; chaos list shows them`,
    });
  }
  if (all) return builtIns();
  if (tags.length > 0) return scenariosTagged(tags);
  if (names.length > 0) return scenariosNamed(names);
  return Array.from({ length: RANDOM_SHOWN }, (_, i) =>
    randomScenario(i + 1, {
      seed,
      shape: DEFAULT_SHAPE,
      links: true,
      wide,
      drivers: [...DRIVER_NAMES],
    }),
  );
}

/** Plays what was asked for, and writes the JUnit file. `usualParallel` is not repeated in the command line. */
export async function play(
  context: Context,
  asked: Asked,
  usualParallel: number,
): Promise<ChaosResult & { tap?: true }> {
  const { random, parallel, seed, forMs, wide, keep, image, junit, tap } = asked;
  const scenarios = await chosenScenarios(asked);
  if (keep && (random || scenarios.length > 1)) {
    throw usageError('contradiction', '--keep is for a single scenario', {
      why: 'the faults that one leaves active would affect the next one',
      hint: `chaos run ${scenarios[0]?.name ?? 'NAME'} --keep`,
    });
  }
  const own = context.globals.clusterGiven ? await ownCluster(context, 'chaos') : null;
  const cluster = own === null ? null : own.name;
  const driver = own === null ? await driverFor(context, asked) : own.state.plan.driver;
  const command = [
    'sentinelctl chaos run',
    ...choiceLine(asked),
    ...(cluster === null ? [`--driver ${driver}`] : [`--cluster ${cluster}`]),
    ...(cluster === null && !random && parallel !== usualParallel ? [`--parallel ${parallel}`] : []),
    ...(image === undefined ? [] : [`--image ${image}`]),
  ].join(' ');
  const common = { driver, settings: image === undefined ? {} : { image }, cluster, keep, command };
  const runtime = runtimeOf(context);
  if (random) {
    const text = `seed ${seed}; to repeat: ${command}`;
    context.progress({ type: 'note', level: 'info', text });
  }
  const result = random
    ? await (await import('../../src/scenarios/play/run-random.js')).runRandom(runtime, {
        ...common,
        seed,
        forMs,
        wide,
      })
    : await (await import('../../src/scenarios/play/run.js')).runChaos(runtime, {
        ...common,
        scenarios,
        parallel,
        seed: null,
        forMs: null,
      });
  if (junit !== undefined) await writeJunit(context, junit, result);
  return tap ? { ...result, tap: true } : result;
}

/** The words that choose the same scenarios again. */
function choiceLine({ random, forMs, seed, wide, all, tags, names }: Asked): readonly string[] {
  if (random)
    return [`--random --for ${formatDurationMs(forMs)} --seed ${seed}`, ...(wide ? ['--unsafe'] : [])];
  if (all) return ['--all'];
  return tags.length > 0 ? [`--tags ${tags.join(',')}`] : names;
}

/** Where scratch clusters live: processes where a server binary is found, since they start and stop soonest. */
async function driverFor(context: Context, asked: Asked): Promise<DriverName> {
  if (asked.driver !== undefined) return asked.driver;
  const { drivers, env, onProgress } = runtimeOf(context);
  const { selectDriver } = await import('../../src/drivers/select.js');
  return (await selectDriver(drivers, DRIVER_NAMES, { settings: {}, env }, onProgress)).name;
}

async function writeJunit(context: Context, path: string, result: ChaosResult): Promise<void> {
  try {
    await writeAtomically(path, chaosJunitXml(result), 0o644);
  } catch (error) {
    throw refused('report-unwritable', `cannot write the report ${path}`, {
      why: messageOf(error),
      hint: 'choose another path: --junit FILE',
    });
  }
  context.progress({ type: 'note', level: 'info', text: `written: ${path}` });
}
