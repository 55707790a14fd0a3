import { cameBackEmpty, ROUNDED_S, startedBefore } from '../../model/came-back.js';
import { humanDurationMs } from '../../model/duration.js';
import type { AnsweredNode, MasterFacts } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { count } from '../../model/words.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { setConfig } from '../fixes.js';
import { ids, judgeMasters, nameOf } from '../snapshot.js';

export default {
  id: 'data-gone',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'data-unsafe',
  group: 'data',
  part: 'disk',
  title: 'the master restarted without its data, and its replicas copied that',
  consequence: 'no server of the cluster holds the data; only a backup does',
  explanation:
    'A master without persistence, or whose volume was lost with its pod, that is started again within down-after is ' +
    'still the master, and is empty. Each replica copies that in a full resync, and afterwards all roles, links and ' +
    'offsets look healthy. A replica still tells what it executed since its own start (INFO commandstats; a full resync ' +
    'does not reset it). If that includes no command that can remove a key, and more writes than the master was told ' +
    'since it was started, the replica held keys, and they are gone, also with appendonly yes, and also where clients ' +
    'have written new keys since (from Redis 7.0 on: before, no server tells how many keys it loaded; with appendonly yes, where a replica had copied the master before the first new key). If it ' +
    'includes DEL, UNLINK or an expired key, or the replica was restarted too, ' +
    'this is not proved: then it is only a note, with appendonly yes where the file is new. A master with snapshots alone ' +
    'comes back with the last one: that it was started again without a failover, loaded a file and gave it to its replicas ' +
    'in a full resync is a note for an hour. Whether writes were acknowledged after that file was saved, no server knows.',
  remedy: [
    'restore the data from a backup; what the servers had in memory is gone',
    'then appendonly yes at every data node, or no automatic restart: see restart-wipe',
    'where a volume was lost with its pod: start the server later than down-after, so that a replica is promoted first',
    'once the data is restored or its loss is accepted, CONFIG RESETSTAT at the replicas ends the finding; where new keys were written, it becomes a note after an hour',
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
      // What became of its replicas' data is said with it.
      if (node === undefined || node.other !== undefined) return [];
      if (cameBackOld(master, node)) return setBack(master, node);
      const followers = answered.filter((n) => startedBefore(node, n));
      if (!cameBackEmpty(node, followers)) return [];
      const copies = followers.filter((n) => (node.answer.keys ?? 0) > 0 || n.answer.keys === 0);
      return copies.length === 0 ? [] : gone(master, node, copies);
    }),
} satisfies SnapshotCheck;

/** For how long a restart is told where new keys are there: later a note would only be in the way. Seconds. */
const TOLD_S = 3600;

/**
 * Whether a master was started again without a failover, has what an RDB file had, and gave that to its replicas again. A
 * replica that has nothing newer than that file continues without a full resync (replication.c,
 * masterTryPartialResynchronization; rdb.c: a master restores its replication id too, since 7.0).
 */
function cameBackOld(facts: MasterFacts, { answer }: AnsweredNode): boolean {
  const { role, loading, keys = 0, loadedKeys = 0, logsWrites, fullSyncs = 0, uptimeS } = answer;
  if (role !== 'master' || loading || logsWrites !== false || keys === 0) return false;
  if (loadedKeys === 0 || fullSyncs === 0) return false;
  return uptimeS !== undefined && uptimeS <= TOLD_S && hadNoFailover(facts, uptimeS);
}

/** Whether the sentinels that were there before a master was started have seen no switch since. */
function hadNoFailover({ sentinelViews }: MasterFacts, uptimeS: number): boolean {
  const since = uptimeS + ROUNDED_S;
  const earlier = sentinelViews.filter(({ sentinel }) => (sentinel.answer.uptimeS ?? since + 1) > since);
  // A switch would have set that time to 0 (sentinel.c, sentinelResetMaster).
  return earlier.length > 0 && earlier.every(({ view }) => (view.roleReportedMs ?? 0) > since * 1000);
}

