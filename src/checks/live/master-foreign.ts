import { isCopy } from '../../model/came-back.js';
import { humanDurationMs } from '../../model/duration.js';
import type { AnsweredNode, MasterFacts } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { count } from '../../model/words.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { shutdownNow, stillHold, stillHolds } from '../data/restarted-empty.js';
import { ids, judgeMasters, nameOf } from '../snapshot.js';

export default {
  id: 'master-foreign',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'data-unsafe',
  group: 'live',
  part: 'master',
  title: "another server has taken the master's port, and the sentinels use it as the master",
  consequence:
    'clients write to a server that is not of this cluster, and each replica deletes its data and copies that server',
  explanation:
    'Sentinel identifies a master by its address. If the master ends and another server is started at its port within ' +
    'down-after, the sentinels take that server for the master: there is no failover, clients write to it, and the ' +
    'replicas copy it in a full resync. All roles and links then look healthy. sentinelctl recognizes a process that it created by its ' +
    'configuration file (config_file in INFO). Once the replicas have copied the other server, their earlier data is gone. ' +
    "The node's own append-only file is still in its directory until the node becomes a replica.",
  remedy: [
    'find out what uses that server; copy its data, if it has some of its own (redis-cli --rdb FILE)',
    'end that server (SHUTDOWN at its address), and start the node at once: sentinelctl start NODE',
    'if it starts within down-after, and logs every write to disk, it is the master again with its own data; what was written to the other server is gone then',
    'otherwise a replica is promoted: with its own data if it had not copied the other server yet, else with the data of that server',
    'if its append-only file is needed, copy its directory before you start it later than that: as a replica it deletes that data',
  ],
  sources: [
    'sentinel.c: sentinelRefreshInstanceInfo',
    'replication.c: readSyncBulkPayload (emptyData)',
    'measured',
  ],
  causes: [
    'link-down',
    'lag',
    'lag-growing',
    'data-differs',
    'restart-wipe',
    'persistence-skew',
    'settings-skew',
    'maxmemory-skew',
    'version-skew',
    'diskless-delay',
    'resync-loop',
  ],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (master) => {
      const { answered, refOf } = master;
      const node = answered.find((n) => master.master !== null && n.id === refOf(master.master).id);
      return node?.other === undefined ? [] : [foreign(master, node, node.other)];
    }),
} satisfies SnapshotCheck;

function foreign(facts: MasterFacts, node: AnsweredNode, other: string): RawFinding {
  const { answered, hints, sentinelViews } = facts;
  const { uptimeS, keys } = node.answer;
  const holders = answered.filter((n) => n !== node && stillHolds(facts, node, n));
  const copies = answered.filter((n) => isCopy(node, n));
  const state = `is down, and another server answers at ${node.endpoint.host}:${node.endpoint.port}`;
  const held = holders.length > 0 ? stillHold(holders) : '';
  const copied =
    copies.length > 0
      ? `${ids(copies)} copied that server, and what ${copies.length === 1 ? 'it' : 'they'} held is deleted`
      : '';
  const about = [
    `that server: ${other}`,
    ...(uptimeS === undefined ? [] : [`started ${uptimeS} s ago`]),
    ...(keys === undefined ? [] : [`holds ${count(keys, 'key')}`]),
  ].join(', ');
  const downAfterMs = Math.min(...sentinelViews.map(({ view }) => view.downAfterMs));
  const soon = Number.isFinite(downAfterMs) ? `${humanDurationMs(downAfterMs)} (down-after)` : 'down-after';
  return {
    subject: node.id,
    servers: [node.id, ...holders.map((n) => n.id), ...copies.map((n) => n.id)],
    brief: `${node.id} (master) ${state}, which clients write to`,
    message: `${nameOf(node)} (master) ${state}, which clients write to`,
    evidence: [about, held, copied].filter((part) => part !== '').join('; '),
    fix: [
      `sentinelctl explain master-foreign  # ${other}: find out what uses it, then end it`,
      `# if it has data of its own, copy it first: ${cli(node, '--rdb FILE')} (the sentinels count that copy as a replica at port 0, until doctor --fix)`,
      `# then end it, and start ${node.id} within ${soon}; if it is later than that, copy the directory of ${node.id} first: as a replica it deletes its data`,
      cli(node, holders.length > 0 ? shutdownNow(node) : 'SHUTDOWN'),
      hints.revive(node, null),
      `# where it exits 3, ${node.id} has no append-only file: once a replica is promoted, type that line again`,
      ...(copies.length > 0
        ? [
            `# a replica that is promoted now has the data of the other server: restore the earlier data from a backup`,
          ]
        : []),
    ],
  };
}
