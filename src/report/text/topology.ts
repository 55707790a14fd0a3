import { formatAddress } from '../../model/address.js';
import type { TopologyNode, TopologyResult } from '../../model/topology.js';
import { wrap } from '../plain-text.js';
import { grouped } from '../words/metrics.js';
import { bytes, silentWord } from './status-tables.js';
import { type Cell, type Column, table } from './table.js';
import { lineWidth, SYMBOL, type Theme, themeOf, type View } from './theme.js';

/** The tree of one master's group, a line a server. */
export function topologyText({ masterName, master, roots }: TopologyResult, view: View): string {
  const theme = themeOf(view);
  const lines = roots.flatMap((root) => linesOf(root, '', '', null));
  const hasIds = lines.some(({ node }) => node.id !== formatAddress(node));
  const columns: Column[] = [
    { title: 'SERVER' },
    ...(hasIds ? [{ title: 'ADDRESS', drop: 3 }] : []),
    { title: 'ROLE' },
    { title: 'LINK', drop: 1 },
    { title: 'LAG', align: 'right', drop: 2 },
    { title: 'KEYS', align: 'right', drop: 4 },
    { title: 'PRIORITY', align: 'right', drop: 5 },
    { title: 'VERSION', drop: 6 },
  ];
  const rows = lines.map(({ branch, node }): Cell[] => [
    `${branch}${node.id}`,
    ...(hasIds ? [formatAddress(node)] : []),
    roleCell(node, theme),
    node.linkStatus === null
      ? '-'
      : { text: node.linkStatus, paint: node.linkStatus === 'up' ? theme.ok : theme.bad },
    node.lagBytes === null ? '-' : bytes(node.lagBytes),
    node.keys === null ? '-' : grouped(node.keys),
    node.priority === null ? '-' : String(node.priority),
    node.server ?? '-',
  ]);
  const head =
    master === null
      ? `${masterName}: the sentinels do not agree on a master`
      : `${masterName}: the sentinels name ${master.id}`;
  return [
    ...wrap(head, lineWidth(view), 2).map(master === null ? theme.bad : theme.bold),
    table(columns, rows, view),
    ...lines
      .flatMap(({ node, leader }) => notesOf(node, leader))
      .flatMap((note) => wrap(note, lineWidth(view), 2).map(theme.warn)),
  ].join('\n');
}

interface Line {
  /** What is drawn before the name. */
  branch: string;
  node: TopologyNode;
  /** The node that it is drawn under. */
  leader: TopologyNode | null;
}

function linesOf(node: TopologyNode, branch: string, below: string, leader: TopologyNode | null): Line[] {
  const last = node.replicas.length - 1;
  return [
    { branch, node, leader },
    ...node.replicas.flatMap((replica, i) =>
      linesOf(
        replica,
        `${below}${i === last ? '└─ ' : '├─ '}`,
        `${below}${i === last ? '   ' : '│  '}`,
        node,
      ),
    ),
  ];
}

function roleCell(node: TopologyNode, theme: Theme): Cell {
  const { role, isNamed, error } = node;
  if (error !== null) return { text: silentWord(node), paint: theme.bad };
  // It says something else than the sentinels do.
  if ((role === 'master') !== isNamed) return { text: `${SYMBOL.bad} ${role}`, paint: theme.bad };
  return { text: role, paint: (text) => theme.role(role, text) };
}

/** What a line alone does not say. */
function notesOf(
  { id, role, isNamed, isListed, error, priority }: TopologyNode,
  leader: TopologyNode | null,
): string[] {
  const notes = [
    ...(error === null ? [] : [error]),
    ...(!isListed ? ['no sentinel lists it'] : []),
    ...(role === 'master' && !isNamed ? ['it says master, and the sentinels do not name it'] : []),
    ...(role === 'replica' && leader?.role === 'replica' ? [`it follows ${leader.id}, a replica`] : []),
    ...(role === 'replica' && priority === 0 ? ['it is never promoted (replica-priority 0)'] : []),
  ];
  return notes.length === 0 ? [] : [`${SYMBOL.warn} ${id}: ${notes.join('; ')}`];
}
