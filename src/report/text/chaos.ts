import { humanDurationMs } from '../../model/duration.js';
import { command as commandText } from '../../model/hints.js';
import type { ChaosResult, ScenarioResult } from '../../scenarios/format/result.js';
import type { ChaosPlan, ScenarioPlan } from '../../scenarios/play/plan.js';
import { padEnd, plain, together, widthOf, wrap } from '../plain-text.js';
import { VERDICT_WORD } from '../words/verdict.js';
import { nextLines, verdictLines, warningLines } from './lines.js';
import { MARK, paintOf } from './outcome.js';
import { type Column, table } from './table.js';
import { lineWidth, SYMBOL, themeOf, type View } from './theme.js';

/** The verdict, a line per scenario, the steps of each that does not hold, known weaknesses, and the next commands. */
export function chaosText(result: ChaosResult, view: View): string {
  const theme = themeOf(view);
  const { scenarios, counts } = result;
  const only = scenarios.length === 1 ? scenarios[0] : undefined;
  const detailed =
    only === undefined
      ? scenarios.filter((s) => s.outcome === 'violated' || s.outcome === 'unknown')
      : [only];
  const weak = scenarios.filter((s) => s.weakness?.shown === true);
  const summary = `${counts.holds} passed, ${counts.violated} failed, ${counts.unknown} unknown, ${counts.skipped} skipped, in ${together(humanDurationMs(result.tookMs))}`;
  return [
    ...verdictLines(VERDICT_WORD[result.outcome], paintOf(result.outcome, theme), summary, view),
    ...wrap(plain(result.reason), lineWidth(view)),
    ...(result.complete
      ? []
      : warningLines('the run was interrupted: scenarios that were not played are missing', view)),
    ...result.left.flatMap(({ cluster, why }) =>
      warningLines(`${cluster} could not be removed, and is still there: ${why}`, view),
    ),
    ...(only === undefined ? ['', scenarioTable(scenarios, view)] : []),
    ...detailed.flatMap((s) => ['', ...scenarioLines(s, view, result.reason.endsWith(s.reason))]),
    ...weak.flatMap((s) => ['', ...weaknessLines(s, view)]),
    '',
    ...nextCommands(result).flatMap((line) => nextLines(line, view)),
  ].join('\n');
}

const COLUMNS: readonly Column[] = [
  { title: 'scenario' },
  { title: 'outcome' },
  { title: 'took', align: 'right', drop: 2 },
  { title: 'why', drop: 1 },
];

function scenarioTable(scenarios: readonly ScenarioResult[], view: View): string {
  const theme = themeOf(view);
  const rows = scenarios.map((s) => [
    s.name,
    {
      text: `${MARK[s.outcome]} ${s.outcome === 'skipped' ? s.outcome : VERDICT_WORD[s.outcome]}`,
      paint: paintOf(s.outcome, theme),
    },
    s.tookMs === 0 ? '' : humanDurationMs(s.tookMs),
    s.outcome === 'holds'
      ? s.weakness?.shown === true
        ? 'shows a known weakness of Sentinel'
        : ''
      : s.reason,
  ]);
  return table(COLUMNS, rows, view);
}

/** The steps, and everything that was judged; of one without steps why, unless that is `said` above. */
function scenarioLines(s: ScenarioResult, view: View, said: boolean): string[] {
  const theme = themeOf(view);
  const where = [s.cluster, s.driver, s.engine === null ? null : `${s.engine.name} ${s.engine.version}`];
  const mark = { done: SYMBOL.ok, failed: SYMBOL.bad, unknown: SYMBOL.unknown, 'not-reached': '-' } as const;
  const line = (symbol: string, words: string): string[] =>
    wrap(plain(`  ${symbol} ${words}`), lineWidth(view), 6);
  return [
    `${theme.bold(s.name)}: ${plain(s.summary)}`,
    theme.dim(plain(where.filter((w) => w !== null).join(', '))),
    ...(s.steps.length === 0 && !said
      ? wrap(plain(`  ${MARK[s.outcome]} ${s.reason}`), lineWidth(view), 4)
      : []),
    ...s.steps.flatMap((step) =>
      line(
        mark[step.outcome],
        [
          step.step,
          step.evidence === '' ? '' : `: ${step.evidence}`,
          step.tookMs === null ? '' : `  (${together(humanDurationMs(step.tookMs))})`,
        ].join(''),
      ),
    ),
    ...s.expectations.flatMap((e) => line(MARK[e.verdict], `${e.expectation}: ${e.evidence}`)),
    ...s.invariants.flatMap((i) => line(MARK[i.verdict], `${i.id}: ${i.evidence}`)),
  ];
}

