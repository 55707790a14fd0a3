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
import { type Alteration, become, down, say, stream, unlinked, withoutMaster } from './alteration.js';

const GONE = { ip: '198.51.100.9', 's-down-time': '90000', 'last-ok-ping-reply': '95000' };
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
    id: 'server-silent',
    subject: 'sentinel-2',
    only: 'one machine',
    silences: { 'sentinel-2': 'refused' },
    alter: (g) => down(sentinelRecords(g, 2)),
  },
  {
    id: 'master-frozen',
    subject: 'redis-1',
    silences: { 'redis-1': 'timeout' },
    alter: (g) => say(g, { 'last-ping-sent': '1900', 'last-ok-ping-reply': '1900' }),
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
];
