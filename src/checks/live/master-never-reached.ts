import { isNeverReachedIn } from '../../model/never-reached.js';
import { count } from '../../model/words.js';
import type { SnapshotCheck } from '../check.js';
import { monitorAllInstead } from '../monitor-all.js';
import { judgeMasters } from '../snapshot.js';
import { lostMaster } from './lost-master.js';

export default {
  id: 'master-never-reached',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  part: 'master',
  title: 'no sentinel has ever reached the master that it monitors',
  consequence:
    'the sentinels learn the replicas and each other from the master alone: they find nothing by themselves, promote nothing, and send clients to this address',
  explanation:
    'The sentinels call the master down and know neither its run id, nor a replica, nor another sentinel: since ' +
    'they began to monitor it, nothing at this address has answered. That is an address of before: of a pod or a ' +
    'container that was replaced, or of a configuration that was rendered with the first master. A master that ' +
    'runs at another address is not found by waiting.',
  remedy: [
    'find the master: INFO replication at the data nodes',
    'SENTINEL REMOVE NAME and SENTINEL MONITOR NAME with its address, at each sentinel',
  ],
  sources: ['sentinel.c: sentinelRefreshInstanceInfo, sentinelProcessHelloMessage', 'measured'],
  causes: [
    'no-master',
    'failover-stuck',
    'no-replica',
    'sentinel-isolated',
    'no-quorum',
    'node-down',
    'node-unreachable',
    'sentinel-disconnected',
  ],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) => {
      const isNeverReached =
        master.sentinelViews.length > 0 && master.sentinelViews.every((w) => isNeverReachedIn(w.view));
      const lost = isNeverReached ? lostMaster(master) : null;
      if (lost === null || master.expectation.own) return [];
      const { name, sentinelViews } = master;
      const elsewhere = { variable: 'MASTER_HOST', port: lost.announce.port };
      return [
        {
          subject: name,
          servers: [lost.id, ...sentinelViews.map((w) => w.sentinel.id)],
          brief: `no sentinel has ever reached ${lost.id} (master)`,
          message: `${name}: no sentinel has ever reached its master ${lost.id}: ${lost.silence?.message ?? 'no answer'}`,
          evidence: `${lost.id}: ${lost.silence?.message ?? 'no answer'}; ${count(sentinelViews.length, 'sentinel')} know no run id, no replica and no other sentinel`,
          fix: [
            `# if it is the right address, start ${lost.id}; else MASTER_HOST is the host at which INFO replication says role:master:`,
            ...monitorAllInstead(master, elsewhere),
          ],
        },
      ];
    }),
} satisfies SnapshotCheck;
