import type { FailoverResult, InvariantResult, Trial, Verdict } from '../failover/result.js';
import { formatDurationMs, humanDurationMs } from '../model/duration.js';
import { command } from '../model/hints.js';
import { named } from '../model/words.js';
import { phaseRows, rejoinRows, type TimeRow } from './failover-rows.js';
import { verdictLines } from './problems.js';
import { type Cell, type Column, table } from './table.js';
import { plain, together, widthOf, wrap } from './text.js';
import { SYMBOL, type Theme, themeOf, type View } from './theme.js';
import { axis, bar } from './timeline.js';

/** The verdict, what was measured on a common time axis, what bounds it, what must hold, and what to type next. */
export function failoverText(result: FailoverResult, view: View): string {
  const theme = themeOf(view);
  const { config, engine } = result;
  const setting = `fault ${result.fault} at ${result.faultAt}; cluster ${result.cluster} (${result.driver}), ${engine.name} ${engine.version}, down-after ${formatDurationMs(config.downAfterMs)}, quorum ${config.quorum}`;
  return [
    ...verdictLines(result.outcome.toUpperCase(), paintOf(result.outcome, theme), headline(result), view),
    ...(result.reason === '' ? [] : wrap(plain(result.reason), view.columns)),
    ...wrap(plain(setting), view.columns, 2).map(theme.dim),
    ...result.trials.flatMap((trial, i) => ['', ...trialLines(trial, i, result, view)]),
    ...(result.thresholds.length + result.invariants.length === 0 ? [] : ['']),
    ...result.thresholds.flatMap((t) => {
      const value = t.value === null ? 'nothing to compare' : humanDurationMs(t.value);
      return verdictLine(t.holds, t.expression, value, view);
    }),
    ...result.invariants.flatMap((i: InvariantResult) => verdictLine(i.verdict, i.id, i.evidence, view)),
    '',
    ...nextSteps(result).flatMap((line) => wrap(`${SYMBOL.next} ${line}`, view.columns, 2).map(theme.accent)),
  ].join('\n');
}

/** `mymaster moved from redis-1 to redis-2: first switch after 6.29 s, budget 7.00 s`. */
function headline(result: FailoverResult): string {
  const trial = result.trials[0];
  if (trial === undefined) return `${result.masterName}: nothing was measured`;
  const budget = `budget ${together(humanDurationMs(result.budgetMs))}`;
  const { switchedMs } = trial.phases;
  const moved =
    trial.newMaster === null
      ? `${result.masterName} has no new master after the loss of ${named(trial.oldMaster)}`
      : `${result.masterName} moved from ${trial.oldMaster.id} to ${named(trial.newMaster)}`;
  return switchedMs === null
    ? `${moved}, no switch was seen, ${budget}`
    : `${moved}, first switch after ${together(humanDurationMs(switchedMs))}, ${budget}`;
}

function trialLines(trial: Trial, index: number, result: FailoverResult, view: View): string[] {
  const theme = themeOf(view);
  const phases = phaseRows(trial, result.config);
  const rows = [...phases, ...rejoinRows(trial.rejoin)];
  const lines = result.trials.length > 1 ? [theme.bold(`trial ${index + 1}`)] : [];
  lines.push(...timeTable(rows, view));
  const zombie = trial.rejoin?.zombieMs ?? 0;
  if (zombie > 0) {
    const words = `${SYMBOL.warn} ${trial.oldMaster.id} was a second writable master for ${together(humanDurationMs(zombie))} after its return: what is written to it in that time is lost`;
    lines.push('', ...wrap(words, view.columns, 2).map(theme.warn));
  }
  const bounds = phases.filter((r) => r.stepMs !== null && r.why !== null);
  if (bounds.length > 0) {
    const width = Math.max(...bounds.map((r) => r.short.length)) + 2;
    const why = bounds.flatMap((r) =>
      wrap(`${together(r.short.padEnd(width))}${r.why ?? ''}`, view.columns, width),
    );
    lines.push('', ...wrap('what each step waits for', view.columns).map(theme.bold));
    lines.push(...why.map((line) => theme.dim(line)));
  }
  return lines;
}

function timeTable(rows: readonly TimeRow[], view: View): string[] {
  const theme = themeOf(view);
  const wide = view.columns >= 90;
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
  if (left < 8) return [table(columns, texts, view)];
  const drawn = texts.map((cells, i): Cell[] => [...cells, barCell(rows[i], endMs, left, theme)]);
  return [table([...columns, { title: axis(humanDurationMs(endMs), left) }], drawn, view)];
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
  const paint = { phase: theme.accent, rejoin: theme.ok, zombie: theme.bad }[row.kind];
  return { text: bar(row.span, endMs, columns, row.kind === 'zombie' ? '▒' : '█'), paint };
}

const MARK = { holds: SYMBOL.ok, violated: SYMBOL.bad, unknown: SYMBOL.unknown } as const;

const paintOf = (verdict: Verdict, theme: Theme): ((text: string) => string) =>
  ({ holds: theme.ok, violated: theme.bad, unknown: theme.warn })[verdict];

function verdictLine(verdict: Verdict, id: string, evidence: string, view: View): string[] {
  const mark = MARK[verdict];
  const paint = paintOf(verdict, themeOf(view));
  const lines = wrap(plain(`${mark} ${id}: ${evidence}`), view.columns, 4);
  return lines.map((line, i) => (i === 0 ? paint(mark) + line.slice(mark.length) : line));
}

function nextSteps(result: FailoverResult): string[] {
  const { cluster, outcome } = result;
  const last = result.trials.at(-1);
  if (last !== undefined && last.rejoin === null && last.newMaster !== null) {
    return [command(`start ${last.oldMaster.id}`, cluster), command('status', cluster)];
  }
  return outcome === 'holds'
    ? [command('status', cluster), result.command]
    : [command('status', cluster), command('logs --tail 50', cluster), result.command];
}
