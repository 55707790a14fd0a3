import type { CheckText, Finding } from '../checks/check.js';
import type { DoctorResult } from '../checks/diagnose.js';
import type { ListedCluster } from '../cluster/list.js';
import type { MastersResult, MembersResult, Subject } from '../model/views.js';
import type { MasterAddrResult } from '../model/which-master.js';
import type { HistoryResult } from './text/history.js';
import { FIELDS, show } from './words/claim-fields.js';

/** What `--output tsv` prints: a row per line below the names of the columns. */
export interface Rows {
  columns: string[];
  rows: string[][];
}

export function listRows(entries: readonly ListedCluster[]): Rows {
  return {
    columns: ['cluster', 'driver', 'state', 'nodes', 'running'],
    rows: entries.map((e) => [
      e.cluster,
      e.driver,
      e.state,
      String(e.nodes),
      e.running === undefined ? '' : String(e.running),
    ]),
  };
}

export function mastersRows(result: MastersResult): Rows {
  return rowSet(
    'masters',
    result.masters.map((m) => ({ label: m.name, subject: m })),
  );
}

export function membersRows(result: MembersResult): Rows {
  return rowSet(
    result.kind,
    result.members.map((m) => ({ label: m.id, subject: m })),
  );
}

export function masterAddrRows(result: MasterAddrResult): Rows {
  return {
    columns: ['master', 'host', 'port'],
    rows: [[result.masterName, result.host, String(result.port)]],
  };
}

function rowSet(kind: keyof typeof FIELDS, subjects: { label: string; subject: Subject }[]): Rows {
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

/** A finding that another one explains has that one’s id in the last column. */
export function doctorRows({ findings }: DoctorResult): Rows {
  const row = (f: Finding, cause: string): string[] => [
    f.severity,
    f.id,
    f.subject,
    f.message,
    f.fix.join('; '),
    f.at === undefined ? '' : `${f.at.file}:${f.at.line}`,
    cause,
  ];
  return {
    columns: ['severity', 'id', 'subject', 'message', 'fix', 'at', 'cause'],
    rows: findings.flatMap((f) => [row(f, ''), ...f.consequences.map((c) => row(c, f.id))]),
  };
}

export function explainRows(checks: readonly CheckText[]): Rows {
  return {
    columns: ['id', 'severity', 'group', 'title'],
    rows: checks.map((c) => [c.id, c.severity, c.group, c.title]),
  };
}

export function historyRows({ runs }: HistoryResult): Rows {
  const cell = (value: number | undefined | null): string =>
    value === undefined || value === null ? '' : String(value);
  return {
    columns: [
      ...['started_at', 'outcome', 'fault', 'driver', 'down_after_ms', 'trials', 'held', 'switched_p50_ms'],
      ...['switched_max_ms', 'outage_p50_ms', 'outage_max_ms', 'acknowledged', 'lost', 'trend_switched_ms'],
    ],
    rows: runs.map((run) => [
      run.startedAt,
      run.outcome,
      run.fault,
      run.driver,
      String(run.config.downAfterMs),
      String(run.trials),
      String(run.held),
      cell(run.switchedMs?.p50),
      cell(run.switchedMs?.max),
      cell(run.outageMs?.p50),
      cell(run.outageMs?.max),
      cell(run.ledger?.acknowledged),
      cell(run.ledger?.lost),
      cell(run.trend?.switchedMs),
    ]),
  };
}
