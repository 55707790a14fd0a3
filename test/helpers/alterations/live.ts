import {
  alter,
  given,
  got,
  nodeIn,
  replicaRecords,
  sentinelIn,
  sentinelRecords,
  viewsIn,
} from '../healthy-gathering.js';
import {
  type Alteration,
  become,
  cutNetwork,
  down,
  say,
  stream,
  unlinked,
  withoutMaster,
} from './alteration.js';

const GONE = { ip: '198.51.100.9', 's-down-time': '3600000', 'last-ok-ping-reply': '3605000' };
const RUN_ID = 'f'.repeat(40);

/** What is wrong at the moment. */
export const LIVE: Alteration[] = [
  {
    id: 'unfinished-journal',
    subject: 'default',
    only: 'one machine',
    alter: (g) => {
      g.runs = {
        unfinished: { what: 'inject partition', keep: false, since: '2026-01-01T00:00:00.000Z' },
      };
    },
  },
  {
    id: 'journal-unreadable',
    subject: 'default',
    only: 'one machine',
    alter: (g) => {
      g.runs = { unfinished: { unreadable: '/state/default/journal.json' } };
    },
  },
  {
    id: 'run-under-way',
    subject: 'default',
    only: 'one machine',
    alter: (g) => {
      const since = '2026-01-01T00:00:00.000Z';
      g.runs = { underWay: { what: 'sweep', pid: 7, since, acts: ['pause of redis-1'] } };
    },
  },
  {
    id: 'no-sentinel',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    silences: { 'sentinel-1': 'refused', 'sentinel-2': 'refused', 'sentinel-3': 'refused' },
    alter: () => {},
  },
  {
    id: 'sentinel-unreachable',
    subject: 'sentinel-2',
    only: 'one machine',
    silences: { 'sentinel-2': 'refused' },
    alter: (g) => down(sentinelRecords(g, 2)),
  },
  {
    id: 'node-down',
    subject: 'redis-3',
    only: 'one machine',
    silences: { 'redis-3': 'refused' },
    alter: (g) => {
      down(replicaRecords(g, 3));
      stream(g, 3, null);
    },
  },
  {
    id: 'node-unreachable',
    subject: 'redis-3',
    only: 'one machine',
    silences: { 'redis-3': 'timeout' },
    alter: (g) => down(replicaRecords(g, 3)),
  },
  {
    id: 'address-double',
    subject: '127.0.0.1:6381, 198.51.100.3:6381',
    only: 'one machine',
    alter: (g) => {
      for (const view of viewsIn(g)) {
        const records = given(view.replicas);
        const other = records.find((r) => r.port === '6381');
        if (other === undefined) continue;
        records.push({ ...other, ip: '198.51.100.3', name: '198.51.100.3:6381' });
        Object.assign(view.fields, { 'num-slaves': '3' });
      }
      nodeIn(g, 3).alsoAt = [{ host: '198.51.100.3', port: 6381 }];
    },
  },
  {
    id: 'address-reused',
    subject: 'redis-3',
    alter: (g) => {
      // It has been running for a day, and an hour ago another server was there.
      alter(nodeIn(g, 3).info, { uptime_in_seconds: '86400' });
      const seen = { runId: 'e'.repeat(40), atMs: g.takenAtMs - 3_600_000 };
      g.recorded = [{ id: 'redis-3', announce: nodeIn(g, 3).announce, seen }];
    },
  },
  {
    id: 'foreign-sentinels',
    subject: 'redis-3',
    alter: (g) => {
      const address = { host: '198.51.100.5', port: 26_379 };
      const master = { host: '198.51.100.6', port: 6379 };
      const sentinelId = 'c'.repeat(40);
      const hello = { sentinelId, address, endpoint: address, masterName: 'other', master };
      g.foreignSentinels = [{ node: 'redis-3', sentinelId: 'c'.repeat(8), hello }];
    },
  },
  {
    id: 'resync-loop',
    subject: 'redis-3',
    alter: (g) => {
      unlinked(g, 3);
      alter(nodeIn(g, 1).info, { sync_full: '40' });
      nodeIn(g, 3).resync = { begun: 2, forMs: 2200, freeBytes: 0, warning: null };
    },
  },
  {
    id: 'slow-command',
    subject: 'redis-1',
    alter: (g) => {
      const entry = {
        atMs: g.takenAtMs - 60_000,
        us: 90_000_000,
        command: 'eval',
        client: '127.0.0.1:50000',
      };
      nodeIn(g, 1).slowlog = got([entry]);
    },
  },
  {
    id: 'monitor-replica',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    alter: (g) => {
      const announce = { host: '198.51.100.4', port: 6379 };
      const outside = { id: '198.51.100.4:6379', announce, endpoint: announce, masterNames: [] };
      const master = { ...structuredClone(nodeIn(g, 1)), ...outside };
      alter(master.info, { run_id: 'd'.repeat(40) });
      g.outside = [master];
      become(nodeIn(g, 1), 'replica', master, { master_link_status: 'up' });
    },
  },
  {
    id: 'replica-ring',
    subject: 'redis-1, redis-2',
    alter: (g) => {
      become(nodeIn(g, 1), 'replica', nodeIn(g, 2), { master_link_status: 'down' });
      for (const n of [2, 3]) unlinked(g, n);
      for (const record of replicaRecords(g, 2)) record['master-link-down-time'] = '900000';
      for (const record of replicaRecords(g, 3)) record['master-link-down-time'] = '900000';
    },
  },
  {
    id: 'masters-dead',
    subject: 'left-1 to left-9',
    alter: (g) => {
      for (const { masters } of g.sentinels)
        for (let i = 1; i <= 9; i += 1) {
          const name = `left-${i}`;
          const fields = {
            ...{ name, ip: '198.51.100.7', port: '6379', runid: '', 's-down-time': '60000' },
            ...{ flags: 's_down,master,disconnected', 'num-slaves': '0', 'num-other-sentinels': '0' },
          };
          const none = got([]);
          const ckquorum = got({ ok: false, usable: 1, message: 'NOQUORUM 1 usable Sentinels' });
          const addr = got({ host: '198.51.100.7', port: 6379 });
          given(masters).push({ name, fields, replicas: none, sentinels: none, ckquorum, addr });
        }
    },
  },
  { id: 'auth', subject: 'redis-3', silences: { 'redis-3': 'auth' }, alter: () => {} },
  {
    id: 'role-unknown',
    subject: 'redis-2',
    alter: (g) => {
      alter(nodeIn(g, 2).info, { role: 'proxy' });
      Object.assign(given(nodeIn(g, 2).role), { role: 'other', follows: null });
      stream(g, 2, null);
    },
  },
  {
    id: 'failover-in-progress',
    subject: 'sentinel-1',
    alter: (g) => say(g, { flags: 'master,failover_in_progress', 'failover-state': 'reconf_slaves' }, 1),
  },
  {
    id: 'master-address-not-master',
    subject: 'redis-1',
    alter: (g) => {
      become(nodeIn(g, 1), 'replica', nodeIn(g, 2), {
        master_host: nodeIn(g, 2).announce.host,
        master_port: String(nodeIn(g, 2).announce.port),
        master_link_status: 'up',
      });
      become(nodeIn(g, 2), 'master', null, {});
    },
  },
  {
    id: 'master-down',
    subject: 'redis-1',
    alter: (g) => say(g, { flags: 's_down,master,disconnected', 's-down-time': '2000' }, 2),
  },
  {
    id: 'sentinel-disconnected',
    subject: 'sentinel-2',
    alter: (g) => say(g, { flags: 'master,disconnected' }, 2),
  },
  {
    id: 'sentinel-isolated',
    subject: 'sentinel-1',
    alter: (g) => {
      for (const view of given(sentinelIn(g, 1).masters)) given(view.sentinels).pop();
      say(g, { 'num-other-sentinels': '1' }, 1);
    },
  },
  {
    id: 'not-monitored',
    subject: 'sentinel-3',
    alter: (g) => {
      sentinelIn(g, 3).masters = got([]);
    },
  },
  {
    id: 'unknown-master-name',
    subject: 'sentinel-1, sentinel-2, sentinel-3',
    only: 'three machines',
    alter: (g) => {
      g.masterName = 'other';
    },
  },
  {
    id: 'no-replica',
    subject: 'mymaster',
    only: 'three machines',
    alter: (g) => {
      for (const n of [2, 3]) stream(g, n, null);
      alter(nodeIn(g, 1).info, { connected_slaves: '0' });
      g.nodes.splice(1);
      for (const view of viewsIn(g)) view.replicas = got([]);
      say(g, { 'num-slaves': '0' });
    },
  },
  {
    id: 'replica-missing',
    subject: 'redis-3',
    only: 'one machine',
    alter: (g) => {
      for (const view of given(sentinelIn(g, 2).masters)) {
        view.replicas = got(given(view.replicas).filter((r) => r.port !== '6381'));
        view.fields = { ...view.fields, 'num-slaves': '1' };
      }
    },
  },
  {
    id: 'client-pinned',
    subject: 'redis-2',
    alter: (g) => {
      const { info, clients } = nodeIn(g, 2);
      alter(info, { errorstat_READONLY: 'count=9', cmdstat_zadd: 'calls=0,rejected_calls=9,failed_calls=0' });
      given(clients).push({ id: '77', addr: '198.51.100.4:40000', flags: 'N', idle: '1', cmd: 'zadd' });
    },
  },
  {
    id: 'client-refused',
    subject: 'redis-2',
    alter: (g) => {
      const [info, age] = ['id=9 addr=198.51.100.4:40001 name= cmd=auth', '1.5'];
      const entry = { count: '12', reason: 'auth', username: 'web', 'age-seconds': age, 'client-info': info };
      nodeIn(g, 2).aclLog = got([entry]);
    },
  },
  {
    id: 'replica-foreign',
    subject: 'mymaster',
    alter: (g) => alter(nodeIn(g, 1).info, { slave7: 'ip=198.51.100.4,port=0,state=online,offset=0,lag=1' }),
  },
  {
    id: 'replica-chained',
    subject: '192.0.2.9:6379',
    only: 'three machines',
    alter: (g) => {
      const [upstream, chained] = [nodeIn(g, 2), structuredClone(nodeIn(g, 3))];
      const address = { host: '192.0.2.9', port: 6379 };
      const { host, port } = upstream.announce;
      alter(chained.info, { run_id: RUN_ID, master_host: host, master_port: String(port) });
      Object.assign(given(chained.role), { follows: upstream.announce });
      g.nodes.push({ ...chained, id: '192.0.2.9:6379', announce: address, endpoint: address });
    },
  },
  {
    id: 'address-not-own',
    subject: 'redis-3',
    alter: (g) => {
      alter(nodeIn(g, 3).info, { uptime_in_seconds: '86400' });
      for (const record of replicaRecords(g, 3)) Object.assign(record, { runid: RUN_ID });
    },
  },
  {
    id: 'announce-invalid',
    subject: 'sentinel-3',
    alter: (g) => alter(sentinelIn(g, 3).config, { 'announce-ip': '0.0.0.0' }),
  },
  {
    id: 'unexpected-node',
    subject: '127.0.0.1:6400',
    only: 'one machine',
    alter: (g) => {
      const address = { host: '127.0.0.1', port: 6400 };
      const stranger = structuredClone(nodeIn(g, 3));
      alter(stranger.info, { run_id: RUN_ID });
      g.nodes.push({ ...stranger, id: '127.0.0.1:6400', announce: address, endpoint: address });
    },
  },
  {
    id: 'epoch-disagree',
    subject: 'sentinel-3',
    alter: (g) => say(g, { 'config-epoch': '7' }, 3),
  },
  {
    id: 'seen-down',
    subject: 'redis-2',
    alter: (g) => down(replicaRecords(g, 2).slice(0, 1)),
  },
  { id: 'loading', subject: 'redis-2', alter: (g) => alter(nodeIn(g, 2).info, { loading: '1' }) },
  {
    id: 'master-frozen',
    subject: 'redis-1',
    silences: { 'redis-1': 'timeout' },
    alter: (g) => say(g, { 'last-ping-sent': '1900', 'last-ok-ping-reply': '1900' }),
  },
  {
    id: 'pause-too-long',
    subject: 'redis-1',
    alter: (g) => {
      const held = { name: 'sentinel-0123abcd-cmd', flags: 'b', cmd: 'publish', user: 'default' };
      given(nodeIn(g, 1).clients).push(held);
      alter(nodeIn(g, 1).info, { blocked_clients: '1' });
      say(g, { 'last-ping-sent': '1900', 'last-ok-ping-reply': '1900' });
    },
  },
  {
    id: 'clock-skew',
    subject: 'redis-2',
    alter: (g) => {
      given(nodeIn(g, 2).clock).serverMs += 5000;
    },
  },
  {
    id: 'tilt',
    subject: 'sentinel-1',
    alter: (g) => alter(sentinelIn(g, 1).info, { sentinel_tilt: '1', sentinel_tilt_since_seconds: '4' }),
  },
  {
    id: 'master-disagree',
    subject: 'sentinel-3',
    alter: (g) => {
      const { host, port } = nodeIn(g, 2).announce;
      say(g, { ip: host, port: String(port) }, 3);
      for (const view of given(sentinelIn(g, 3).masters)) view.addr = got({ host, port });
    },
  },
  {
    id: 'network-cut',
    subject: 'redis-3, sentinel-3, redis-1, redis-2, sentinel-1, sentinel-2',
    alter: (g) => {
      unlinked(g, 3);
      cutNetwork(g, 3);
      for (const server of [...g.nodes, ...g.sentinels]) alter(server.info, { uptime_in_seconds: '3600' });
    },
  },
  {
    id: 'no-good-slave',
    subject: 'redis-2, redis-3',
    alter: (g) => {
      for (const n of [2, 3])
        for (const r of replicaRecords(g, n)) Object.assign(r, { 'info-refresh': '40000' });
    },
  },
  {
    id: 'failover-stuck',
    subject: 'mymaster',
    silences: { 'redis-1': 'refused' },
    alter: (g) => withoutMaster(g, 400_000),
  },
  {
    id: 'no-master',
    subject: 'mymaster',
    silences: { 'redis-1': 'refused' },
    alter: (g) => withoutMaster(g, 3000),
  },
  {
    id: 'no-quorum',
    subject: 'mymaster',
    silences: { 'sentinel-2': 'timeout', 'sentinel-3': 'timeout' },
    alter: (g) => {
      for (const n of [2, 3]) down(sentinelRecords(g, n));
      const message = 'NOQUORUM 1 usable Sentinels. Not enough available Sentinels to reach the majority';
      for (const view of given(sentinelIn(g, 1).masters))
        view.ckquorum = got({ ok: false, usable: 1, message });
    },
  },
  {
    id: 'split-brain',
    subject: 'mymaster',
    alter: (g) => {
      become(nodeIn(g, 3), 'master', null, { connected_slaves: '0', master_link_status: '' });
      given(nodeIn(g, 3).role).link = null;
      stream(g, 3, null);
    },
  },
  {
    id: 'replica-orphan',
    subject: 'redis-2',
    alter: (g) => {
      become(nodeIn(g, 2), 'replica', nodeIn(g, 3), { master_port: '6381' });
      stream(g, 2, null);
    },
  },
  { id: 'link-down', subject: 'redis-3', alter: (g) => unlinked(g, 3) },
  { id: 'lag', subject: 'redis-2', alter: (g) => stream(g, 2, { lag: '15' }) },
  {
    id: 'ghost-sentinel',
    subject: '198.51.100.9:26399',
    alter: (g) => {
      const record = {
        ...GONE,
        port: '26399',
        name: RUN_ID,
        runid: RUN_ID,
        flags: 's_down,sentinel,disconnected',
      };
      for (const view of viewsIn(g)) given(view.sentinels).push({ ...record, 'last-hello-message': '90000' });
      say(g, { 'num-other-sentinels': '3' });
    },
  },
  {
    id: 'ghost-replica',
    subject: '198.51.100.9:6399',
    alter: (g) => {
      const record = { ...GONE, port: '6399', name: '198.51.100.9:6399', runid: RUN_ID };
      for (const view of viewsIn(g))
        given(view.replicas).push({ ...record, flags: 's_down,slave,disconnected' });
      say(g, { 'num-slaves': '3' });
    },
  },
  {
    id: 'master-foreign',
    subject: 'redis-1',
    only: 'one machine',
    alter: (g) => {
      nodeIn(g, 1).other = 'pid 4242, no configuration file';
    },
  },
  {
    id: 'masters-many',
    subject: 'sentinel-3',
    alter: (g) => alter(sentinelIn(g, 3).info, { maxclients: '32', connected_clients: '110' }),
  },
  {
    id: 'master-paused',
    subject: 'redis-1',
    silences: { 'redis-1': 'timeout' },
    alter: (g) => {
      say(g, { 'last-ping-sent': '8700', 'last-ok-ping-reply': '8700' });
      for (const n of [2, 3]) alter(nodeIn(g, n).info, { master_last_io_seconds_ago: '1' });
    },
  },
];
