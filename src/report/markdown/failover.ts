import type { BaselineComparison } from '../../failover/baseline.js';
import { humanDurationMs } from '../../model/duration.js';
import { causesOf } from '../../observe/loss-causes.js';
import { overloadWords } from '../../observe/overload.js';
import { masterNowWords, rolledBackWords, secondMasterWords } from '../../observe/restored-words.js';
import type { FailoverResult, Trial, Verdict } from '../../observe/result.js';
import { adviceOf } from '../words/advice.js';
import {
  accountWords,
  headline,
  INCOMPLETE,
  masterMove,
  passDespiteLoss,
  settingOf,
  trialVerdict,
} from '../words/headline.js';
import { LOSS_WORDS, ledgerTotals } from '../words/losses.js';
import {
  grouped,
  inOrder,
  metricLabel,
  type Statistic,
  statisticsOf,
  statisticText,
} from '../words/metrics.js';
import { outageText } from '../words/outage.js';
import { thresholdText } from '../words/thresholds.js';
import { phaseRows } from '../words/time-rows.js';
import { BASELINE_WORD, VERDICT_WORD, verdictOf } from '../words/verdict.js';

import { code, fenced, type Row, tableOf, text } from './markup.js';

const MARK: Readonly<Record<Verdict, string>> = {
  holds: `✅ ${VERDICT_WORD.holds}`,
  violated: `❌ ${VERDICT_WORD.violated}`,
  unknown: `❔ ${VERDICT_WORD.unknown}`,
};

/**
 * The result for a CI job's summary page, in the Markdown that GitHub and GitLab read, with how it compares with an
 * earlier run. Ends with a line break.
 */
export function failoverMarkdown(
  result: FailoverResult,
  _baseline: FailoverResult | null = null,
  comparison: BaselineComparison | null = null,
): string {
  const overload = overloadWords(result);
  const passed = passDespiteLoss(result, comparison);
  const sections = [
    [`## ${MARK[verdictOf(result, comparison)]}: ${text(headline(result, comparison))}`, text(result.reason)],
    ...(comparison === null
      ? []
      : [[`Against the baseline: ${BASELINE_WORD[comparison.outcome]}: ${text(comparison.reason)}`]]),
    ...(result.complete ? [] : [[`**${INCOMPLETE}**`]]),
    ...(overload === null ? [] : [[`**${text(overload)}**`]]),
    ...(passed === null ? [] : [[`**${text(passed)}**`]]),
    restoredLines(result),
    section('Thresholds', thresholdRows(result)),
    section('Invariants', invariantRows(result)),
    section('Measured', result.trials.length > 1 ? summaryRows(result) : phaseTable(result)),
    section('Trials', result.trials.length > 1 || wasCutShort(result) ? trialRows(result) : []),
    section('Ledger', ledgerRows(result)),
    listSection('What to change next', adviceOf(result)),
    [`_${text(settingOf(result))}_`, fenced(result.command)],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.filter((line) => line !== '').join('\n\n'))
    .join('\n\n')}\n`;
}

/** The phases alone do not tell how long the clients had waited by then. */
const wasCutShort = ({ trials }: FailoverResult): boolean => trials.some(({ cutShort }) => cutShort === true);

/** How an interrupted trial left the cluster. */
const restoredLines = (result: FailoverResult): string[] => [
  ...result.trials.flatMap((trial) => [
    ...[secondMasterWords(trial, result.fault) ?? []].flat().map(text),
    ...(trial.restored === undefined
      ? []
      : [text(`${rolledBackWords(trial.restored)}; ${masterNowWords(trial)}`)]),
  ]),
  ...accountWords(result).map(text),
];

/** A heading and a table; nothing where there is no row below its titles. */
const section = (title: string, rows: readonly Row[]): string[] =>
  rows.length < 2 ? [] : [`### ${title}`, tableOf(rows)];

const listSection = (title: string, items: readonly string[]): string[] =>
  items.length === 0 ? [] : [`### ${title}`, items.map((item) => `- ${text(item)}`).join('\n')];

const thresholdRows = ({ thresholds, trials }: FailoverResult): Row[] => [
  ['Threshold', 'Actual', 'Verdict'],
  ...thresholds.map((t): Row => [code(t.expression), text(thresholdText(t, trials)), MARK[t.holds]]),
];

const invariantRows = ({ invariants }: FailoverResult): Row[] => [
  ['Invariant', 'Verdict', 'Evidence'],
  ...invariants.map((i): Row => [text(i.id), MARK[i.verdict], text(i.evidence)]),
];

const STATISTIC_TITLE: Readonly<Partial<Record<Statistic, string>>> = { ci95: '95 % CI of p50' };

function summaryRows(result: FailoverResult): Row[] {
  const { summary, trials } = result;
  const statistics = statisticsOf(trials.length);
  return [
    ['Metric', 'n', ...statistics.map((id) => STATISTIC_TITLE[id] ?? id)],
    ...inOrder(Object.keys(summary)).flatMap((metric): Row[] => {
      const of = summary[metric];
      if (of === undefined) return [];
      const values = statistics.map((id) => statisticText(id, metric, result) ?? '-');
      return [[text(metricLabel(metric)), String(of.n), ...values]];
    }),
  ];
}

function phaseTable({ trials, config }: FailoverResult): Row[] {
  const [trial] = trials;
  if (trial === undefined) return [];
  const ms = (value: number | null): string => (value === null ? '-' : humanDurationMs(value));
  return [
    ['Phase', 'At', 'Step', 'Predicted', 'Why it took longer'],
    ...phaseRows(trial, config).map(
      (r): Row => [
        text(r.label),
        r.atMs === null ? 'not seen' : ms(r.atMs),
        ms(r.stepMs),
        ms(r.boundMs),
        text(r.why ?? ''),
      ],
    ),
  ];
}

const trialRows = ({ trials }: FailoverResult): Row[] => [
  ['Trial', 'Verdict', 'Master', 'Switched', 'Clients out', 'Lost', 'Notes'],
  ...trials.map((trial, i): Row => {
    const { switchedMs } = trial.phases;
    const { outageMs: out = null, lastRecoveredMs = null } = trial.client ?? {};
    return [
      String(i + 1),
      MARK[trialVerdict(trial)],
      text(`${masterMove(trial)}`),
      switchedMs === null ? 'never' : humanDurationMs(switchedMs),
      out === null ? '-' : text(outageText(humanDurationMs(out), lastRecoveredMs, trial.cutShort)),
      trial.ledger === undefined ? '-' : grouped(trial.ledger.lost),
      text(notes(trial)),
    ];
  }),
];

const notes = (trial: Trial): string =>
  [...trial.invariants.filter((v) => v.verdict !== 'holds').map((v) => v.id), ...trial.spurious].join('; ');

function ledgerRows(result: FailoverResult): Row[] {
  const totals = ledgerTotals(result);
  if (totals === null) return [];
  return [
    ['Writes', 'Count'],
    ['acknowledged', grouped(totals.acknowledged)],
    ['**lost**', `**${grouped(totals.lost)}**`],
    ...causesOf(totals).map(({ cause, lost }): Row => [`lost: ${LOSS_WORDS[cause]}`, grouped(lost)]),
    ['indeterminate', grouped(totals.indeterminate)],
    [metricLabel('ledger.recovered'), grouped(totals.recovered)],
    ['refused', grouped(totals.failed)],
    [metricLabel('ledger.unexpected'), grouped(totals.unexpected)],
    ...(totals.staleReads === null ? [] : [['stale reads', grouped(totals.staleReads)]]),
  ];
}
