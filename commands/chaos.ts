import { defineCommand, type OptionDef } from '../src/cli/command.js';
import { choice, duration, integer } from '../src/config/parsers.js';
import { EXIT } from '../src/errors.js';
import { formatDurationMs } from '../src/model/duration.js';
import type { DriverName } from '../src/model/plan.js';
import type { Verdict } from '../src/observe/result.js';
import { tapText } from '../src/report/tap.js';
import { chaosPlanText, chaosText, type ScenarioList, scenarioListText } from '../src/report/text/chaos.js';
import type { ChaosResult } from '../src/scenarios/format/result.js';
import type { ChaosPlan } from '../src/scenarios/play/plan.js';

const ACTIONS = ['list', 'show', 'run'] as const;
const DEFAULT = { parallel: 4, seed: 1, forMs: 600_000 };

const EXIT_OF: Record<Verdict, 0 | 1 | 2> = {
  holds: EXIT.ok,
  violated: EXIT.violated,
  unknown: EXIT.unknown,
};

const OPTIONS: readonly OptionDef[] = [
  { flags: '--all', summary: 'every scenario that comes with sentinelctl', flagOnly: true },
  {
    flags: '--tags <list>',
    summary: 'those with any of these tags, separated by commas',
    flagOnly: true,
  },
  { flags: '--random', summary: 'random ones, one after the other, until --for is over', flagOnly: true },
  {
    flags: '--for <duration>',
    summary: 'with --random: no scenario is begun after so long',
    parse: duration('--for', { minMs: 1000, maxMs: 86_400_000 }, '10m'),
    defaultText: formatDurationMs(DEFAULT.forMs),
    flagOnly: true,
  },
  {
    flags: '--seed <n>',
    summary: 'with --random: the same seed plays the same scenarios',
    parse: integer('--seed', { min: 0, max: 2 ** 31 - 1 }, DEFAULT.seed),
    defaultText: String(DEFAULT.seed),
  },
  {
    flags: '--unsafe',
    summary: 'with --random: also a majority of the sentinels, or all replicas, at once',
    flagOnly: true,
  },
  { flags: '--dry-run', summary: 'print the steps and the exact actions, and do nothing', flagOnly: true },
  {
    flags: '--parallel <n>',
    summary: 'how many scratch clusters at the same time',
    parse: integer('--parallel', { min: 1, max: 16 }, DEFAULT.parallel),
    defaultText: String(DEFAULT.parallel),
  },
  {
    flags: '--driver <name>',
    summary: 'where scratch clusters live',
    choices: ['process', 'docker'],
    parse: choice('--driver', ['process', 'docker']),
    defaultText: 'process where a server binary is found, else docker',
  },
  {
    flags: '--image <image>',
    summary: 'Docker: the image, or host for one made of this machine’s own redis-server',
  },
  { flags: '--tap', summary: 'print the result as TAP', flagOnly: true },
  { flags: '--junit <file>', summary: 'write the result as JUnit XML', complete: 'file', flagOnly: true },
  {
    flags: '--keep',
    summary: 'leave what a single scenario did not heal itself, and its cluster',
    flagOnly: true,
  },
];

type Result = (ScenarioList & { listed: true }) | ChaosPlan | (ChaosResult & { tap?: true });

export default defineCommand<Result>({
  name: 'chaos',
  summary: 'play scenarios: faults in steps, what must follow and what must not',
  description:
    'chaos list shows the scenarios, chaos show NAME one of them, chaos run NAME… plays them: by name, from a YAML file\n' +
    'of your own, --tags, --all or --random. Each runs on a scratch cluster in the shape that it needs, made for it and\n' +
    'removed in the end; with --cluster on that one. Whatever happens everything is taken back. What can not be played\n' +
    'here is skipped, with the reason. Exits 0 when all hold, 1 when one is violated, 2 when one could not be judged.',
  examples: [
    'sentinelctl chaos list',
    'sentinelctl chaos show kill',
    'sentinelctl chaos run kill',
    'sentinelctl chaos run --all --dry-run',
  ],
  arguments: [
    { name: 'ACTION', summary: 'list, show or run', required: true },
    { name: 'SCENARIO', summary: 'names, or YAML files', required: false, variadic: true },
  ],
  options: OPTIONS,
  async run(context, { args: [given = '', ...words], options }) {
    const action = choice('ACTION', ACTIONS)(given);
    const { chosenScenarios, listScenarios, play } = await import('./shared/chaos.js');
    if (action === 'list') return { listed: true, ...(await listScenarios(words, options)) };
    const asked = { action, words, options };
    if (action === 'run' && options.dryRun !== true) return play(context, asked, DEFAULT);
    const { planOf } = await import('../src/scenarios/play/plan.js');
    const driver = (options.driver as DriverName | undefined) ?? 'process';
    return { dryRun: true, scenarios: (await chosenScenarios(asked, DEFAULT)).map((s) => planOf(s, driver)) };
  },
  render(result, view) {
    if ('listed' in result) return scenarioListText(result, view);
    if ('dryRun' in result) return chaosPlanText(result, view);
    return result.tap === true ? tapText(result) : chaosText(result, view);
  },
  toJson(result) {
    const { listed: _, tap: __, ...rest } = result as Result & { listed?: true; tap?: true };
    return rest;
  },
  cutOff:
    'left at once: what was injected may be in effect, and scratch clusters (chaos-…) are still there\n' +
    '→ sentinelctl recover removes them; with --cluster NAME it puts that one back; sentinelctl list shows all',
  rows: (result) => ({
    columns: ['scenario', 'outcome', 'ms', 'reason'],
    rows: result.scenarios.map((s) =>
      'outcome' in s ? [s.name, s.outcome, String(s.tookMs), s.reason] : [s.name, '', '', s.summary],
    ),
  }),
  exitCode: (result) => ('outcome' in result ? EXIT_OF[result.outcome] : EXIT.ok),
});
