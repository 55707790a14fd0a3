import type { MastersResult, MembersResult, Subject } from '../model/views.js';
import type { MasterAddrResult } from '../model/which-master.js';

/** Rows for `--output tsv`. */
export interface RowSet {
  columns: string[];
  rows: string[][];
}

/** The values of a claim in the order in which they are shown, and how early each may be left out. */
export const FIELDS: Record<
  'masters' | 'replicas' | 'sentinels',
  [key: string, title: string, drop: number][]
> = {
  masters: [
    ['master', 'MASTER', 0],
    ['configEpoch', 'EPOCH', 3],
    ['quorum', 'QUORUM', 5],
    ['replicas', 'REPLICAS', 4],
    ['otherSentinels', 'PEERS', 6],
    ['downAfterMs', 'DOWN-AFTER', 8],
    ['failoverTimeoutMs', 'FAILOVER-TIMEOUT', 9],
    ['flags', 'FLAGS', 2],
  ],
  replicas: [
    ['flags', 'FLAGS', 2],
    ['linkStatus', 'LINK', 0],
    ['follows', 'FOLLOWS', 3],
    ['priority', 'PRIORITY', 5],
    ['offset', 'OFFSET', 6],
  ],
  sentinels: [
    ['flags', 'FLAGS', 0],
    ['sentinelId', 'ID', 2],
  ],
};

/** A value as text; `-` where there is none. */
export const show = (value: string | number | null | undefined): string =>
  value === null || value === undefined || value === '' ? '-' : String(value);

export function mastersRows(result: MastersResult): RowSet {
  return rowSet(
    'masters',
    result.masters.map((m) => ({ label: m.name, subject: m })),
  );
}

export function membersRows(result: MembersResult): RowSet {
  return rowSet(
    result.kind,
    result.members.map((m) => ({ label: m.id, subject: m })),
  );
}

export function masterAddrRows(result: MasterAddrResult): RowSet {
  return {
    columns: ['master', 'host', 'port'],
    rows: [[result.masterName, result.host, String(result.port)]],
  };
}

function rowSet(kind: keyof typeof FIELDS, subjects: { label: string; subject: Subject }[]): RowSet {
  const keys = FIELDS[kind].map(([key]) => key);
  return {
    columns: [kind.slice(0, -1), 'host', 'port', 'said-by', 'listed', ...keys],
    rows: subjects.flatMap(({ label, subject }) =>
      subject.claims.map((claim) => [
        label,
        subject.host,
        String(subject.port),
        claim.sentinel,
        claim.listed ? 'yes' : 'no',
        ...keys.map((key) => show(claim.values[key])),
      ]),
    ),
  };
}