/** No more than a note: SHUTDOWN saves first, and then nothing may be missing. */
function setBack(facts: MasterFacts, node: AnsweredNode): RawFinding[] {
  const { uptimeS = 0, loadedKeys = 0 } = node.answer;
  const followers = facts.answered.filter((n) => startedBefore(node, n));
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

function gone(facts: MasterFacts, node: AnsweredNode, followers: readonly AnsweredNode[]): RawFinding[] {
  const { keys = 0, uptimeS = 0, logsWrites } = node.answer;
  const since = `${node.id} started ${uptimeS} s ago, later than ${ids(followers)}`;
  const shared = { subject: node.id, servers: [node.id, ...followers.map((n) => n.id)] };
  const proof = proofOf(facts, node, followers);
  if (proof === null) {
    const kept = keptNothing(node, followers);
    if (kept === null) return [];
    const now = keys === 0 ? 'and its replicas hold 0 keys' : 'loaded 0 keys at its start';
    return [
      {
        ...shared,
        severity: 'info',
        message: `${nameOf(node)} (master) ${now}; ${since}, and ${kept}: if it held keys before, they are gone`,
        consequence: 'a master that comes back without its files loses its data, and its replicas copy that',
        fix: [
          '# if there were keys, restore them from a backup; what keeps them the next time: sentinelctl explain restart-wipe',
        ],
      },
    ];
  }
  const lost = `restarted empty, and ${ids(followers)} copied that: the data is gone`;
  const why = logsWrites === false ? 'writes nothing to disk' : 'found nothing on its disk';
  const { by, writes } = proof;
  const now =
    keys === 0
      ? 'and holds 0 keys'
      : `and ${node.id} was told ${count(node.answer.writeCalls ?? 0, 'write')} since it was started`;
  return [
    {
      ...shared,
      ...(keys > 0 && uptimeS > TOLD_S && { severity: 'info' }),
      brief: `${node.id} (master) ${lost}`,
      message: `${nameOf(node)} (master) ${lost}`,
      evidence: `${by.id} executed ${count(writes, 'write')} and no command that removes a key, ${now}; ${since}, and ${why}`,
      fix: [
        'sentinelctl explain data-gone  # no server of the cluster holds the data: restore it from a backup',
        ...keep(facts, node),
        `# once the data is restored, or its loss accepted, this ends the finding: ${followers.map((n) => cli(n, 'CONFIG RESETSTAT')).join('; ')}`,
      ],
    },
  ];
}

/**
 * The replica that proves most, and its writes: it held keys where it executed more than its master was told since that
 * was started, and nothing that removes a key. Each of the master's writes reaches it at most once.
 */
function proofOf(
  facts: MasterFacts,
  node: AnsweredNode,
  followers: readonly AnsweredNode[],
): { by: AnsweredNode; writes: number } | null {
  const { keys = 0, uptimeS = 0, writeCalls } = node.answer;
  const kept = (n: AnsweredNode): number => n.answer.keptWrites ?? 0;
  const [by] = followers.toSorted((a, b) => kept(b) - kept(a));
  if (by === undefined) return null;
  // Where nothing is left, whatever they executed is gone.
  if (keys === 0) return kept(by) > 0 ? { by, writes: kept(by) } : null;
  if (writeCalls === undefined || !hadNoFailover(facts, uptimeS)) return null;
  return kept(by) > writeCalls + passedSince(node, by) ? { by, writes: kept(by) } : null;
}

/** `*2 $4 INCR $1 x`, in the protocol with its line ends: no write is shorter in the stream. */
const SHORTEST_WRITE_BYTES = 20;

/** How many writes may have passed from the master to a replica after the master was asked, and before the replica was. */
function passedSince(
  { answer: { offset: asked } }: AnsweredNode,
  { answer: { offset } }: AnsweredNode,
): number {
  if (asked === null || offset === null) return Number.POSITIVE_INFINITY;
  return Math.ceil(Math.max(0, offset - asked) / SHORTEST_WRITE_BYTES);
}

/** What a new append-only file has: an RDB file without a key (Redis 7), or nothing. The shortest write makes it longer. */
const NEW_LOG_BYTES = 120;

/** Why an empty master may have held keys; null where its file would have kept them, or nothing was written before. */
function keptNothing(node: AnsweredNode, followers: readonly AnsweredNode[]): string | null {
  const { answer } = node;
  const { keys = 0, uptimeS = 0, writeCalls = 0 } = answer;
  if (keys > 0 && uptimeS > TOLD_S) return null;
  // The others have executed what it was told since its start, and no more.
  const isTold = (n: AnsweredNode): boolean =>
    n.answer.writes !== undefined && n.answer.writes <= writeCalls + passedSince(node, n);
  if (keys > 0 && followers.every(isTold)) return null;
  if (answer.logsWrites === false) return 'writes nothing to disk';
  if (keys > 0) return 'found nothing on its disk';
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
    ...(answer.logsWrites === true && answer.keys === 0
      ? [
          `# ${id} has appendonly yes, and its dir was empty: keep that dir on a volume that stays when the server goes`,
          `# a server whose dir was lost must start later than ${later} after its end: then a replica is promoted first`,
        ]
      : []),
  ];
}
