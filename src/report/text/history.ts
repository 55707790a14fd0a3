import type { RunRecord, Trend } from '../../cluster/store/run-record.js';
import { formatDurationMs, humanDurationMs } from '../../model/duration.js';
import { command } from '../../model/hints.js';
import { count, listed } from '../../model/words.js';
import { plain, wrap } from '../plain-text.js';
import { grouped } from '../words/metrics.js';
import { VERDICT_WORD } from '../words/verdict.js';
import { nextLines } from './lines.js';
import { MARK, paintOf } from './outcome.js';
import { type Cell, leftOut, table } from './table.js';
import { lineWidth, SYMBOL, themeOf, type View } from './theme.js';

/** A past run with what changed against the last one of the same settings. */
type HistoryRun = RunRecord & { trend: Trend | null };

/** The result of `history`: the newest run first. */
export interface HistoryResult {
  cluster: string;
  /** The one master whose runs these are; null: all. */
  masterName: string | null;
  /** How many runs are recorded; `runs` may be fewer. */
  total: number;
  runs: HistoryRun[];
  /** Numbers of the lines that cannot be read, and whether the last one was cut off. */
  unreadable: { lines: number[]; truncated: boolean };
  /** How many runs this call removed. */
  pruned: number;
}

/** What the titles alone do not say. */
const MEANING: readonly (readonly [title: string, meaning: string])[] = [
  ['PASSED', 'trials in which everything held, of all'],
  ['SWITCHED', 'the median'],
  ['SLOWEST', 'the slowest switch'],
  ['CLIENTS OUT', 'the median'],
];

/** Past runs, the newest first, times as medians over a run's trials; lines that could not be read are counted. */
export function historyText(result: HistoryResult, view: View): string {
  const theme = themeOf(view);
  const { cluster, masterName, runs, total, pruned } = result;
  const notes = [
    ...(pruned === 0 ? [] : [`${count(pruned, 'older run')} removed`]),
    ...unreadableWords(result),
    ...(total > runs.length ? [`${total - runs.length} older of ${total} not shown: --limit ${total}`] : []),
  ].flatMap((words) => wrap(plain(words), lineWidth(view), 2).map(theme.dim));
  if (runs.length === 0) {
    return [
      ...wrap(
        `no run of ${masterName === null ? '' : `the master ${masterName} in `}cluster "${cluster}" is recorded: each failover-test records one`,
        lineWidth(view),
      ),
      ...notes,
      ...nextLines(command('failover-test --help', cluster), view),
    ].join('\n');
  }
  const isSeveral = new Set(runs.map((run) => run.masterName)).size > 1;
  const columns = [
    { title: 'STARTED' },
    { title: 'VERDICT' },
    ...(isSeveral ? [{ title: 'MASTER' }] : []),
    // The columns that a run is compared by are dropped last.
    { title: 'FAULT', drop: 1 },
    { title: 'DOWN-AFTER', align: 'right' as const, drop: 7 },
    // Trials in which everything held, of all.
    { title: 'PASSED', align: 'right' as const, drop: 4 },
    { title: 'SWITCHED', align: 'right' as const },
    // The slowest switch of the run's trials.
    { title: 'SLOWEST', align: 'right' as const, drop: 5 },
    { title: 'CLIENTS OUT', align: 'right' as const, drop: 6 },
    { title: 'LOST', align: 'right' as const, drop: 3 },
    { title: 'TREND', drop: 2 },
  ];
  const rows = runs.map((run) => rowOf(run, isSeveral, view));
  const shown = table(columns, rows, view);
  const [titles = ''] = shown.split('\n');
  const meaning = MEANING.filter(([title]) => titles.includes(title)).map((words) => words.join(': '));
  const meant = wrap(meaning.join('; '), lineWidth(view), 2).map(theme.dim);
  return [shown, ...leftOut(columns, rows, view), ...(meaning.length === 0 ? [] : meant), ...notes].join(
    '\n',
  );
}

function rowOf(run: HistoryRun, isSeveral: boolean, view: View): Cell[] {
  const theme = themeOf(view);
  const narrow = view.columns < 60;
  const ms = (value: number | undefined): string => (value === undefined ? '-' : humanDurationMs(value));
  return [
    narrow ? run.startedAt.slice(0, 16).replace('T', ' ') : run.startedAt.replace(/\.\d+Z$/, 'Z'),
    {
      text: `${MARK[run.outcome]}${narrow ? '' : ` ${VERDICT_WORD[run.outcome]}`}${run.complete ? '' : ' cut short'}`,
      paint: paintOf(run.outcome, theme),
    },
    ...(isSeveral ? [run.masterName ?? '-'] : []),
    run.fault,
    formatDurationMs(run.config.downAfterMs),
    run.trials === 0 ? '-' : `${run.held} of ${run.trials}`,
    ms(run.switchedMs?.p50),
    ms(run.switchedMs?.max),
    ms(run.outageMs?.p50),
    run.ledger === null ? '-' : grouped(run.ledger.lost),
    { text: trendWords(run.trend), paint: theme.dim },
  ];
}

/** `▲ 120 ms, lost +3`; the medians' difference, not a judgement: that takes `--baseline`. */
function trendWords(trend: Trend | null): string {
  if (trend === null) return '-';
  const { switchedMs, lost } = trend;
  const time =
    switchedMs === null
      ? []
      : [`${switchedMs > 0 ? '▲' : switchedMs < 0 ? '▼' : '='} ${humanDurationMs(Math.abs(switchedMs))}`];
  const writes =
    lost === null || lost === 0 ? [] : [`lost ${lost > 0 ? '+' : '−'}${grouped(Math.abs(lost))}`];
  return [...time, ...writes].join(', ') || '-';
}

function unreadableWords({ unreadable: { lines, truncated } }: HistoryResult): string[] {
  if (lines.length === 0) return [];
  const few = lines.slice(0, 5).map(String);
  const named =
    lines.length > few.length ? `${few.join(', ')} and ${lines.length - few.length} more` : listed(few);
  const why = truncated ? '; the last line was cut off during a write' : '';
  return [`${SYMBOL.warn} ${count(lines.length, 'line')} of the history cannot be read (${named})${why}`];
}
