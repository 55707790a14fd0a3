import { isAt } from '../../model/facts.js';
import type { GatheredNode } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { bytes, count } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { droppedAt, isTight, limitOf } from '../data/output-buffer.js';
import { dataNodes, judged, num, readAll } from '../group.js';
import { compareReleases, releaseOf } from '../releases.js';
import { keysOf } from './chain.js';

/** So many full resyncs beyond one for each node are told, where none was seen to begin. */
const MANY = 5;
/** With less than this no snapshot of any size fits, in bytes. */
const FULL = 1024 * 1024;
/** What a replica logs that cannot write the snapshot (replication.c, readSyncBulkPayload). */
const NO_ROOM = /No space left on device|short write/;
const NO_FILE = /(?:temp|DB dump) file needed for MASTER <-> REPLICA synchronization/;

/** What a replica logs that cannot load the snapshot, as one of a newer format (replication.c, readSyncBulkPayload). */
const NOT_LOADED = /Failed trying to load the MASTER synchronization DB|Can't handle RDB format version/;

const UNLIMITED = 'client-output-buffer-limit "replica 0 0 0"';

/** What a master says of the replicas that it drops at its limit: newer releases count them, else the limit is tight. */
function dropsOf(master: GatheredNode): string | null {
  const limit = limitOf(master);
  if (limit === null || !master.info.ok) return null;
  const dropped = num(master.info.value, 'client_output_buffer_limit_disconnections');
  // Clients of other kinds are counted with them: one drop for each resync that failed.
  const isCause =
    dropped === null ? isTight(limit) : 2 * dropped >= (num(master.info.value, 'sync_full') ?? 0);
  return isCause ? `${master.id} ${droppedAt(limit)}${dropped === null ? '' : ` (${dropped} so far)`}` : null;
}

/** The releases of a replica that could not load the snapshot of its newer master; null where its log gives another reason. */
function releasesApart(server: GatheredNode, master: GatheredNode, warning: string | null) {
  if (!server.info.ok || !master.info.ok || !NOT_LOADED.test(warning ?? '')) return null;
  const [own, newer] = [releaseOf(server.info.value), releaseOf(master.info.value)];
  if (own.engine !== newer.engine || compareReleases(own.version, newer.version) >= 0) return null;
  return { own: `${own.engine} ${own.version}`, newer: `${newer.engine} ${newer.version}` };
}

/**
 * Whether Sentinel would promote this replica although it holds none of the master's data: its link was never up, so the
 * time without it is -1, which is below every limit (sentinel.c, sentinelSelectSlave), and no replica has a link.
 */
function isPromotedEmpty(
  server: GatheredNode,
  master: GatheredNode,
  nodes: readonly GatheredNode[],
): boolean {
  if (!server.info.ok) return false;
  const { master_link_down_since_seconds: since, slave_priority: priority } = server.info.value;
  const isLinked = nodes.some((n) => n.info.ok && n.info.value.master_link_status === 'up');
  return since === '-1' && priority !== '0' && !isLinked && keysOf(server) === 0 && (keysOf(master) ?? 0) > 0;
}

