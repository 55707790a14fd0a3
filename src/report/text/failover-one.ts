import { humanDurationMs } from '../../model/duration.js';
import type { ClientSummary, FailoverResult, Trial } from '../../observe/result.js';
import { padEnd, plain, together, widthOf, wrap } from '../plain-text.js';
import { errorWords, ledgerWords, lostOf } from '../words/losses.js';
import { outageText } from '../words/outage.js';
import { phaseRows, rejoinRows, type TimeRow } from '../words/time-rows.js';
import { axis, bar } from './bar.js';
import { type Cell, type Column, table } from './table.js';
import { lineWidth, type Theme, themeOf, type View } from './theme.js';

/** One trial on a common time axis, then the clients, the ledger, and why a step took longer than predicted. */
export function trialLines(trial: Trial, result: FailoverResult, view: View): string[] {
  const phases = phaseRows(trial, result.config);
  const rows = [...phases, ...rejoinRows(trial.rejoin)];
  const facts = [
    ...(trial.client === undefined ? [] : [['clients', clientWords(trial.client, trial.cutShort)] as const]),
    ...(trial.ledger === undefined
      ? []
      : [['ledger', ledgerWords(trial.ledger, lostOf({ trials: [trial] }) !== null)] as const]),
    ...phases.flatMap((row) =>
      row.why === null ? [] : [[row.short, `${overWords(row)}: ${row.why}`] as const],
    ),
    ...trial.spurious.map((words) => ['spurious', words] as const),
  ];
  return [
    ...(rows.length === 0 ? [] : ['', timeTable(rows, view)]),
    ...(facts.length === 0 ? [] : ['', ...factLines(facts, view)]),
  ];
}

/** A short name, then words, wrapped beside it. */
function factLines(facts: readonly (readonly [name: string, words: string])[], view: View): string[] {
  const width = Math.max(...facts.map(([name]) => name.length)) + 2;
  return facts.flatMap(([name, words]) => {
    const lines = wrap(plain(`${together(padEnd(name, width))}${words}`), lineWidth(view), width);
    return lines.map((line, i) => (i === 0 ? themeOf(view).bold(name) + line.slice(name.length) : line));
  });
}

/** `1.04 s, predicted at most 500 ms`; `not seen` when it did not end. */
const overWords = ({ stepMs, boundMs }: TimeRow): string =>
  stepMs === null
    ? 'not seen'
    : together(humanDurationMs(stepMs)) +
      (boundMs === null || stepMs <= boundMs
        ? ''
        : `, predicted at most ${together(humanDurationMs(boundMs))}`);

/** `tuned: write again 3.76 s (first) to 3.84 s (last) after the fault; longest time between two answers of a client 3.85 s; errors: 8 closed`. */
function clientWords(client: ClientSummary, cutShort: boolean | undefined): string {
  const { policy, errors, outageMs, lastRecoveredMs } = client;
  const longest =
    outageMs === null
      ? ''
      : `; longest time between two answers of a client ${outageText(time(outageMs), lastRecoveredMs, cutShort)}`;
  return `${policy}: ${backWords(client)}${longest}; errors: ${errorWords(errors)}`;
}

function backWords({ firstRecoveredMs, lastRecoveredMs }: ClientSummary): string {
  if (firstRecoveredMs === null) return 'no client writes again';
  const first = `write again ${time(firstRecoveredMs)} (first)`;
  return lastRecoveredMs === null
    ? `${first} after the fault, some do not`
    : `${first} to ${time(lastRecoveredMs)} (last) after the fault`;
}

const time = (ms: number): string => together(humanDurationMs(ms));

function timeTable(rows: readonly TimeRow[], view: View): string {
  const theme = themeOf(view);
  const wide = view.columns >= 80;
  const middling = view.columns >= 56;
  const name = (row: TimeRow): string => (wide ? row.label : row.short);
  const endMs = Math.max(1, ...rows.map((r) => r.span?.toMs ?? 0));
  const columns: Column[] = [
    { title: 'PHASE' },
    { title: 'AT', align: 'right' },
    ...(middling
      ? [
          { title: 'STEP', align: 'right' as const },
          { title: 'BOUND', align: 'right' as const },
        ]
      : []),
  ];
  const texts = rows.map((row): Cell[] => [
    name(row),
    row.kind === 'zombie'
      ? ''
      : row.atMs === null
        ? { text: 'not seen', paint: theme.warn }
        : humanDurationMs(row.atMs),
    ...(middling ? [row.stepMs === null ? '-' : humanDurationMs(row.stepMs), boundCell(row, theme)] : []),
  ]);
  const used = columns.map((c, i) =>
    Math.max(widthOf(c.title), ...texts.map((t) => widthOf(cellText(t[i])))),
  );
  const left = view.columns - used.reduce((sum, w) => sum + w + 2, 0);
  if (left < 8) return table(columns, texts, view);
  const drawn = texts.map((cells, i): Cell[] => [...cells, barCell(rows[i], endMs, left, theme)]);
  return table([...columns, { title: axis(humanDurationMs(endMs), left) }], drawn, view);
}

const cellText = (cell: Cell | undefined): string => (typeof cell === 'object' ? cell.text : (cell ?? ''));

function boundCell(row: TimeRow, theme: Theme): Cell {
  if (row.boundMs === null) return '-';
  const over = row.stepMs !== null && row.stepMs > row.boundMs;
  const text = `${over ? '!' : '≤'} ${humanDurationMs(row.boundMs)}`;
  return over ? { text, paint: theme.warn } : text;
}

function barCell(row: TimeRow | undefined, endMs: number, columns: number, theme: Theme): Cell {
  if (row?.span == null) return '';
  const paint = { phase: theme.accent, rejoin: theme.ok, zombie: theme.warn }[row.kind];
  return { text: bar(row.span, endMs, columns, row.kind === 'zombie' ? '▒' : '█'), paint };
}
