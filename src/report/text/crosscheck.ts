import { type CrosscheckResult, type Crossing, HERE, type Reach } from '../../model/crosscheck.js';
import { count } from '../../model/words.js';
import { plain, widthOf, wrap } from '../plain-text.js';
import { type Cell, type Column, table } from './table.js';
import { lineWidth, SYMBOL, type Theme, themeOf, type View } from './theme.js';

const MARKS: Readonly<Record<Reach, string>> = { yes: SYMBOL.ok, no: SYMBOL.bad, unknown: SYMBOL.unknown };
const RANK: Readonly<Record<Reach, number>> = { no: 0, unknown: 1, yes: 2 };

/** Who reaches which server, as a matrix; then the links that do not work, in words. */
export function crosscheckText(result: CrosscheckResult, view: View): string {
  const theme = themeOf(view);
  const { crossings, findings } = result;
  const doubted = crossings.filter(({ reach }) => reach !== 'yes');
  return [
    ...headLines(result, view),
    matrix(result, view),
    ...(doubted.length === 0 ? [] : ['']),
    ...byServer(doubted).flatMap(({ reach, words }) =>
      wrap(plain(`${MARKS[reach]} ${words}`), lineWidth(view), 2).map(paintOf(reach, theme)),
    ),
    ...(findings.length === 0 ? [] : ['', theme.bold('status finds')]),
    ...findings.flatMap(({ id, message }) => wrap(plain(`  ${id}: ${message}`), lineWidth(view), 4)),
  ].join('\n');
}

function headLines({ masterName, master, crossings }: CrosscheckResult, view: View): string[] {
  const theme = themeOf(view);
  const number = (reach: Reach): number => crossings.filter((one) => one.reach === reach).length;
  const [cut, unknown] = [number('no'), number('unknown')];
  const links = count(crossings.length, 'link');
  const all = cut === 0 && unknown === 0 ? `all ${links} work` : null;
  const some = [
    ...(cut === 0 ? [] : [`${cut} of ${links} ${cut === 1 ? 'does' : 'do'} not work`]),
    ...(unknown === 0
      ? []
      : [`${unknown}${cut === 0 ? ` of ${links}` : ''} ${unknown === 1 ? 'is' : 'are'} not known`]),
  ];
  const named = master === null ? ' (the sentinels do not agree on a master)' : ` → ${master.id}`;
  const mark = cut > 0 ? 'no' : unknown > 0 ? 'unknown' : 'yes';
  const line = `${MARKS[mark]} ${masterName}${named}: ${all ?? some.join(', ')}`;
  return wrap(plain(line), lineWidth(view), 2).map(paintOf(mark, theme));
}

const paintOf = (reach: Reach, theme: Theme): ((text: string) => string) =>
  reach === 'yes' ? theme.ok : reach === 'no' ? theme.bad : theme.warn;

/** A row for each server that reaches others, a column for each one that is reached; a line for each row where that is too wide. */
function matrix({ servers, crossings }: CrosscheckResult, view: View): string {
  const theme = themeOf(view);
  const rows = [...new Set(crossings.map(({ from }) => from))].map((from) => {
    const title = from === HERE ? 'this machine' : from;
    return { from, title, own: crossings.filter((one) => one.from === from) };
  });
  const columns: Column[] = [{ title: 'FROM' }, ...servers.map(({ id }) => ({ title: id }))];
  const cells = rows.map(({ from, title, own }): Cell[] => [
    title,
    ...servers.map(({ id }): Cell => {
      const crossing = own.find(({ to }) => to === id);
      if (crossing === undefined) return from === id ? '·' : '';
      return { text: MARKS[crossing.reach], paint: paintOf(crossing.reach, theme) };
    }),
  ]);
  if (fits(columns, rows, view)) return table(columns, cells, view);
  return rows
    .flatMap(({ title, own }) => {
      const parts = (['no', 'unknown', 'yes'] as const).flatMap((reach) => {
        const ids = own.filter((one) => one.reach === reach).map(({ to }) => to);
        return ids.length === 0 ? [] : [`${MARKS[reach]} ${ids.join(', ')}`];
      });
      return wrap(plain(`${title}: ${parts.join('  ')}`), lineWidth(view), 2);
    })
    .join('\n');
}

/** Whether all columns stand side by side. */
const fits = (columns: readonly Column[], rows: readonly { title: string }[], view: View): boolean =>
  Math.max(...rows.map(({ title }) => widthOf(title))) +
    columns.slice(1).reduce((sum, { title }) => sum + widthOf(title) + 2, 0) <=
  lineWidth(view);

interface Said {
  reach: Reach;
  words: string;
}

/** What does not work: a line for each server that is not reached, and one for each that says nothing of any. */
function byServer(doubted: readonly Crossing[]): Said[] {
  const silent = new Map<string, Crossing>();
  const cut = new Map<string, Crossing[]>();
  for (const crossing of doubted) {
    const { from, to, reach, says } = crossing;
    // Of all that it may reach it says the same.
    if (reach === 'unknown' && says.startsWith('not known: ')) silent.set(from, crossing);
    else {
      const key = `${reach} ${to}`;
      cut.set(key, [...(cut.get(key) ?? []), crossing]);
    }
  }
  const lines = [...cut.values()].map((same): Said => {
    const [first] = same;
    const who = same.map(({ from, says }) => `${from === HERE ? 'this machine' : from} (${says})`).join(', ');
    const does = first?.reach === 'no' ? 'is not reached by' : 'may not be reached by';
    return { reach: first?.reach ?? 'unknown', words: `${first?.to} ${does} ${who}` };
  });
  return [
    ...lines.toSorted((a, b) => RANK[a.reach] - RANK[b.reach]),
    ...[...silent.values()].map(({ from, says }): Said => {
      return { reach: 'unknown', words: `what ${from} reaches is ${says}` };
    }),
  ];
}