export default {
  id: 'resync-loop',
  needs: 'gathered',
  severity: 'critical',
  impact: 'degraded',
  group: 'live',
  part: 'replicas',
  title: 'a replica begins a full resync again and again, and never finishes one',
  consequence:
    'it never has the data, and each attempt costs its master a snapshot and the network the whole data set',
  explanation:
    'A full resync that fails is begun again after a second. It fails where the replica’s disk has no room for the ' +
    'snapshot, where the master’s client-output-buffer-limit for replicas or repl-timeout ends it, or where the ' +
    'backlog is too small for the time that it takes. REPLICAOF again changes none of these.',
  remedy: [
    'room on the disk under the replica’s dir, or another dir',
    'or repl-diskless-load on-empty-db or swapdb: the snapshot is loaded from the socket, without a file',
    'else the logs of the two say why: client-output-buffer-limit, repl-timeout, repl-backlog-size',
  ],
  sources: ['replication.c: readSyncBulkPayload, replicationCron', 'measured'],
  causes: [
    'link-down',
    'lag',
    'lag-growing',
    'no-good-slave',
    'replica-orphan',
    'replica-missing',
    'no-replica',
    'writes-refused',
    'seen-down',
    'nat-replica',
    'diskless-delay',
    'output-buffer',
  ],
  live(gathered) {
    const nodes = dataNodes(gathered);
    const { values, missing } = readAll(nodes, (n) => n.info);
    const seen = values.flatMap(({ server, value }): RawFinding[] => {
      const { resync } = server;
      if (resync === undefined) return [];
      const follows = server.role.ok ? server.role.value.follows : null;
      const master = nodes.find((n) => follows !== null && isAt(n, follows));
      if (master?.info.ok !== true) return [];
      const begun = resync.begun ?? 0;
      // Those that were begun while it was watched came after its answer.
      const total = Math.max(num(master.info.value, 'sync_full') ?? 0, begun);
      if (begun === 0 && total < nodes.length + MANY) return [];
      const { freeBytes, warning } = resync;
      const isFull = NO_ROOM.test(warning ?? '') || (freeBytes !== null && freeBytes < FULL);
      const hasNoFile = isFull || NO_FILE.test(warning ?? '');
      const dir = server.config.ok ? (server.config.value.dir ?? '') : '';
      const releases = hasNoFile ? null : releasesApart(server, master, warning);
      const drops = hasNoFile || releases !== null ? null : dropsOf(master);
      const cannotLoad =
        releases === null ? '' : `${releases.own} cannot load the snapshot of ${releases.newer}`;
      const isEmpty = isPromotedEmpty(server, master, nodes);
      const often =
        begun > 0
          ? `${begun} in ${(resync.forMs / 1000).toFixed(1)} s, ${total} since it started`
          : `${total} since it started`;
      const resyncs = `begins full resyncs (${often}) and ${value.master_sync_in_progress === '1' ? 'has one in progress' : 'finishes none'}${isFull ? `; the disk under ${dir} is too full for the snapshot${freeBytes === null ? '' : ` (${bytes(freeBytes)} free)`}` : ''}${drops === null ? '' : `; ${drops}`}${cannotLoad && `; ${cannotLoad}`}${isEmpty ? `; ${server.id} is empty, ${master.id} has ${count(keysOf(master) ?? 0, 'key')}` : ''}${warning === null ? '' : `; its log: ${warning}`}`;
      return [
        {
          subject: server.id,
          servers: [server.id, master.id],
          ...(begun === 0 && !isEmpty && { severity: 'warning' }),
          ...(isEmpty && {
            impact: 'data-unsafe',
            consequence:
              'it can be promoted although it is empty, because its link was never up: after a failover all data is lost, also at the old master, which follows it',
          }),
          brief: `${server.id} ${isEmpty ? 'is empty and can be promoted: it ' : ''}never finishes a full resync${releases !== null ? `: ${cannotLoad}` : isFull ? ': the disk under its dir is full' : drops === null ? '' : `: ${master.id} closes it at its client-output-buffer-limit`}`,
          message: `${server.id} has no link to ${master.id}, which ${resyncs}`,
          evidence: `${master.id} ${resyncs}`,
          fix: [
            ...(isEmpty
              ? [
                  cli(server, 'CONFIG SET replica-priority 0'),
                  '# that keeps Sentinel from promoting it; 100 again once it has copied the data',
                ]
              : []),
            ...(releases !== null
              ? [`start ${server.id} with ${releases.newer}: a replica is upgraded before its master`]
              : fixOf({ server, master, dir, hasNoFile, hasDrops: drops !== null })),
          ],
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;

/** What ends the attempts to copy where the release of the replica is not the reason. */
function fixOf({
  server,
  master,
  dir,
  hasNoFile,
  hasDrops,
}: {
  server: GatheredNode;
  master: GatheredNode;
  dir: string;
  hasNoFile: boolean;
  hasDrops: boolean;
}): string[] {
  return hasNoFile
    ? [
        `# make room for the snapshot under ${dir}; or load the snapshot without a file:`,
        cli(server, `CONFIG SET repl-diskless-load ${keysOf(server) === 0 ? 'on-empty-db' : 'swapdb'}`),
      ]
    : hasDrops
      ? [
          cli(master, `CONFIG SET ${UNLIMITED}`),
          '# without a limit it costs memory: set one above the writes of a whole resync once it has copied',
        ]
      : [
          `# the logs of ${server.id} and ${master.id} say why each attempt ends; then, as it applies:`,
          cli(master, `CONFIG SET ${UNLIMITED}`),
          cli(master, 'CONFIG SET repl-timeout 300'),
          cli(server, 'CONFIG SET repl-timeout 300'),
        ];
}
