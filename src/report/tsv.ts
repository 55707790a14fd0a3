import type { CheckText, Finding } from '../checks/check.js';
import type { DoctorResult } from '../checks/diagnose.js';
import type { ActResult } from '../cluster/act.js';
import type { DownResult } from '../cluster/down.js';
import type { ListedCluster } from '../cluster/list.js';
import type { UpResult } from '../cluster/up/result.js';
import type { InjectResult } from '../faults/inject.js';
import type { RecoverResult } from '../faults/recover.js';
import { type CallResult, differsAt, isRecord } from '../model/called.js';
import type { CrosscheckResult } from '../model/crosscheck.js';
import type { StatusResult } from '../model/status.js';
import type { TopologyNode, TopologyResult } from '../model/topology.js';
import type { MastersResult, MembersResult, Subject } from '../model/views.js';
import type { MasterAddrResult } from '../model/which-master.js';
import type { FailoverResult } from '../observe/result.js';
import type { SweepResult } from '../observe/sweep-result.js';
import type { SwitchoverResult } from '../observe/switchover-result.js';
import type { QuorumResult } from '../scenarios/play/quorum.js';
import type { RowSet } from './rows.js';
import type { AuditResult } from './text/audit.js';
import type { HistoryResult } from './text/history.js';
import type { UseResult } from './text/use.js';
import type { WaitResult } from './text/wait.js';
import { FIELDS } from './words/claim-fields.js';

export const LIST_ROWS: RowSet<{ clusters: readonly ListedCluster[] }> = {
  columns: ['cluster', 'driver', 'state', 'nodes', 'running', 'verdict', 'master', 'ports', 'createdAt'],
  of: ({ clusters }) => clusters,
};

/** Every server of a cluster; the problems are in the JSON document. */
export const STATUS_ROWS: RowSet<{ status: StatusResult }> = {
  columns: ['id', 'host', 'port', 'role', 'reachable', 'linkStatus', 'lagBytes', 'offset', 'master', 'error'],
  of: ({ status: { masters, sentinels } }) => [
    ...masters.flatMap(({ name, nodes }) => nodes.map((node) => ({ ...node, master: name }))),
    ...sentinels.map((sentinel) => ({ ...sentinel, role: 'sentinel' })),
  ],
};

/** Every node that runs. */
export const UP_ROWS: RowSet<UpResult> = {
  columns: ['id', 'host', 'port', 'role'],
  of: ({ master, replicas, sentinels }) => [
    { ...master, role: 'master' },
    ...replicas.map((node) => ({ ...node, role: 'replica' })),
    ...sentinels.map((node) => ({ ...node, role: 'sentinel' })),
  ],
};

/** A row for each cluster. */
export const DOWN_ROWS: RowSet<DownResult | { clusters: DownResult[] }> = {
  columns: [
    ...['cluster', 'removed.processes', 'removed.containers', 'removed.networks', 'removed.volumes'],
    ...['keptData', 'data.bytes'],
  ],
  of: (result) => ('clusters' in result ? result.clusters : [result]),
};

/** What was done to one node. */
export const ACT_ROWS: RowSet<ActResult> = {
  columns: [
    ...['node', 'cluster', 'action', 'changed', 'before.state', 'before.detail'],
    ...['after.state', 'after.detail'],
  ],
  of: (result) => [result],
};

export const USE_ROWS: RowSet<UseResult> = {
  columns: ['cluster', 'from', 'used'],
  of: (result) => [result],
};

/** A row for each cluster. */
export const RECOVER_ROWS: RowSet<RecoverResult | { clusters: RecoverResult[] }> = {
  columns: ['cluster', 'what', 'since', 'undone', 'started', 'keys', 'converged', 'master', 'stays'],
  of: (result) =>
    ('clusters' in result ? result.clusters : [result]).map((one) => ({
      ...one,
      undone: one.undone.join('; '),
      stays: one.stays.join('; '),
    })),
};

/** A row for each act. */
export const INJECT_ROWS: RowSet<InjectResult> = {
  columns: ['fault', 'does', 'undo', 'forMs', 'healed', 'converged', 'heal', 'lostKeys'],
  of: ({ acts, ...result }) => acts.map((act) => ({ ...result, ...act })),
};

/** A row for each part of the test. */
export const QUORUM_ROWS: RowSet<QuorumResult> = {
  columns: ['id', 'outcome', 'down', 'left', 'failedOver', 'failedOverAfter', 'reason'],
  of: ({ phases }) => phases,
};

export const WAIT_ROWS: RowSet<{ result: WaitResult }> = {
  columns: ['cluster', 'for', 'reached', 'waitedMs', 'verdict.word', 'verdict.text'],
  of: ({ result }) => [result],
};

export const MASTERS_ROWS: RowSet<MastersResult> = {
  columns: ['name', ...claimColumns('masters')],
  of: ({ masters }) => masters.flatMap((m) => claimsOf({ name: m.name }, m)),
};

export const membersRows = (kind: MembersResult['kind']): RowSet<MembersResult> => ({
  columns: ['id', ...claimColumns(kind)],
  of: ({ members }) => members.flatMap((m) => claimsOf({ id: m.id }, m)),
});

