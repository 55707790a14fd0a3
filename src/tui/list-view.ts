import { cut, widthOf, wrap } from '../report/plain-text.js';
import { themeOf, type View } from '../report/text/theme.js';
import { type Row, scrolled } from './list-scroll.js';

/** One thing that can be chosen. */
export interface Entry {
  /** Names it from one drawing to the next; the cursor stays on it while the list around it changes. */
  key: string;
  name: string;
  /** What it does, in a few words. */
  about: string;
  /** The command line that it runs; null where it runs none, or opens a list. */
  command: string | null;
  /** What Enter does; else it runs the command, or opens a list where there is none. */
  enter?: 'runs' | 'opens' | 'quits';
  /** The heading that it stands under; entries of one section are next to each other. */
  section?: string;
  /** It is about what is wrong: the cursor goes to it, until a key is pressed. */
  urgent?: boolean;
}

/** A list on the whole screen. */
export interface ListPage<E extends Entry = Entry> {
  /** Already painted, and not wider than the window. */
  title: readonly string[];
  entries: readonly E[];
  /** Shown where there is no entry. */
  empty: string;
  /** What is not offered now, and why, shown where its name is typed. */
  hidden?: readonly { name: string; why: string }[];
  /** What Esc does, in one word. */
  leaves: 'quits' | 'back';
  /** Whether what comes first may still arrive: until a key is pressed, the cursor begins on that. */
  arrives?: boolean;
}

/** Where the cursor is, and what was typed to find an entry. */
export interface Cursor {
  key: string | null;
  typed: string;
}

export interface Size extends View {
  rows: number;
}

/** Columns from which an entry shows beside its name what it does. */
const WIDE = 70;
/** Rows from which there is an empty line around the list. */
export const HIGH = 16;
/** The list keeps this many rows, whatever stands around it. */
const LEAST_ROWS = 3;
/** The longest command line that is shown in full, in rows. */
const COMMAND_ROWS = 3;
/** The longest description that is shown, in rows. */
const ABOUT_ROWS = 4;

