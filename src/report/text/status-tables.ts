import { formatAddress } from '../../model/address.js';
import type { MasterStatus, NodeStatus, SentinelStatus, ViewStatus } from '../../model/status.js';
import { type Cell, type Column, table } from './table.js';
import { SYMBOL, type Theme, themeOf, type View } from './theme.js';

/** A server that answers, with a refusal of this command's login, is not silent. */
export const silentWord = ({ locked }: { locked?: true }): string =>
  locked === true ? 'access denied' : 'no answer';

/** The data nodes of one master: role by the node's own word, link, offset, lag. */
export function nodesTable(master: MasterStatus, view: View): string {
  const theme = themeOf(view);
  const plainIds = master.nodes.every((n) => n.id === formatAddress(n));
  const columns: Column[] = [
    { title: 'NODE' },
    { title: 'ROLE' },
    ...(plainIds ? [] : [{ title: 'ADDRESS' }]),
    { title: 'LINK', drop: 1 },
    { title: 'OFFSET', align: 'right', drop: 3 },
    { title: 'LAG', align: 'right', drop: 2 },
  ];
  const rows = master.nodes.map((node): Cell[] => [
    node.id,
    roleCell(node, master, theme),
    ...(plainIds ? [] : [formatAddress(node)]),
    linkCell(node, master, theme),
    node.offset === null ? '-' : String(node.offset),
    node.lagBytes === null || node.role === 'master' ? '-' : bytes(node.lagBytes),
  ]);
  return table(columns, rows, view);
}

function roleCell(node: NodeStatus, master: MasterStatus, theme: Theme): Cell {
  if (!node.reachable) return { text: silentWord(node), paint: theme.bad };
  if (node.loading) return { text: 'loading', paint: theme.warn };
  const isMaster = node.id === master.master?.id;
  // It says something else than the sentinels do.
  const odd = (node.role === 'master') !== isMaster;
  if (odd) return { text: `${SYMBOL.bad} ${node.role}`, paint: theme.bad };
  return { text: node.role, paint: (text) => theme.role(node.role, text) };
}

function linkCell(node: NodeStatus, master: MasterStatus, theme: Theme): Cell {
  if (node.role !== 'replica') return '-';
  const link = node.linkStatus ?? '?';
  if (node.follows !== null && master.master !== null && node.follows.id !== master.master.id) {
    return { text: `${SYMBOL.bad} ${link} to ${node.follows.id}`, paint: theme.bad };
  }
  return { text: link, paint: link === 'up' ? theme.ok : theme.bad };
}

/** What each sentinel believes of one master; a silent one is a row too. */
export function sentinelsTable(
  master: MasterStatus,
  sentinels: readonly SentinelStatus[],
  view: View,
): string {
  const theme = themeOf(view);
  const plainIds = sentinels.every((s) => s.id === formatAddress(s));
  const viewOf = (s: SentinelStatus): ViewStatus | undefined => master.views.find((v) => v.sentinel === s.id);
  const flagged = sentinels.some((s) => flagsOf(s, viewOf(s)) !== '-');
  const epochs = new Set(master.views.map((v) => v.configEpoch));
  const columns: Column[] = [
    { title: 'SENTINEL' },
    ...(plainIds ? [] : [{ title: 'ADDRESS', drop: 4 }]),
    { title: 'BELIEVES' },
    { title: 'EPOCH', align: 'right', drop: epochs.size > 1 ? 1 : 3 },
    { title: 'CKQUORUM' },
    { title: 'FLAGS', drop: flagged ? 2 : 5 },
  ];
  const rows = sentinels.map((sentinel): Cell[] => {
    const belief = viewOf(sentinel);
    return [
      { text: sentinel.id, paint: (text) => theme.role('sentinel', text) },
      ...(plainIds ? [] : [formatAddress(sentinel)]),
      beliefCell(sentinel, belief, master, theme),
      belief === undefined ? '-' : String(belief.configEpoch),
      quorumCell(belief, theme),
      { text: flagsOf(sentinel, belief), paint: theme.warn },
    ];
  });
  return table(columns, rows, view);
}

function beliefCell(
  sentinel: SentinelStatus,
  belief: ViewStatus | undefined,
  master: MasterStatus,
  theme: Theme,
): Cell {
  if (!sentinel.reachable) return { text: silentWord(sentinel), paint: theme.bad };
  if (belief === undefined) return { text: `no ${master.name}`, paint: theme.bad };
  if (belief.differs) return { text: `${SYMBOL.bad} ${belief.master.id}`, paint: theme.bad };
  return { text: belief.master.id, paint: (text) => theme.role('master', text) };
}

function quorumCell(belief: ViewStatus | undefined, theme: Theme): Cell {
  if (belief === undefined) return '-';
  const { ok, usable } = belief.ckquorum;
  // More than there are: the figures alone look like enough.
  const needs = usable !== null && usable < belief.quorum ? `, quorum ${belief.quorum}` : '';
  const figures = usable === null ? '' : ` ${usable}/${belief.otherSentinels + 1}${needs}`;
  return ok
    ? { text: `ok${figures}`, paint: theme.ok }
    : { text: `${SYMBOL.bad}${figures || ' no'}`, paint: theme.bad };
}

/** The flags that say something: every entry is a `master`. */
function flagsOf(sentinel: SentinelStatus, belief: ViewStatus | undefined): string {
  const flags = [
    ...(sentinel.tilt === true ? ['TILT'] : []),
    ...(belief?.flags.filter((f) => f !== 'master') ?? []),
    ...(belief?.failoverState == null ? [] : [belief.failoverState]),
  ];
  return flags.length === 0 ? '-' : flags.join(',');
}

/** The sentinels alone, when none monitors a master. */
export function silentTable(sentinels: readonly SentinelStatus[], view: View): string {
  const theme = themeOf(view);
  const rows = sentinels.map((s): Cell[] => [
    s.id,
    formatAddress(s),
    s.reachable ? 'answers' : { text: s.error ?? silentWord(s), paint: theme.bad },
  ]);
  return table([{ title: 'SENTINEL' }, { title: 'ADDRESS', drop: 1 }, { title: 'STATE' }], rows, view);
}

/** `0 B`, `1.2 KB`, `3.4 MB`: 1000 bytes to the kilobyte. */
export function bytes(n: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = n;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
