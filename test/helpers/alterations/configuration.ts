import {
  given,
  got,
  nodeIn,
  replicaRecords,
  sentinelIn,
  sentinelRecords,
  viewsIn,
} from '../healthy-gathering.js';
import { type Alteration, addLine, down, masterDown, say } from './alteration.js';

const EVERY_SENTINEL = 'mymaster at sentinel-1, sentinel-2, sentinel-3';

/** One setting of the master, at every sentinel. */
const setEverywhere = (id: string, name: string, value: string): Alteration => ({
  id,
  subject: EVERY_SENTINEL,
  alter: (g) => say(g, { [name]: value }),
});

/** Faults of what is written in files, or set. */
export const CONFIGURATION: Alteration[] = [
  {
    id: 'hostname-noresolve',
    subject: 'sentinel-3',
    silences: { 'sentinel-3': 'refused' },
    alter: (g) => {
      const sentinel = sentinelIn(g, 3);
      const { text } = given(sentinel.conf);
      given(sentinel.conf).text = text.replace(/(sentinel monitor mymaster) \S+/, '$1 redis-master');
      down(sentinelRecords(g, 3));
    },
  },
  {
    id: 'hostname-slow-dns',
    subject: 'sentinel-1',
    alter: (g) => {
      const sentinel = sentinelIn(g, 1);
      Object.assign(given(sentinel.config), { 'resolve-hostnames': 'yes' });
      const { text } = given(sentinel.conf);
      given(sentinel.conf).text = text.replace(/(sentinel monitor mymaster) \S+/, '$1 redis-master');
      const addresses = [nodeIn(g, 1).announce.host];
      g.lookups.push({ name: 'redis-master', result: got({ addresses, tookMs: 4000 }) });
    },
  },
  {
    id: 'hostname-mixed',
    subject: 'mymaster at sentinel-2',
    alter: (g) => {
      Object.assign(given(sentinelIn(g, 2).config), {
        'announce-hostnames': 'yes',
        'resolve-hostnames': 'yes',
      });
      Object.assign(replicaRecords(g, 3)[1] ?? {}, { ip: 'redis-3.lab' });
      const addresses = [nodeIn(g, 3).announce.host];
      g.lookups.push({ name: 'redis-3.lab', result: got({ addresses, tookMs: 1 }) });
    },
  },
  {
    id: 'conf-shared',
    subject: 'sentinel-1, sentinel-2',
    only: 'one machine',
    alter: (g) => {
      const [first, second] = [sentinelIn(g, 1), sentinelIn(g, 2)];
      given(second.life).confInode = given(first.life).confInode;
      second.myid = got(given(first.myid));
      Object.assign(given(second.info), { config_file: given(first.info).config_file });
      second.conf = got({ ...given(first.conf) });
    },
  },
  {
    id: 'myid-dup',
    subject: 'sentinel-2, sentinel-3',
    alter: (g) => {
      sentinelIn(g, 2).myid = got(given(sentinelIn(g, 3).myid));
    },
  },
  {
    id: 'conf-unwritable',
    subject: 'sentinel-3',
    alter: (g) => {
      sentinelIn(g, 3).flushConfig = got('ERR Failed to save config file: Permission denied');
      given(sentinelIn(g, 3).life).dirWritable = false;
    },
  },
  {
    id: 'conf-filemount',
    subject: 'sentinel-1',
    alter: (g) => {
      given(sentinelIn(g, 1).life).confIsFileMount = true;
    },
  },
  setEverywhere('quorum-gt-n', 'quorum', '5'),
  setEverywhere('quorum-lt-majority', 'quorum', '1'),
  setEverywhere('down-low', 'down-after-milliseconds', '1000'),
  setEverywhere('down-high', 'down-after-milliseconds', '30000'),
  setEverywhere('failover-timeout', 'failover-timeout', '180000'),
  setEverywhere('parallel-syncs', 'parallel-syncs', '5'),
  {
    id: 'sentinels-few',
    subject: 'mymaster',
    alter: (g) => {
      const { runid } = sentinelRecords(g, 3)[0] ?? {};
      g.sentinels.pop();
      for (const view of viewsIn(g))
        view.sentinels = got(given(view.sentinels).filter((s) => s.runid !== runid));
      say(g, { 'num-other-sentinels': '1' });
    },
  },
  {
    id: 'sentinels-even',
    subject: 'mymaster',
    alter: (g) => {
      const record = {
        ...sentinelRecords(g, 3)[0],
        port: '26382',
        runid: '4'.repeat(40),
        name: '4'.repeat(40),
      };
      const fourth = structuredClone(sentinelIn(g, 3));
      Object.assign(fourth, { id: 'sentinel-4', myid: got('4'.repeat(40)) });
      for (const address of [fourth.announce, fourth.endpoint]) address.port = 26_382;
      Object.assign(given(fourth.life), { confInode: '1:4', hostKey: 'host four' });
      given(fourth.conf).file = '/etc/redis/sentinel-4.conf';
      for (const view of viewsIn(g)) given(view.sentinels).push({ ...record });
      for (const view of given(fourth.masters)) given(view.sentinels).push({ ...sentinelRecords(g, 3)[0] });
      g.sentinels.push(fourth);
      say(g, { 'num-other-sentinels': '3' });
    },
  },
  {
    id: 'sentinels-colocated',
    subject: 'sentinel-1, sentinel-2',
    only: 'three machines',
    alter: (g) => {
      given(sentinelIn(g, 2).life).hostKey = given(sentinelIn(g, 1).life).hostKey;
    },
  },
  {
    id: 'settings-skew',
    subject: 'mymaster at sentinel-3',
    alter: (g) => say(g, { 'failover-timeout': '50000' }, 3),
  },
  {
    id: 'script-bad',
    subject: 'sentinel-2',
    alter: (g) => {
      say(g, { 'notification-script': '/opt/notify' }, 2);
      sentinelIn(g, 2).scripts = got({ '/opt/notify': 'missing' });
    },
  },
  {
    id: 'debug-tuned',
    subject: 'sentinel-1',
    alter: (g) => {
      Object.assign(given(sentinelIn(g, 1).debug), { 'PUBLISH-PERIOD': '100' });
    },
  },
  {
    id: 'version-fault',
    subject: 'sentinel-3',
    alter: (g) => Object.assign(given(sentinelIn(g, 3).info), { valkey_version: '9.1.0' }),
  },
  {
    id: 'simfail-armed',
    subject: 'sentinel-2',
    alter: (g) => {
      Object.assign(given(sentinelIn(g, 2).info), { sentinel_simulate_failure_flags: '1' });
    },
  },
  {
    id: 'overlap',
    subject: 'redis-1',
    alter: (g) => {
      const [view] = given(sentinelIn(g, 1).masters);
      if (view === undefined) return;
      const other = structuredClone({ ...view, name: 'other' });
      given(sentinelIn(g, 1).masters).push({ ...other, fields: { ...other.fields, name: 'other' } });
    },
  },
  {
    id: 'bind-loopback',
    subject: 'redis-2',
    only: 'three machines',
    alter: (g) => {
      Object.assign(given(nodeIn(g, 2).config), { bind: '127.0.0.1 -::1' });
      down(replicaRecords(g, 2));
    },
  },
  {
    id: 'master-loopback',
    subject: 'sentinel-3',
    only: 'three machines',
    alter: (g) => {
      say(g, { ip: '127.0.0.1', 'num-slaves': '0', 'num-other-sentinels': '0' }, 3);
      masterDown(g, 90_000, 3);
      for (const view of given(sentinelIn(g, 3).masters)) view.replicas = view.sentinels = got([]);
    },
  },
  {
    id: 'name-mismatch',
    subject: 'sentinel-2',
    alter: (g) => {
      for (const view of given(sentinelIn(g, 2).masters)) {
        view.name = 'mymastr';
        view.fields = { ...view.fields, name: 'mymastr', 'num-other-sentinels': '0' };
        view.sentinels = got([]);
        view.ckquorum = got({ ok: false, usable: 1, message: 'NOQUORUM 1 usable Sentinels.' });
      }
      say(g, { 'num-other-sentinels': '1' }, 1, 3);
      addLine(sentinelIn(g, 2), 'sentinel monitor mymastr 192.0.2.1 6379 2');
    },
  },
];
