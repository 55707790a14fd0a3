import { humanDurationMs } from '../../model/duration.js';
import type { AnsweredNode, MasterFacts } from '../../model/facts.js';
import { count } from '../../model/words.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { setConfig } from '../fixes.js';
import { ids, judgeMasters, nameOf } from '../snapshot.js';
import { ROUNDED_S } from './restarted-empty.js';

export default {
  id: 'data-gone',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'data-unsafe',
  group: 'data',
  part: 'disk',
  title: 'the master restarted without its data, and its replicas copied that',
  consequence: 'no server of the cluster holds the data any more; only a backup does',
  explanation:
    'A master without persistence, or whose volume was lost with its pod, that is started again within down-after is ' +
    'still the master, and is empty. Each replica copies that in a full resync, and afterwards all roles, links and ' +
    'offsets look healthy. A replica still tells what it executed since its own start (INFO commandstats; a full resync ' +
    'does not reset it). If that includes writes and no command that can remove a key, the replica held keys, and they ' +
    'are gone, also with appendonly yes. If it includes DEL, UNLINK or an expired key, or the replica was restarted too, ' +
    'this is not proved: then it is only a note, with appendonly yes where the file is new. A master with snapshots alone ' +
    'comes back with the last one: that it was started again without a failover, loaded a file and gave it to its replicas ' +
    'in a full resync is a note for an hour. Whether writes were acknowledged after that file was saved, no server knows any more.',
  remedy: [
    'restore the data from a backup; what the servers had in memory is gone',
    'then appendonly yes at every data node, or no automatic restart: see restart-wipe',
    'where a volume was lost with its pod: start the server later than down-after, so that a replica is promoted first',
    'the finding goes with the first key that is written, or with CONFIG RESETSTAT at the replicas',
  ],
  sources: [
    'replication.c: readSyncBulkPayload (emptyData)',
    'server.c: genRedisInfoString (commandstats)',
    'measured',
  ],
  causes: ['restart-wipe', 'persistence-skew', 'diskless-delay'],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (master) => {
      const { answered, refOf } = master;
      const node = answered.find((n) => master.master !== null && n.id === refOf(master.master).id);
      if (node !== undefined && cameBackOld(master, node)) return setBack(master, node);
      if (node === undefined || !restartedEmpty(node)) return [];
      const followers = answered.filter((n) => copied(master, node, n));
      return followers.length === 0 ? [] : gone(master, node, followers);
    }),
} satisfies SnapshotCheck;

/** Whether a master holds nothing, loaded nothing, and was a master since its start. */
function restartedEmpty({ answer }: AnsweredNode): boolean {
  const { role, loading, keys, loadedKeys = 0, history } = answer;
  if (role !== 'master' || loading || keys !== 0 || loadedKeys > 0) return false;
  // A replica that was promoted goes on with the stream of the old master.
  return history === undefined || /^0*$/.test(history.earlierId);
}

/** For how long a restart from a file is told: later the note would only be in the way. Seconds. */
const TOLD_S = 3600;

/**
 * Whether a master was started again without a failover, has what an RDB file had, and gave that to its replicas again. A
 * replica that has nothing newer than that file continues without a full resync (replication.c,
 * masterTryPartialResynchronization; rdb.c: a master restores its replication id too, since 7.0).
 */
function cameBackOld({ sentinelViews }: MasterFacts, { answer }: AnsweredNode): boolean {
  const { role, loading, keys = 0, loadedKeys = 0, logsWrites, fullSyncs = 0, uptimeS } = answer;
  if (role !== 'master' || loading || logsWrites !== false || keys === 0) return false;
  if (loadedKeys === 0 || fullSyncs === 0) return false;
  if (uptimeS === undefined || uptimeS > TOLD_S || sentinelViews.length === 0) return false;
  // A switch, and a start of the sentinel itself, would have set that time to 0 (sentinel.c, sentinelResetMaster).
  return sentinelViews.every(({ view }) => (view.roleReportedMs ?? 0) > (uptimeS + ROUNDED_S) * 1000);
}

/** No more than a note: SHUTDOWN saves first, and then nothing may be missing. */
function setBack(facts: MasterFacts, node: AnsweredNode): RawFinding[] {
  const { uptimeS = 0, loadedKeys = 0 } = node.answer;
  const followers = facts.answered.filter((n) => startedBefore(facts, node, n));
  if (followers.length === 0) return [];
  const who = ids(followers);
  return [
    {
      subject: node.id,
      servers: [node.id, ...followers.map((n) => n.id)],
      severity: 'info',
      message: `${nameOf(node)} (master) started ${uptimeS} s ago, later than ${who} and without a failover, from its last RDB file (${count(loadedKeys, 'key')}); it writes no append-only file, and ${who} copied that: what was written after that file was saved is gone`,
      consequence: 'a master that comes back with a snapshot sets its replicas back to it',
      fix: [
        '# if writes are missing, restore them from a backup; what keeps them the next time: sentinelctl explain restart-wipe',
      ],
    },
  ];
}

