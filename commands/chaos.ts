import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { defaultsOf, option } from '../src/cli/option.js';
import { EXIT, usageError } from '../src/errors.js';
import { DRIVER_NAMES, firstOf } from '../src/model/drivers.js';
import { command } from '../src/model/hints.js';
import { chaosPlanText, chaosText, type ScenarioList, scenarioListText } from '../src/report/text/chaos.js';
import type { ChaosResult } from '../src/scenarios/format/result.js';
import type { ChaosPlan } from '../src/scenarios/play/plan.js';
import { scenarioNames, scenarioTags } from './shared/completions.js';
import { confirmFor } from './shared/confirm.js';
import { ownCluster, runtimeOf } from './shared/runtime.js';
import { IMAGE } from './shared/up-options.js';
import { EXIT_OF } from './shared/verdict.js';

const OPTIONS = {
  all: option.flag('--all', { summary: 'every built-in scenario', flagOnly: true }),
  tags: option.words('--tags <list>', {
    summary: 'scenarios with any of these tags, separated by commas',
    complete: scenarioTags,
    example: 'failover',
    flagOnly: true,
  }),
  random: option.flag('--random', {
    summary: 'random scenarios, one after the other, until --for is over',
    flagOnly: true,
  }),
  forMs: option.duration('--for <duration>', {
    summary: 'with --random: start no scenario after this time',
    minMs: 1000,
    maxMs: 86_400_000,
    default: 600_000,
    flagOnly: true,
  }),
  seed: option.integer('--seed <n>', {
    summary: 'with --random: the same seed gives the same scenarios',
    min: 0,
    max: 2 ** 31 - 1,
    default: 1,
  }),
  wide: option.flag('--unsafe', {
    summary: 'with --random: also a majority of the sentinels, or all replicas, at once',
    flagOnly: true,
  }),
  dryRun: option.flag('--dry-run', {
    summary: 'print the steps and their actions, and do nothing',
    flagOnly: true,
  }),
  parallel: option.integer('--parallel <n>', {
    summary: 'number of scratch clusters at the same time',
    min: 1,
    max: 16,
    default: 4,
  }),
  driver: option.choice('--driver <name>', DRIVER_NAMES, {
    summary: 'where scratch clusters live',
    otherwise: firstOf(DRIVER_NAMES),
  }),
  image: IMAGE,
  tap: option.flag('--tap', { summary: 'print the result as TAP', flagOnly: true }),
  junit: option.file('--junit <file>', { summary: 'write the result as JUnit XML', flagOnly: true }),
  keep: option.flag('--keep', {
    summary: 'one scenario only: keep its cluster, and the faults that it did not roll back',
    flagOnly: true,
  }),
};
const JUNIT_HINT = '--junit FILE # a file that can be written';

/** `tap`: what it is printed as instead. */
type Result = (ScenarioList & { listed: true }) | ChaosPlan | (ChaosResult & { tap?: string });

