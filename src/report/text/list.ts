import type { ListedCluster } from '../../cluster/list.js';
import { type Cell, table } from './table.js';
import { themeOf, type View } from './theme.js';

/** The clusters of this machine, or how to start one. */
export function listText(entries: readonly ListedCluster[], view: View): string {
  if (entries.length === 0) return 'no cluster yet\n→ sentinelctl up';
  const theme = themeOf(view);
  const rows = entries.map((entry): Cell[] => [
    { text: entry.cluster, paint: theme.bold },
    entry.driver,
    { text: entry.state, paint: entry.state === 'running' ? theme.ok : theme.warn },
    entry.running === undefined ? String(entry.nodes) : `${entry.running}/${entry.nodes}`,
  ]);
  return table(
    [
      { title: 'CLUSTER' },
      { title: 'DRIVER', drop: 2 },
      { title: 'STATE' },
      { title: 'NODES', align: 'right', drop: 1 },
    ],
    rows,
    view,
  );
}