/** Whether an empty replica has its copy from this master, and was started before it. */
const copied = (facts: MasterFacts, master: AnsweredNode, node: AnsweredNode): boolean =>
  node.answer.keys === 0 && startedBefore(facts, master, node);

/** Whether a replica that has its link to this master was started before it. */
function startedBefore({ refOf }: MasterFacts, master: AnsweredNode, { answer }: AnsweredNode): boolean {
  const { follows, linkStatus, role, syncing, uptimeS } = answer;
  if (role !== 'replica' || follows === null || refOf(follows).id !== master.id) return false;
  if (linkStatus !== 'up' || syncing === true) return false;
  if (uptimeS === undefined || master.answer.uptimeS === undefined) return false;
  return master.answer.uptimeS + ROUNDED_S < uptimeS;
}

function gone(facts: MasterFacts, node: AnsweredNode, followers: readonly AnsweredNode[]): RawFinding[] {
  const { uptimeS = 0, logsWrites } = node.answer;
  const since = `${node.id} started ${uptimeS} s ago, later than ${ids(followers)}`;
  const shared = { subject: node.id, servers: [node.id, ...followers.map((n) => n.id)] };
  const [proof] = followers.toSorted((a, b) => (b.answer.keptWrites ?? 0) - (a.answer.keptWrites ?? 0));
  const writes = proof?.answer.keptWrites ?? 0;
  if (proof === undefined || writes === 0) {
    const kept = keptNothing(node, followers);
    if (kept === null) return [];
    return [
      {
        ...shared,
        severity: 'info',
        message: `${nameOf(node)} (master) and its replicas hold 0 keys; ${since}, and ${kept}: if it held keys before, they are gone`,
        consequence: 'a master that comes back without its files loses its data, and its replicas copy that',
        fix: [
          '# if there were keys, restore them from a backup; what keeps them the next time: sentinelctl explain restart-wipe',
        ],
      },
    ];
  }
  const lost = `restarted empty, and ${ids(followers)} copied that: the data is gone`;
  const why = logsWrites === false ? 'writes nothing to disk' : 'found nothing on its disk';
  return [
    {
      ...shared,
      brief: `${node.id} (master) ${lost}`,
      message: `${nameOf(node)} (master) ${lost}`,
      evidence: `${proof.id} executed ${count(writes, 'write')} and no command that removes a key, and holds 0 keys; ${since}, and ${why}`,
      fix: [
        'sentinelctl explain data-gone  # no server of the cluster holds the data: restore it from a backup',
        ...keep(facts, node),
      ],
    },
  ];
}

/** What a new append-only file has: an RDB file without a key (Redis 7), or nothing. The shortest write makes it longer. */
const NEW_LOG_BYTES = 120;

/** Why an empty master may have held keys; null where its file would have kept them, or nothing was ever written. */
function keptNothing({ answer }: AnsweredNode, followers: readonly AnsweredNode[]): string | null {
  if (answer.logsWrites === false) return 'writes nothing to disk';
  const isNew = (answer.logBytes ?? Number.POSITIVE_INFINITY) <= NEW_LOG_BYTES;
  const wrote = followers.some((n) => (n.answer.writes ?? 0) > 0);
  return isNew && wrote ? 'its append-only file is new, although writes were executed before' : null;
}

/** So that it does not happen again. */
function keep({ answered, sentinelViews }: MasterFacts, { id, answer }: AnsweredNode): string[] {
  const without = answered.filter((n) => n.answer.logsWrites === false);
  const downAfterMs = Math.max(0, ...sentinelViews.map((w) => w.view.downAfterMs));
  const later = downAfterMs === 0 ? 'down-after' : `${humanDurationMs(downAfterMs)} (down-after)`;
  return [
    '# then, so that the next restart does not lose it again (sentinelctl explain restart-wipe):',
    ...without.flatMap((n) => setConfig(n, 'appendonly', 'yes')),
    ...(answer.logsWrites === true
      ? [
          `# ${id} has appendonly yes, and its dir was empty: keep that dir on a volume that stays when the server goes`,
          `# a server whose dir was lost must start later than ${later} after its end: then a replica is promoted first`,
        ]
      : []),
  ];
}