function weaknessLines(s: ScenarioResult, view: View): string[] {
  const { weakness } = s;
  if (weakness === null) return [];
  return [
    ...warningLines(`${s.name}: ${weakness.evidence.map((e) => e.evidence).join('; ')}`, view),
    ...wrap(plain(`  ${weakness.explanation}`), lineWidth(view), 2),
    ...wrap(plain(`  What to do: ${weakness.advice}`), lineWidth(view), 2),
  ];
}

/**
 * What a scenario that does not hold would do, and where its fault is still active, how that is rolled back. A scenario
 * is repeated by a command only where it has a cluster of its own: else it would interrupt the clients of one that stays.
 */
function nextCommands({ scenarios, command, seed, kept, left }: ChaosResult): string[] {
  const bad = scenarios.filter((s) => s.outcome === 'violated' || s.outcome === 'unknown').slice(0, 3);
  const remains = left.map(({ cluster }) => commandText('down', cluster));
  const active = kept.flatMap((cluster) => [
    `the fault is still active on ${cluster}`,
    commandText('heal', cluster),
    `${commandText('down --help', cluster)}  # what down removes`,
  ]);
  const [, cluster] = / --cluster (\S+)/.exec(command) ?? [];
  if (cluster === undefined)
    return [...new Set([...remains, ...active, ...bad.map((s) => s.command), command])];
  // A random scenario has no name by which it is found.
  const shown = seed === null ? bad.map((s) => showOf(s.command)) : [];
  return [...new Set([...remains, ...active, commandText('status', cluster), ...shown])];
}

/** `chaos show stop`: what the scenario does, by the command that plays it. */
const showOf = (again: string): string =>
  again.replace(/ --cluster \S+/, '').replace(' chaos run ', ' chaos show ');

/** The result of `chaos list`. */
export interface ScenarioList {
  scenarios: { name: string; summary: string; tags: string[]; source: string | null; weakness: boolean }[];
}

export function scenarioListText({ scenarios }: ScenarioList, view: View): string {
  const theme = themeOf(view);
  const width = Math.max(0, ...scenarios.map(({ name }) => widthOf(name))) + 2;
  const lines = scenarios.flatMap(({ name, summary, tags }) => {
    const words = `${together(padEnd(name, width))}${summary} (${tags.join(', ')})`;
    const indent = view.columns < width + 30 ? 4 : width;
    return wrap(plain(words), lineWidth(view), indent).map((line, i) =>
      i === 0 ? line.replace(name, () => theme.bold(name)) : line,
    );
  });
  return [
    ...lines,
    '',
    ...['show', 'run'].flatMap((action) =>
      nextLines(`sentinelctl chaos ${action} ${scenarios[0]?.name ?? 'NAME'}`, view),
    ),
  ].join('\n');
}

/** Steps and exact actions, for `--dry-run` and `chaos show`. */
export function chaosPlanText({ cluster, scenarios }: ChaosPlan, view: View): string {
  return scenarios.map((s) => planLines(s, cluster, view).join('\n')).join('\n\n');
}

function planLines(s: ScenarioPlan, cluster: string | null, view: View): string[] {
  const theme = themeOf(view);
  const where =
    cluster === null
      ? `a scratch cluster, created for it and removed afterwards: ${s.cluster}`
      : `cluster ${cluster}, if it has: ${s.cluster}`;
  const bullet = (words: string, indent: number): string[] =>
    wrap(plain(`${' '.repeat(indent)}${words}`), lineWidth(view), indent + 2);
  return [
    `${theme.bold(s.name)}: ${plain(s.summary)}`,
    ...bullet(`on: ${where}`, 2),
    ...(s.skipped === null ? bullet('the addresses below are examples', 2) : []),
    ...(s.source === null ? [] : bullet(`from: ${s.source}`, 2)),
    ...(s.skipped === null ? [] : bullet(`would be skipped: ${s.skipped}`, 2).map(theme.warn)),
    ...s.steps.flatMap(({ step, acts }, i) => [
      ...bullet(`${i + 1}. ${step}`, 2),
      ...acts.flatMap(({ does, undo }) => bullet(`${does}; rolled back: ${undo}`, 7).map(theme.dim)),
    ]),
    ...bullet('at the end everything is rolled back and convergence is proved', 2),
    ...(s.expectations.length === 0 ? [] : bullet(`expects: ${s.expectations.join('; ')}`, 2)),
    ...bullet(`invariants: ${s.invariants.join(', ')}`, 2),
    ...(s.weakness === null
      ? []
      : [
          ...bullet(`shows a weakness of Sentinel: ${s.weakness.shows.join('; ')}`, 2).map(theme.warn),
          ...bullet(s.weakness.explanation, 4),
          ...bullet(`What to do: ${s.weakness.advice}`, 4),
        ]),
  ];
}
