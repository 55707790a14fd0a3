import type { ListedCluster } from '../../cluster/list.js';
import type { VerdictWord } from '../../model/status.js';
import { verdictRank } from '../../model/verdict.js';
import { listed } from '../../model/words.js';
import { plain, wrap } from '../plain-text.js';
import { type Cell, table } from './table.js';
import { lineWidth, themeOf, type View } from './theme.js';

/** A cluster, and what its servers said where they were asked. */
type Listed = ListedCluster & {
  verdict?: VerdictWord | null;
  master?: string | null;
  silent?: readonly string[];
};

/** The clusters of this machine, or how to start one. */
export function listText(entries: readonly Listed[], nowMs: number, view: View): string {
  if (entries.length === 0) return 'no cluster yet\n→ sentinelctl up';
  const theme = themeOf(view);
  const rows = entries.map((entry): Cell[] => [
    { text: entry.cluster, paint: theme.bold },
    entry.verdict == null
      ? { text: entry.state, paint: theme.warn }
      : {
          text: entry.state === 'not finished' ? `${entry.verdict}, not finished` : entry.verdict,
          paint: paintOf(entry.verdict),
        },
    entry.master ?? '-',
    entry.running === undefined ? String(entry.nodes) : `${entry.running}/${entry.nodes}`,
    entry.ports?.replaceAll(',', ' ') ?? '-',
    entry.driver,
    entry.createdAt === undefined ? '-' : ageText(nowMs - Date.parse(entry.createdAt)),
  ]);
  const silent = entries.flatMap(({ cluster, silent = [] }) =>
    silent.length === 0
      ? []
      : wrap(plain(`${cluster}: no answer from ${listed(silent)}`), lineWidth(view), 2).map(theme.dim),
  );
  const shown = table(
    [
      { title: 'CLUSTER' },
      { title: 'VERDICT' },
      { title: 'MASTER', drop: 1 },
      { title: 'NODES', align: 'right', drop: 2 },
      { title: 'PORTS', drop: 4 },
      { title: 'DRIVER', drop: 3 },
      { title: 'AGE', align: 'right', drop: 5 },
    ],
    rows,
    view,
  );
  const unknown = entries.flatMap(({ cluster, verdict, why }) =>
    verdict == null && why !== undefined
      ? wrap(plain(`${cluster}: ${why}`), lineWidth(view), 2).map(theme.warn)
      : [],
  );
  const inFile = entries.flatMap(({ cluster, file }) =>
    file === undefined ? [] : wrap(plain(`${cluster}: from ${file}`), lineWidth(view), 2).map(theme.dim),
  );
  return [shown, ...silent, ...unknown, ...inFile].join('\n');

  function paintOf(word: VerdictWord): (text: string) => string {
    if (word === 'HEALTHY') return theme.ok;
    return verdictRank(word) === 0 ? theme.bad : theme.warn;
  }
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

/** `3d`, `5h`, `12m`, `40s`. */
function ageText(ms: number): string {
  const [unit, size] = UNITS.find(([, of]) => ms >= of) ?? (['s', 1000] as const);
  return `${Math.max(0, Math.floor(ms / size))}${unit}`;
}
