import Table from 'cli-table3';
import { count, listed } from '../../model/words.js';
import { padEnd, plain, widthOf, wrap } from '../plain-text.js';
import { lineWidth, themeOf, type View } from './theme.js';

/** A cell's text, and how to colour it; text alone where it has no colour. Control characters are taken out. */
export type Cell = string | { text: string; paint: (text: string) => string };

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** Left out when there is too little room, the highest number first; never where absent. */
  drop?: number;
}

const GAP = 2;
const NO_BORDER = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((part) => [part, '']),
);

/**
 * Rows under titles, without borders. Never wider than the view: columns that may be left out go first; if that
 * is not enough, each row becomes a block of its own that starts with its first cell.
 */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], view: View): string {
  const kept = columnsThatFit(columns, rows, lineWidth(view));
  return kept === null ? stacked(columns, rows, view) : aligned(columns, rows, kept, view);
}

/** Names the columns that the view has no room for; nothing where `table` shows all of them. */
export function leftOut(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  view: View,
): string[] {
  const kept = columnsThatFit(columns, rows, lineWidth(view));
  const titles = columns.flatMap(({ title }, i) => (kept === null || kept.includes(i) ? [] : [title]));
  if (titles.length === 0) return [];
  const words = `${count(titles.length, 'column')} not shown here: ${listed(titles)}; a wider terminal or --output tsv shows them`;
  return wrap(words, lineWidth(view), 2).map(themeOf(view).dim);
}

/** The indexes of the columns that fit side by side; null when even the indispensable ones do not. */
function columnsThatFit(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  available: number,
): number[] | null {
  const widths = columns.map((c, i) => Math.max(widthOf(c.title), ...rows.map((r) => widthOf(textOf(r[i])))));
  let kept = columns.map((_, i) => i);
  for (;;) {
    const total = kept.reduce((sum, i) => sum + (widths[i] ?? 0), 0) + GAP * (kept.length - 1);
    if (total <= available) return kept;
    const next = Math.max(...kept.map((i) => columns[i]?.drop ?? 0));
    if (next === 0) return null;
    kept = kept.filter((i) => columns[i]?.drop !== next);
  }
}

function aligned(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  kept: number[],
  view: View,
): string {
  const theme = themeOf(view);
  const drawn = new Table({
    chars: { ...NO_BORDER, middle: ' '.repeat(GAP) },
    // Without this it writes escape sequences of its own, whatever the colour level.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    colAligns: kept.map((i) => columns[i]?.align ?? 'left'),
  });
  drawn.push(kept.map((i) => theme.dim(columns[i]?.title ?? '')));
  for (const row of rows) drawn.push(kept.map((i) => paint(row[i])));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function stacked(columns: readonly Column[], rows: readonly (readonly Cell[])[], view: View): string {
  const theme = themeOf(view);
  const labels = Math.max(...columns.slice(1).map((c) => widthOf(c.title)));
  const indent = 2 + labels + GAP;
  return rows
    .map((row) => {
      const head = wrap(textOf(row[0]), lineWidth(view)).map((line) => repaint(row[0], line));
      const rest = columns.slice(1).flatMap((column, i) => {
        const cell = row[i + 1];
        const lines = wrap(textOf(cell), Math.max(1, lineWidth(view) - indent));
        return lines.map((line, n) =>
          `  ${theme.dim(padEnd(n === 0 ? column.title : '', labels))}${' '.repeat(GAP)}${repaint(cell, line)}`.trimEnd(),
        );
      });
      return [...head, ...rest].join('\n');
    })
    .join('\n');
}

const textOf = (cell: Cell | undefined): string =>
  plain(typeof cell === 'string' ? cell : (cell?.text ?? ''));
const repaint = (cell: Cell | undefined, text: string): string =>
  typeof cell === 'object' && text !== '' ? cell.paint(text) : text;
const paint = (cell: Cell | undefined): string => repaint(cell, textOf(cell));
