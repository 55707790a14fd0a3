import type { GatheredNode } from '../../../src/model/gathered.js';
import { alter, given, nodeIn, replicaRecords, sentinelIn, viewsIn } from '../healthy-gathering.js';
import { type Alteration, unlinked } from './alteration.js';

/** A directive at one data node. */
const configured = (id: string, n: number, config: Record<string, string>): Alteration => ({
  id,
  subject: `redis-${n}`,
  alter: (g) => alter(nodeIn(g, n).config, config),
});

/** Faults of what the data nodes are, and hold. */
export const DATA: Alteration[] = [
  {
    id: 'replica-evicts',
    subject: 'redis-3',
    alter: (g) => {
      for (const node of g.nodes) Object.assign(given(node.config), { maxmemory: '300000000' });
      const policy = { 'replica-ignore-maxmemory': 'no', 'maxmemory-policy': 'allkeys-lru' };
      Object.assign(given(nodeIn(g, 3).config), policy);
    },
  },
  {
    id: 'data-differs',
    subject: 'redis-3',
    alter: (g) => {
      const [master, replica] = [nodeIn(g, 1).info, nodeIn(g, 3).info];
      const { master_replid = '', master_repl_offset = '' } = given(master);
      alter(replica, {
        master_replid,
        slave_repl_offset: master_repl_offset,
        db3: 'keys=7,expires=0,avg_ttl=0',
      });
    },
  },
  {
    id: 'restarted-empty',
    subject: 'redis-1',
    alter: (g) => {
      alter(nodeIn(g, 1).info, { master_replid: 'f'.repeat(40), db0: '' });
      for (const n of [2, 3]) {
        unlinked(g, n);
        alter(nodeIn(g, n).info, { db0: 'keys=1203,expires=0,avg_ttl=0' });
      }
    },
  },
  {
    id: 'data-gone',
    subject: 'redis-1',
    alter: (g) => {
      alter(nodeIn(g, 1).info, { uptime_in_seconds: '4', aof_enabled: '0' });
      for (const n of [2, 3])
        alter(nodeIn(g, n).info, {
          uptime_in_seconds: '86400',
          cmdstat_set: 'calls=1203,usec=4000,usec_per_call=3.33,rejected_calls=0,failed_calls=0',
        });
    },
  },
  {
    id: 'priority-zero',
    subject: 'redis-2, redis-3',
    alter: (g) => {
      for (const n of [2, 3]) {
        alter(nodeIn(g, n).info, { slave_priority: '0' });
        for (const record of replicaRecords(g, n)) Object.assign(record, { 'slave-priority': '0' });
      }
    },
  },
  {
    id: 'bgsave-error',
    subject: 'redis-2',
    alter: (g) => {
      const node: GatheredNode = nodeIn(g, 2);
      alter(node.info, { rdb_last_bgsave_status: 'err' });
      alter(node.config, { save: '3600 1' });
      node.pingMs = { ok: false, why: 'PING: MISCONF Redis is configured to save RDB snapshots' };
      // Every PING is answered, and never with what Sentinel takes for alive: the connection stays.
      for (const record of replicaRecords(g, 2)) {
        Object.assign(record, {
          flags: 's_down,slave',
          's-down-time': '85000',
          'last-ping-reply': '300',
          'last-ok-ping-reply': '90000',
        });
      }
    },
  },
  {
    id: 'version-skew',
    subject: 'redis-3',
    alter: (g) => alter(nodeIn(g, 3).info, { redis_version: '6.2.14' }),
  },
  {
    id: 'reboot-gap',
    subject: 'redis-1',
    alter: (g) => alter(nodeIn(g, 1).info, { used_memory_dataset: String(8 * 2 ** 30) }),
  },
  {
    id: 'min-replicas',
    subject: 'redis-1, redis-2, redis-3',
    alter: (g) => {
      for (const node of g.nodes) {
        alter(node.config, { 'min-replicas-to-write': '0', 'min-slaves-to-write': '0' });
      }
      delete (given(nodeIn(g, 1).info) as Record<string, string>).min_slaves_good_slaves;
    },
  },
  configured('output-buffer', 1, {
    'client-output-buffer-limit': 'normal 0 0 0 slave 1048576 0 0 pubsub 33554432 8388608 60',
  }),
  configured('backlog-small', 2, { 'repl-backlog-size': '16384' }),
  configured('maxmemory-skew', 3, { maxmemory: '104857600' }),
  {
    id: 'master-full',
    subject: 'redis-1',
    alter: (g) => alter(nodeIn(g, 1).info, { maxmemory: '1000', used_memory: '2000000' }),
  },
  configured('replica-writable', 2, { 'replica-read-only': 'no', 'slave-read-only': 'no' }),
  {
    id: 'data-shared',
    subject: 'redis-1, redis-2',
    alter: (g) => {
      for (const n of [1, 2]) alter(nodeIn(g, n).config, { dir: '/var/lib/redis', save: '3600 1' });
      given(nodeIn(g, 2).life).hostKey = given(nodeIn(g, 1).life).hostKey;
    },
  },
  configured('persistence-skew', 2, { save: '', appendonly: 'no' }),
  configured('diskless-delay', 1, { 'repl-diskless-sync-delay': '5' }),
  {
    id: 'maxclients',
    subject: 'sentinel-1',
    alter: (g) => alter(sentinelIn(g, 1).info, { connected_clients: '90', maxclients: '100' }),
  },
  {
    id: 'replica-hidden',
    subject: 'redis-3',
    alter: (g) => {
      alter(nodeIn(g, 3).info, { replica_announced: '0' });
      // Counted, and not listed.
      for (const view of viewsIn(g)) {
        if (view.replicas.ok) view.replicas.value = view.replicas.value.filter((r) => r.port !== '6381');
      }
    },
  },
];
