import type { AuditEntry, AuditedMaster } from '../../cluster/store/audit.js';
import { shellWord } from '../../model/secrets.js';
import { count } from '../../model/words.js';
import { plain, wrap } from '../plain-text.js';
import { nextLines } from './lines.js';
import { type Column, leftOut, table } from './table.js';
import { lineWidth, themeOf, type View } from './theme.js';

/** The result of `audit`: the newest first. */
export interface AuditResult {
  /** The cluster that was asked for; null: all. */
  cluster: string | null;
  /** How many are recorded; `entries` may be fewer. */
  total: number;
  entries: AuditEntry[];
  /** How many lines cannot be read. */
  unreadable: number;
}

/** What was done to attached clusters, a row each. */
export function auditText({ cluster, total, entries, unreadable }: AuditResult, view: View): string {
  const theme = themeOf(view);
  const on = cluster === null ? 'attached clusters' : cluster;
  if (entries.length === 0)
    return [
      ...wrap(`no action on ${on} yet: each one will be recorded here`, lineWidth(view)),
      ...nextLines('sentinelctl attach --help', view),
    ].join('\n');
  const rows = entries.map(({ atMs, user, cluster: name, line, before, end }) => [
    `${new Date(atMs).toISOString().slice(0, 19)}Z`,
    user,
    { text: name, paint: theme.bold },
    end === null
      ? { text: 'no end', paint: theme.warn }
      : { text: String(end.exitCode), paint: end.exitCode === 0 ? theme.ok : theme.warn },
    mastersWords(before.master, end),
    plain(line.map(shellWord).join(' ')),
  ]);
  const notes = [
    ...(unreadable === 0 ? [] : [`${count(unreadable, 'line')} cannot be read`]),
    ...(total > entries.length
      ? [`${total - entries.length} older of ${total} not shown: --limit ${total}`]
      : []),
  ];
  const columns: Column[] = [
    { title: 'STARTED' },
    { title: 'USER', drop: 3 },
    { title: 'CLUSTER', drop: 1 },
    { title: 'EXIT', align: 'right' },
    { title: 'MASTER', drop: 2 },
    { title: 'COMMAND' },
  ];
  return [
    table(columns, rows, view),
    ...leftOut(columns, rows, view),
    ...notes.flatMap((words) => wrap(words, lineWidth(view), 2).map(theme.dim)),
  ].join('\n');
}

/** One name where it was the same when the command ended: a failover that the command caused may have come later. */
function mastersWords(before: AuditedMaster, end: AuditEntry['end']): string {
  const [from, to] = [masterWord(before), end === null ? '?' : masterWord(end.master)];
  return from === to ? from : `${from} → ${to}`;
}

const masterWord = (master: AuditedMaster): string => master?.id ?? '?';
