import { humanDurationMs } from '../../model/duration.js';
import { listed } from '../../model/words.js';
import { type FailoverResult, type MetricSummary, PHASES, type Trial } from '../../observe/result.js';
import { plain, widthOf, wrap } from '../plain-text.js';
import { masterMove, trialVerdict } from '../words/headline.js';
import { ledgerTotals, ledgerWords, lostOf } from '../words/losses.js';
import {
  inOrder,
  isTime,
  metricLabel,
  type Statistic,
  statisticsOf,
  statisticText,
} from '../words/metrics.js';
import { unjudgedWords } from '../words/thresholds.js';
import { axis } from './bar.js';
import { MARK } from './outcome.js';
import { type Cell, type Column, table } from './table.js';
import { lineWidth, type Theme, themeOf, type View } from './theme.js';

/** Metrics that one screen has room for; the reports in files have all of them. */
const SHOWN: readonly string[] = [
  ...PHASES,
  'rejoin.zombieMs',
  'rejoin.caughtUpMs',
  'client.outageMs',
  'ledger.lost',
];

/** Several trials: each one's verdict in a row, every metric over them, the ledger added up. */
export function manyLines(result: FailoverResult, view: View): string[] {
  const metrics = inOrder(Object.keys(result.summary).filter((m) => SHOWN.includes(m)));
  const ledger = ledgerTotals(result);
  return [
    ...(result.trials.length === 0 ? [] : ['', ...trialsLines(result, view)]),
    ...(metrics.length === 0 ? [] : ['', summaryTable(metrics, result, view)]),
    ...(ledger === null
      ? []
      : ['', ...wrap(plain(`ledger  ${ledgerWords(ledger, lostOf(result) !== null)}`), lineWidth(view), 8)]),
  ];
}

/** `trials  ✔✔✗✔`, and a line for each that does not hold. */
function trialsLines({ trials, thresholds }: FailoverResult, view: View): string[] {
  const theme = themeOf(view);
  const strip = trials.map((t) => MARK[trialVerdict(t)]).join('');
  const bad = trials.flatMap((trial, i) => {
    const verdict = trialVerdict(trial);
    if (verdict === 'holds' && trial.spurious.length === 0) return [];
    const broken = [
      ...(trial.broken ?? []),
      ...trial.invariants.filter((v) => v.verdict !== 'holds').map((v) => v.id),
    ];
    const words = [...(broken.length > 0 ? [listed(broken)] : []), ...trial.spurious].join('; ');
    const line = `${MARK[verdict]} trial ${i + 1}, ${masterMove(trial)}: ${words || openWords(trial, thresholds)}`;
    return wrap(plain(line), lineWidth(view), 2).map(theme.warn);
  });
  // More lines would push the numbers off the screen.
  const few = bad.slice(0, 6);
  const more = bad.length > few.length ? [theme.dim('  … more in --json or --report')] : [];
  return [...wrap(`trials  ${strip}`, lineWidth(view), 8), ...few, ...more];
}

/** Why a trial has no verdict, where nothing in it was violated. */
function openWords(trial: Trial, thresholds: FailoverResult['thresholds']): string {
  if (trial.cutShort === true) return 'interrupted before anything could be judged';
  if (trial.untested !== undefined) return trial.untested;
  const unjudged = unjudgedWords(trial, thresholds);
  if (trial.invariants.length === 0) return 'no invariant was judged';
  return unjudged === '' ? 'not judged' : unjudged;
}

function summaryTable(metrics: readonly string[], result: FailoverResult, view: View): string {
  const { summary, trials } = result;
  const theme = themeOf(view);
  const rows = metrics.flatMap((metric): { metric: string; of: MetricSummary }[] => {
    const of = summary[metric];
    return of === undefined ? [] : [{ metric, of }];
  });
  const statistics = statisticsOf(trials.length);
  const columns = [
    { title: 'METRIC' },
    { title: 'N', align: 'right' as const, drop: 2 },
    ...statistics.map((id) => ({ align: 'right' as const, ...STATISTIC_COLUMN[id] })),
  ];
  const texts = rows.map(({ metric, of }) => [
    metricLabel(metric),
    String(of.n),
    ...statistics.map((id) => statisticText(id, metric, result) ?? '-'),
  ]);
  const used = columns.map((c, i) => Math.max(widthOf(c.title), ...texts.map((t) => widthOf(t[i] ?? ''))));
  const left = view.columns - used.reduce((sum, w) => sum + w + 2, 0);
  if (left < 12) return table(columns, texts, view);
  const times = rows.filter(({ metric }) => isTime(metric));
  const endMs = Math.max(1, ...times.map(({ of }) => of.max));
  const drawn = rows.map(({ metric, of }, i): Cell[] => [
    ...(texts[i] ?? []),
    isTime(metric) ? spread(of, endMs, left, theme) : '',
  ]);
  return table([...columns, { title: axis(humanDurationMs(endMs), left) }], drawn, view);
}

const STATISTIC_COLUMN: Readonly<Record<Statistic, Pick<Column, 'title' | 'drop'>>> = {
  least: { title: 'LEAST', drop: 1 },
  median: { title: 'MEDIAN' },
  most: { title: 'MOST' },
  p50: { title: 'P50' },
  p95: { title: 'P95', drop: 1 },
  max: { title: 'MAX' },
  ci95: { title: '95 % CI OF P50', drop: 3 },
};

/** Solid to the median, light to the worst. */
function spread({ p50, max }: MetricSummary, endMs: number, columns: number, theme: Theme): Cell {
  const at = (ms: number): number => Math.round((Math.min(Math.max(ms, 0), endMs) / endMs) * columns);
  const solid = Math.max(1, at(p50));
  return { text: '█'.repeat(solid) + '░'.repeat(Math.max(0, at(max) - solid)), paint: theme.accent };
}
