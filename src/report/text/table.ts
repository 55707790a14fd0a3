import { padEnd, padStart, plain, widthOf, wrap } from '../plain-text.js';
import { themeOf, type View } from './theme.js';

/** A cell's text, and how to colour it; text alone where it has no colour. Control characters are taken out. */
export type Cell = string | { text: string; paint: (text: string) => string };

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** Left out when there is too little room, the highest number first; never where absent. */
  drop?: number;
}

const GAP = 2;
/**
 * Rows under titles, without borders. Never wider than the view: columns that may be left out go first; if that
 * is not enough, each row becomes a block of its own that starts with its first cell.
 */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], view: View): string {
  const kept = columnsThatFit(columns, rows, view.columns);
  return kept === null ? stacked(columns, rows, view) : aligned(columns, rows, kept, view);
}

/** The columns that fit side by side, by index, and how wide each is; null when even the indispensable ones do not. */
function columnsThatFit(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  available: number,
): { index: number; width: number }[] | null {
  let kept = columns.map((c, index) => ({
    index,
    width: Math.max(widthOf(c.title), ...rows.map((r) => widthOf(textOf(r[index])))),
  }));
  for (;;) {
    const total = kept.reduce((sum, { width }) => sum + width, 0) + GAP * (kept.length - 1);
    if (total <= available) return kept;
    const next = Math.max(...kept.map(({ index }) => columns[index]?.drop ?? 0));
    if (next === 0) return null;
    kept = kept.filter(({ index }) => columns[index]?.drop !== next);
  }
}

function aligned(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  kept: readonly { index: number; width: number }[],
  view: View,
): string {
  const theme = themeOf(view);
  const titles = columns.map(({ title }): Cell => ({ text: title, paint: theme.dim }));
  return [titles, ...rows]
    .map((cells) =>
      kept
        .map(({ index, width }) =>
          (columns[index]?.align === 'right' ? padStart : padEnd)(paint(cells[index]), width),
        )
        .join(' '.repeat(GAP))
        .trimEnd(),
    )
    .join('\n');
}

function stacked(columns: readonly Column[], rows: readonly (readonly Cell[])[], view: View): string {
  const theme = themeOf(view);
  const labels = Math.max(...columns.slice(1).map((c) => widthOf(c.title)));
  const indent = 2 + labels + GAP;
  return rows
    .map((row) => {
      const head = wrap(textOf(row[0]), view.columns).map((line) => repaint(row[0], line));
      const rest = columns.slice(1).flatMap((column, i) => {
        const cell = row[i + 1];
        const lines = wrap(textOf(cell), Math.max(1, view.columns - indent));
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