export default defineCommand({
  description:
    'chaos list lists the scenarios, chaos show NAME shows one, chaos run NAME… runs them: by name, from your own YAML\n' +
    'file, with --tags, --all or --random. Each runs on a scratch cluster of the size that it needs, which is created for\n' +
    'it and removed afterwards; with --cluster on that cluster. Every fault is rolled back, also after an error or Ctrl-C.\n' +
    'A scenario that cannot run here is skipped, with the reason. Exits 0 when all hold, 1 when one is violated, 2 when\n' +
    'one could not be judged.',
  examples: [
    'sentinelctl chaos list',
    'sentinelctl chaos show kill',
    'sentinelctl chaos run kill',
    'sentinelctl chaos run --all --dry-run',
  ],
  arguments: [
    argument.choice('ACTION', ['list', 'show', 'run'], { summary: 'list, show or run' }),
    argument.rest('SCENARIO', { summary: 'names of scenarios, or YAML files', complete: scenarioNames }),
  ],
  options: OPTIONS,
  async run(context, { args: [action, names], options }): Promise<Result> {
    if (action === 'list') return { listed: true, scenarios: await listed(names, options.tags) };
    const { choiceLine, chosenScenarios, runRequest } = await import('../src/scenarios/play/request.js');
    const request = { ...options, names };
    const { clusterGiven, sentinelAddrsFrom } = context.globals;
    // Addresses that were typed name a cluster too; those of the shell or of a file are for what only looks.
    const isNamed = action === 'run' && (clusterGiven || sentinelAddrsFrom === 'flag');
    const own = isNamed ? await ownCluster(context, ['chaos run', ...choiceLine(request)].join(' ')) : null;
    if (action === 'show' || options.dryRun) {
      const { planOf } = await import('../src/scenarios/play/plan.js');
      const scenarios = await chosenScenarios(action, request);
      const plans = scenarios.map((s) => planOf(s, options.driver ?? DRIVER_NAMES[0]));
      return { dryRun: true, cluster: own?.name ?? null, scenarios: plans };
    }
    const { noteWritten, planFile, writeReport } = await import('./shared/write-reports.js');
    const junit = options.junit === undefined ? null : await planFile(options.junit, JUNIT_HINT);
    if (own !== null) {
      await confirmFor(context, own, async (seen) => {
        const { outage } = await import('../src/cluster/impact.js');
        return `runs scenarios on ${own.name}: they kill, freeze or cut off its nodes, and roll that back; writes stop for ${outage(seen)} at each failover`;
      });
    }
    const result = await runRequest(
      // What was confirmed for it is not asked, and not written down, a second time.
      own?.runtime ?? runtimeOf(context),
      request,
      own?.state ?? null,
      defaultsOf(OPTIONS).parallel,
    );
    if (junit !== null) {
      const { chaosJunitXml } = await import('../src/report/junit.js');
      await writeReport(junit.path, chaosJunitXml(result));
      noteWritten(context, [junit]);
    }
    if (!options.tap) return result;
    const { tapText } = await import('../src/report/tap.js');
    return { ...result, tap: tapText(result) };
  },
  render(result, view) {
    if ('listed' in result) return scenarioListText(result, view);
    if ('dryRun' in result) return chaosPlanText(result, view);
    return result.tap ?? chaosText(result, view);
  },
  toJson(result) {
    const { listed: _, tap: __, ...rest } = result as Result & { listed?: true; tap?: string };
    return rest;
  },
  cutOff: ({ cluster, clusterGiven }) =>
    'aborted without cleanup: faults may still be active, and scratch clusters (chaos-…) still exist; ' +
    `roll the faults back and remove the scratch clusters:\n→ ${clusterGiven ? command('recover', cluster) : 'sentinelctl recover'}`,
  rows: {
    columns: ['name', 'summary', 'tags', 'outcome', 'tookMs', 'reason'],
    usual: (result) =>
      'outcome' in result ? ['name', 'summary', 'outcome', 'tookMs', 'reason'] : ['name', 'summary', 'tags'],
    of: ({ scenarios }) => scenarios,
  },
  exitCode: (result) => {
    if (!('outcome' in result)) return EXIT.ok;
    const isLeft = result.left.length > 0 && result.outcome !== 'violated';
    return isLeft ? EXIT.notRestored : EXIT_OF[result.outcome];
  },
});

async function listed(names: readonly string[], tags: readonly string[]): Promise<ScenarioList['scenarios']> {
  if (names.length > 0) {
    throw usageError('too-many-arguments', 'chaos list takes no names', {
      hint: `sentinelctl chaos show ${names[0]}`,
    });
  }
  const { builtIns } = await import('../src/scenarios/play/built-ins.js');
  const scenarios =
    tags.length === 0
      ? await builtIns()
      : await (await import('../src/scenarios/play/library.js')).scenariosTagged(tags);
  return scenarios.map(({ name, summary, tags, source, weakness }) => ({
    name,
    summary,
    tags,
    source,
    weakness: weakness !== null,
  }));
}
