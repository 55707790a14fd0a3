import type { Input } from '../../src/cli/command.js';
import type { Context } from '../../src/cli/context.js';
import { messageOf, refused, usageError } from '../../src/errors.js';
import { writeAtomically } from '../../src/host/files.js';
import { formatDurationMs } from '../../src/model/duration.js';
import type { DriverName } from '../../src/model/plan.js';
import { chaosJunitXml } from '../../src/report/junit.js';
import type { ScenarioList } from '../../src/report/text/chaos.js';
import { randomScenario } from '../../src/scenarios/format/random.js';
import type { ChaosResult } from '../../src/scenarios/format/result.js';
import { DEFAULT_SHAPE, type Scenario } from '../../src/scenarios/format/scenario.js';
import { builtIns } from '../../src/scenarios/play/built-ins.js';
import { scenariosNamed, scenariosTagged } from '../../src/scenarios/play/library.js';
import { ownCluster, runtimeOf } from './runtime.js';

/** What was asked for on the command line of `chaos`. */
export interface Asked {
  action: 'show' | 'run';
  words: readonly string[];
  options: Input['options'];
}

export interface Defaults {
  parallel: number;
  seed: number;
  forMs: number;
}

/** So many random scenarios a dry run shows. */
const RANDOM_SHOWN = 10;

const tagsOf = (options: Input['options']): string[] | null =>
  typeof options.tags === 'string' ? options.tags.split(',').map((t) => t.trim()) : null;

export async function listScenarios(
  words: readonly string[],
  options: Input['options'],
): Promise<ScenarioList> {
  if (words.length > 0) {
    throw usageError('too-many-arguments', 'chaos list takes no names', {
      hint: `sentinelctl chaos show ${words[0]}`,
    });
  }
  const tags = tagsOf(options);
  const scenarios = tags === null ? await builtIns() : await scenariosTagged(tags);
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
export async function chosenScenarios(
  { action, words, options }: Asked,
  defaults: Defaults,
): Promise<Scenario[]> {
  const tags = tagsOf(options);
  const ways = [
    words.length > 0 ? 'names' : null,
    tags === null ? null : '--tags',
    options.all === true ? '--all' : null,
    options.random === true ? '--random' : null,
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
  if (options.all === true) return builtIns();
  if (tags !== null) return scenariosTagged(tags);
  if (words.length > 0) return scenariosNamed(words);
  const seed = (options.seed as number | undefined) ?? defaults.seed;
  return Array.from({ length: RANDOM_SHOWN }, (_, i) =>
    randomScenario(i + 1, {
      seed,
      shape: DEFAULT_SHAPE,
      links: true,
      wide: options.unsafe === true,
      drivers: ['process', 'docker'],
    }),
  );
}

/** Plays what was asked for, and writes the JUnit file. */
export async function play(
  context: Context,
  asked: Asked,
  defaults: Defaults,
): Promise<ChaosResult & { tap?: true }> {
  const { options, words } = asked;
  const isRandom = options.random === true;
  const scenarios = await chosenScenarios(asked, defaults);
  const keep = options.keep === true;
  if (keep && (isRandom || scenarios.length > 1)) {
    throw usageError('contradiction', '--keep is for a single scenario', {
      why: 'what one leaves in effect would be what the next one meets',
      hint: `chaos run ${scenarios[0]?.name ?? 'NAME'} --keep`,
    });
  }
  const own = context.globals.clusterGiven ? await ownCluster(context, 'chaos') : null;
  const cluster = own === null ? null : own.name;
  const driver = own === null ? await driverFor(context, options) : own.state.plan.driver;
  const settings = typeof options.image === 'string' ? { image: options.image } : {};
  const parallel = (options.parallel as number | undefined) ?? defaults.parallel;
  const seed = (options.seed as number | undefined) ?? defaults.seed;
  const forMs = (options.for as number | undefined) ?? defaults.forMs;
  const which = isRandom
    ? [
        `--random --for ${formatDurationMs(forMs)} --seed ${seed}`,
        ...(options.unsafe === true ? ['--unsafe'] : []),
      ]
    : options.all === true
      ? ['--all']
      : typeof options.tags === 'string'
        ? [`--tags ${options.tags}`]
        : [...words];
  const command = [
    'sentinelctl chaos run',
    ...which,
    ...(cluster === null ? [`--driver ${driver}`] : [`--cluster ${cluster}`]),
    ...(cluster === null && !isRandom && parallel !== defaults.parallel ? [`--parallel ${parallel}`] : []),
    ...(settings.image === undefined ? [] : [`--image ${settings.image}`]),
  ].join(' ');
  const common = { driver, settings, cluster, keep, command };
  const runtime = runtimeOf(context);
  if (isRandom) {
    const text = `seed ${seed}; to play the same again: ${command}`;
    context.progress({ type: 'note', level: 'info', text });
  }
  const result = isRandom
    ? await (await import('../../src/scenarios/play/run-random.js')).runRandom(runtime, {
        ...common,
        seed,
        forMs,
        wide: options.unsafe === true,
      })
    : await (await import('../../src/scenarios/play/run.js')).runChaos(runtime, {
        ...common,
        scenarios,
        parallel,
        seed: null,
        forMs: null,
      });
  if (typeof options.junit === 'string') await writeJunit(context, options.junit, result);
  return options.tap === true ? { ...result, tap: true } : result;
}

/** Where scratch clusters live: processes where there is a server, since they are up and down soonest. */
async function driverFor(context: Context, options: Input['options']): Promise<DriverName> {
  if (options.driver !== undefined) return options.driver as DriverName;
  const { drivers, env, onProgress } = runtimeOf(context);
  const { selectDriver } = await import('../../src/drivers/select.js');
  const { process, docker } = drivers;
  return (await selectDriver({ process, docker }, null, { settings: {}, env }, onProgress)).name;
}

async function writeJunit(context: Context, path: string, result: ChaosResult): Promise<void> {
  try {
    await writeAtomically(path, chaosJunitXml(result), 0o644);
  } catch (error) {
    throw refused('report-unwritable', `can't write the report ${path}`, {
      why: messageOf(error),
      hint: 'name another place: --junit FILE',
    });
  }
  context.progress({ type: 'note', level: 'info', text: `written: ${path}` });
}