/** What is looked for: a `/` before it lets it begin with q, which quits alone. */
const sought = (typed: string): string => typed.replace(/^\//, '').toLowerCase();

/** The entries that contain what was typed, those that begin with it first; all of them where nothing was typed. */
export function matching<E extends Entry>(entries: readonly E[], typed: string): readonly E[] {
  const words = sought(typed);
  if (words === '') return entries;
  const at = (e: E): number => e.name.toLowerCase().indexOf(words);
  return [...entries.filter((e) => at(e) === 0), ...entries.filter((e) => at(e) > 0)];
}

/** The entry under the cursor. Where that one is gone it is the first that changes nothing, else the first. */
export function underCursor<E extends Entry>(
  page: ListPage<E>,
  { key, typed }: Cursor,
  safe: string,
): E | undefined {
  const entries = matching(page.entries, typed);
  if (key === null) return entries[0];
  return entries.find((e) => e.key === key) ?? entries.find((e) => e.key === safe) ?? entries[0];
}

/** The lines of one frame: the title, the list, and the command line of what the cursor is on. */
export function listLines(page: ListPage, cursor: Cursor, current: Entry | undefined, size: Size): string[] {
  const theme = themeOf(size);
  const gap = size.rows >= HIGH ? [''] : [];
  const entries = matching(page.entries, cursor.typed);
  const width = Math.max(0, ...page.entries.map((e) => widthOf(e.name)));
  const below = (entry: Entry | undefined): string[] => footer(entry, width, size);
  // As many rows as the longest one needs, so that the list does not move with the cursor.
  const reserved = Math.max(0, ...page.entries.map((e) => below(e).length));
  const around = page.title.length + 2 * gap.length + reserved + 1;
  const room = Math.max(LEAST_ROWS, size.rows - around);
  const rows = rowsOf(entries, size.rows >= HIGH && cursor.typed === '');
  const lines = scrolled(
    rows,
    current,
    room,
    (row) =>
      'heading' in row
        ? [theme.dim(cut(row.heading, size.columns))]
        : entryLines(row.entry, current, width, size),
    theme.dim,
  );
  const none = cursor.typed === '' ? [page.empty] : noneOf(page, cursor.typed);
  const nothing =
    entries.length === 0 ? none.flatMap((line) => wrap(line, size.columns, 2).map(theme.dim)) : [];
  return [
    ...page.title,
    ...gap,
    ...lines,
    ...nothing,
    ...gap,
    ...below(current),
    theme.dim(keysLine(page, cursor, current, size)),
  ];
}

/** Why nothing is found: what has that name makes no sense now, or there is nothing of that name. */
function noneOf({ hidden = [] }: ListPage, typed: string): string[] {
  const meant = hidden.filter(({ name }) => name.toLowerCase().includes(sought(typed)));
  return meant.length === 0
    ? [`nothing contains "${typed.replace(/^\//, '')}"`]
    : meant.map(({ name, why }) => `${name}: not offered now: ${why}`);
}

function rowsOf(entries: readonly Entry[], withHeadings: boolean): Row<Entry>[] {
  return entries.flatMap((entry, i): Row<Entry>[] => {
    const isNew = entry.section !== undefined && entry.section !== entries[i - 1]?.section;
    return [...(withHeadings && isNew ? [{ heading: entry.section ?? '' }] : []), { entry }];
  });
}

/** The name, and beside it what it does, wrapped: a description that is cut says nothing. */
function entryLines(entry: Entry, current: Entry | undefined, width: number, view: View): string[] {
  const theme = themeOf(view);
  const isCurrent = entry.key === current?.key;
  const name = cut(`${isCurrent ? '❯' : ' '} ${entry.name}`, view.columns);
  const painted = isCurrent ? theme.accent(name) : name;
  const room = roomBeside(width, view);
  if (room === 0 || entry.about === '') return [painted];
  const [first = '', ...more] = clipped(wrap(entry.about, room), ABOUT_ROWS, { ...view, columns: room });
  return [
    `${painted}${' '.repeat(width + 4 - widthOf(name))}${theme.dim(first)}`,
    ...more.map((line) => `${' '.repeat(width + 4)}${theme.dim(line)}`),
  ];
}

/** Columns beside the names for what each one does; 0 where the window is too narrow. */
function roomBeside(width: number, { columns }: View): number {
  const at = width + 4;
  return columns < WIDE || at > columns / 2 ? 0 : columns - at;
}

/** What the current entry does, where the list does not show it, and its command line in full. */
function footer(entry: Entry | undefined, width: number, view: View): string[] {
  const theme = themeOf(view);
  if (entry === undefined) return [];
  const about =
    entry.about === '' || roomBeside(width, view) > 0
      ? []
      : clipped(wrap(entry.about, view.columns), ABOUT_ROWS, view);
  const command =
    entry.command === null ? [] : clipped(wrap(`$ ${entry.command}`, view.columns, 2), COMMAND_ROWS, view);
  return [...about.map(theme.dim), ...command.map(theme.bold)];
}

/** At most so many lines; the last one says by … that there is more. */
const clipped = (lines: readonly string[], most: number, { columns }: View): string[] =>
  lines.length <= most
    ? [...lines]
    : [...lines.slice(0, most - 1), cut(lines.slice(most - 1).join(' '), columns)];

/** What the keys do, as far as the window is wide enough. */
function keysLine(page: ListPage, { typed }: Cursor, current: Entry | undefined, { columns }: View): string {
  const entries = matching(page.entries, typed);
  const at = entries.findIndex((e) => e.key === current?.key) + 1;
  const parts =
    typed === ''
      ? [
          enterWords(current),
          page.leaves === 'quits' ? 'q quits' : 'Esc back',
          `${at}/${entries.length}`,
          'a-z finds',
          '↑↓ choose',
        ]
      : [
          `find: ${typed}`,
          `Esc clears${page.leaves === 'quits' ? ', q then quits' : ''}`,
          `${at}/${entries.length}`,
        ];
  for (let kept = parts.length; kept > 1; kept -= 1) {
    const line = parts.slice(0, kept).join('  ');
    if (widthOf(line) <= columns) return line;
  }
  return cut(parts[0] ?? '', columns);
}

function enterWords(current: Entry | undefined): string {
  const does = current?.enter ?? (current?.command === null ? 'opens' : 'runs');
  return does === 'quits' ? 'Enter quits' : `Enter ${does} it`;
}

/** A question that is answered by typing. */
export interface InputPage {
  title: readonly string[];
  question: string;
  /** The command line with what was typed so far. */
  command: string;
}

/** The lines of one frame: the title, the question with what was typed, and the command line. */
export function inputLines(page: InputPage, typed: string, size: Size): string[] {
  const theme = themeOf(size);
  const gap = size.rows >= HIGH ? [''] : [];
  const asked = wrap(`${page.question} ${typed}█`, size.columns, 2);
  return [
    ...page.title,
    ...gap,
    ...asked,
    ...gap,
    ...wrap(`$ ${page.command}`, size.columns, 2).map(theme.bold),
    theme.dim(cut('Enter runs it  Esc back', size.columns)),
  ].slice(0, size.rows);
}