function claimColumns(kind: keyof typeof FIELDS): string[] {
  return ['host', 'port', 'sentinel', 'listed', ...FIELDS[kind].map(([key]) => key)];
}

const claimsOf = (named: object, { host, port, claims }: Subject): object[] =>
  claims.map(({ sentinel, listed, values }) => ({ ...named, host, port, sentinel, listed, ...values }));

export const MASTER_ADDR_ROWS: RowSet<MasterAddrResult> = {
  columns: ['masterName', 'host', 'port'],
  of: (result) => [result],
};

/** A finding that another one explains has that one’s id as its `cause`. */
export const DOCTOR_ROWS: RowSet<{ result: DoctorResult }> = {
  columns: ['id', 'severity', 'subject', 'message', 'fix', 'at', 'cause'],
  of({ result }) {
    const row = (f: Finding, cause: string): object => ({
      ...f,
      fix: f.fix.join('; '),
      at: f.at === undefined ? '' : `${f.at.file}:${f.at.line}`,
      cause,
    });
    return result.findings.flatMap((f) => [row(f, ''), ...f.consequences.map((c) => row(c, f.id))]);
  },
};

export const EXPLAIN_ROWS: RowSet<{ checks: readonly CheckText[] }> = {
  columns: ['id', 'severity', 'group', 'title'],
  of: ({ checks }) => checks,
};

/** A row for each trial. */
export const FAILOVER_ROWS: RowSet<FailoverResult> = {
  columns: [
    ...['trial', 'outcome', 'oldMaster.id', 'newMaster.id', 'client.outageMs', 'phases.switchedMs'],
    ...['ledger.acknowledged', 'ledger.lost', 'rejoin.zombieMs', 'rejoin.caughtUpMs', 'broken'],
  ],
  of: ({ trials }) => trials.map((trial, i) => ({ trial: i + 1, ...trial })),
};

/** A row for each switchover; of a rehearsal, one for what would be done. */
export const SWITCHOVER_ROWS: RowSet<SwitchoverResult> = {
  columns: [
    ...['trial', 'outcome', 'oldMaster.id', 'newMaster.id', 'method', 'switchMs', 'writeGapMs'],
    ...['syncFull', 'slipBytes', 'ledger.acknowledged', 'ledger.lost', 'reason'],
  ],
  of: (result) =>
    result.dryRun ? [{ ...result, trial: 0 }] : result.trials.map((trial, i) => ({ trial: i + 1, ...trial })),
};

/** A row for each combination of settings. */
export const SWEEP_ROWS: RowSet<SweepResult> = {
  columns: [
    ...['downAfterMs', 'minReplicas', 'proved', 'switchedMs.p50', 'switchedMs.max'],
    ...['outageMs.p50', 'outageMs.max', 'lost.p50', 'lost.max', 'onFrontier'],
  ],
  of: ({ points }) => points,
};

export const HISTORY_ROWS: RowSet<HistoryResult> = {
  columns: [
    ...['startedAt', 'outcome', 'fault', 'driver', 'config.downAfterMs', 'trials', 'held', 'switchedMs.p50'],
    ...['switchedMs.max', 'outageMs.p50', 'outageMs.max', 'ledger.acknowledged', 'ledger.lost'],
    ...['trend.switchedMs', 'masterName'],
  ],
  of: ({ runs }) => runs,
};

/** A row for each action. */
export const AUDIT_ROWS: RowSet<AuditResult> = {
  columns: [
    ...['atMs', 'user', 'cluster', 'masterName', 'what', 'before.verdict', 'before.master.id'],
    ...['end.atMs', 'end.exitCode', 'end.master.id'],
  ],
  of: ({ entries }) => entries,
};

/** A row for each server, the one that it follows in `under`; a server stands after that one. */
export const TOPOLOGY_ROWS: RowSet<TopologyResult> = {
  columns: [
    ...['id', 'host', 'port', 'under', 'role', 'isNamed', 'isListed', 'linkStatus', 'lagBytes'],
    ...['keys', 'priority', 'server', 'error'],
  ],
  of: ({ roots }) => roots.flatMap((root) => rowsBelow(root, null)),
};

const rowsBelow = (node: TopologyNode, under: string | null): Record<string, unknown>[] => [
  { ...node, under },
  ...node.replicas.flatMap((replica) => rowsBelow(replica, node.id)),
];

/** A row for each server, or for each name and value that it answered. */
export const CALL_ROWS: RowSet<CallResult & { differing: boolean }> = {
  columns: ['id', 'host', 'port', 'role', 'name', 'value', 'error', 'differs'],
  of: ({ servers, differences, differing }) =>
    servers.flatMap(({ reply, ...server }): object[] =>
      isRecord(reply)
        ? Object.entries(reply)
            .filter(([name]) => !differing || differences.includes(name))
            .map(([name, value]) => ({
              ...server,
              name,
              value,
              differs: differsAt({ servers, differences }, { ...server, reply }, name),
            }))
        : [{ ...server, name: '', value: reply }],
    ),
};

/** A row for each link. */
export const CROSSCHECK_ROWS: RowSet<CrosscheckResult> = {
  columns: ['from', 'to', 'reach', 'answeredMsAgo', 'downMs', 'flags', 'says'],
  of: ({ crossings }) => crossings,
};
