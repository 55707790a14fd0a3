import { type CalledServer, type CallResult, isRecord, type Reply } from '../../model/called.js';
import { mostCommon } from '../../model/most-common.js';
import { count, listed } from '../../model/words.js';
import { plain, wrap } from '../plain-text.js';
import { type Cell, type Column, table } from './table.js';
import { lineWidth, SYMBOL, type Theme, themeOf, type View } from './theme.js';

/** What `call` shows. */
export interface CallShown extends CallResult {
  /** Only the names whose values differ. */
  differing: boolean;
  /** The ids of those that want what this command lacks: a password, a right, TLS options. */
  locked: readonly string[];
}

/** The answers of all servers side by side, the differences marked. */
export function callText(result: CallShown, view: View): string {
  const theme = themeOf(view);
  const { servers } = result;
  const heard = servers.filter(({ error }) => error === null);
  return [
    ...headLines(result, heard, view),
    ...(heard.length === 0 ? [] : [answersText(result, heard, view)]),
    ...servers
      .filter(({ error }) => error !== null)
      .flatMap(({ id, error }) => wrap(plain(`${SYMBOL.bad} ${id}: ${error}`), lineWidth(view), 2))
      .map(theme.bad),
  ].join('\n');
}

function headLines(
  { command, servers, differences }: CallShown,
  heard: readonly CalledServer[],
  view: View,
): string[] {
  const theme = themeOf(view);
  const who =
    heard.length === servers.length ? count(heard.length, 'server') : `${heard.length} of ${servers.length}`;
  const isSame = heard.every(({ differs }) => !differs);
  const same = heard.length < 2 ? '' : isSame ? ', the same answer' : ', different answers';
  const names = differences.length === 0 ? '' : `: ${namesWords(differences)}`;
  const line = wrap(
    plain(`${command}: ${who}${heard.length === 0 ? ' answered' : ''}${same}${names}`),
    lineWidth(view),
    2,
  );
  return line.map(isSame ? theme.bold : theme.warn);
}

/** So many names are said in the first line. */
const NAMED = 4;

const namesWords = (names: readonly string[]): string =>
  names.length > NAMED
    ? `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`
    : listed(names);

function answersText(result: CallShown, heard: readonly CalledServer[], view: View): string {
  if (heard.every(({ reply }) => isRecord(reply))) return namesText(result, heard, view);
  const texts = heard.map(({ reply }) => linesOf(reply));
  return texts.every((lines) => lines.length === 1)
    ? valuesText(heard, texts, view)
    : blocksText(heard, texts, view);
}

/** A line for each name, a column for each server. */
function namesText(
  { differences, differing }: CallShown,
  heard: readonly CalledServer[],
  view: View,
): string {
  const theme = themeOf(view);
  const all = [...new Set(heard.flatMap(({ reply }) => Object.keys(reply ?? {})))];
  const names = differing ? differences : all;
  if (names.length === 0)
    return theme.dim(differing ? 'nothing differs' : 'no server has a value of that name');
  const columns: Column[] = [{ title: 'NAME' }, ...heard.map(({ id }) => ({ title: id }))];
  const rows = names.map((name): Cell[] => {
    const values = heard.map(({ reply }) => (isRecord(reply) ? shownOf(reply, name) : ''));
    const usual = mostCommon(values);
    const isMarked = differences.includes(name);
    return [name, ...values.map((value) => (isMarked && value !== usual ? marked(value, theme) : value))];
  });
  return table(columns, rows, view);
}

const marked = (value: string, theme: Theme): Cell => ({
  text: `${SYMBOL.warn} ${value}`,
  paint: theme.warn,
});

/** A line for each server. */
function valuesText(heard: readonly CalledServer[], texts: readonly string[][], view: View): string {
  const theme = themeOf(view);
  const rows = heard.map(({ id, role, differs }, i): Cell[] => {
    const value = texts[i]?.[0] ?? '';
    return [
      id,
      { text: role, paint: (text) => theme.role(role, text) },
      differs ? marked(value, theme) : value,
    ];
  });
  return table([{ title: 'SERVER' }, { title: 'ROLE', drop: 1 }, { title: 'ANSWER' }], rows, view);
}

/** Each answer once, under the servers that gave it. */
function blocksText(heard: readonly CalledServer[], texts: readonly string[][], view: View): string {
  const theme = themeOf(view);
  const blocks = new Map<string, CalledServer[]>();
  heard.forEach((server, i) => {
    const text = texts[i]?.join('\n') ?? '';
    blocks.set(text, [...(blocks.get(text) ?? []), server]);
  });
  return [...blocks]
    .map(([text, servers]) => {
      const differs = servers.every((one) => one.differs);
      const head = wrap(
        `${differs ? `${SYMBOL.warn} ` : ''}${listed(servers.map(({ id }) => id))}:`,
        lineWidth(view),
        2,
      );
      return [...head.map(differs ? theme.warn : theme.bold), ...indented(text, view)].join('\n');
    })
    .join('\n');
}

const indented = (text: string, view: View): string[] =>
  text.split('\n').flatMap((line) => wrap(`  ${plain(line)}`, lineWidth(view), 4));

const shownOf = (reply: { readonly [name: string]: Reply }, name: string): string =>
  Object.hasOwn(reply, name) ? shown(reply[name] ?? null) : '-';

/** A value in one cell. */
const shown = (reply: Reply): string => linesOf(reply).join(' ');

/** A reply in lines, as redis-cli prints it without a terminal's quotes; a list within a list is indented. */
function linesOf(reply: Reply): string[] {
  if (reply === null) return ['(nil)'];
  if (typeof reply === 'number') return [String(reply)];
  if (typeof reply === 'string') return reply.trimEnd().split(/\r?\n/);
  if (isRecord(reply)) return Object.entries(reply).map(([name, value]) => `${name}: ${shown(value)}`);
  const items = reply as readonly Reply[];
  if (items.length === 0) return ['(empty list)'];
  return items.flatMap((item, i) => {
    const mark = `${i + 1}) `;
    return linesOf(item).map((line, n) => `${n === 0 ? mark : ' '.repeat(mark.length)}${line}`);
  });
}
