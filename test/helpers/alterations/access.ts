import { given, nodeIn, replicaRecords, sentinelIn, sentinelRecords } from '../healthy-gathering.js';
import {
  type Alteration,
  addLine,
  contain,
  down,
  lock,
  masterDown,
  say,
  stream,
  unlinked,
} from './alteration.js';

/** What is answered, and not with what Sentinel takes for alive. */
const WRONG = { 'last-ping-reply': '300', 'last-ok-ping-reply': '90000', 'info-refresh': '92000' };
const NOT_ALLOWED = "User default has no permissions to run the 'slaveof' command";

/** Faults of passwords and rights, and of addresses and containers. */
export const ACCESS: Alteration[] = [
  {
    id: 'auth-pass-missing',
    subject: 'mymaster at sentinel-3',
    alter: (g) => {
      lock(g, { sentinels: [3] });
      masterDown(g, 85_000, 3);
      say(g, WRONG, 3);
    },
  },
  {
    id: 'masterauth-missing',
    subject: 'redis-3',
    alter: (g) => {
      lock(g, { nodes: [3] });
      unlinked(g, 3);
    },
  },
  {
    id: 'acl-short',
    subject: 'redis-2',
    alter: (g) => {
      Object.assign(given(nodeIn(g, 2).dryrun), { slaveof: NOT_ALLOWED });
    },
  },
  {
    id: 'auth-user-missing',
    subject: 'redis-2',
    alter: (g) => {
      const node = nodeIn(g, 2);
      node.sentinelsUser = 'watch';
      node.dryrun = { ok: false, why: "ERR User 'watch' not found" };
      node.channels = { ok: false, why: 'has no such user' };
      down(replicaRecords(g, 2));
    },
  },
  {
    id: 'sentinel-acl-short',
    subject: 'sentinel-2',
    alter: (g) => {
      const denied = "This user has no permissions to run the 'sentinel|is-master-down-by-addr' command";
      const rights = { ping: 'OK', 'sentinel is-master-down-by-addr': denied };
      sentinelIn(g, 2).peerRights = { peer: { ok: true, value: rights } };
    },
  },
  {
    id: 'acl-channel',
    subject: 'redis-3',
    alter: (g) => {
      nodeIn(g, 3).channels = { ok: true, value: '' };
    },
  },
  {
    id: 'rename-command',
    subject: 'redis-2',
    alter: (g) => {
      Object.assign(given(nodeIn(g, 2).dryrun), { 'config rewrite': "ERR Command 'config' not found" });
      addLine(nodeIn(g, 2), 'rename-command CONFIG ops-config');
    },
  },
  {
    id: 'sentinel-pass',
    subject: 'sentinel-3',
    alter: (g) => {
      addLine(sentinelIn(g, 2), 'requirepass (redacted)');
      Object.assign(given(sentinelIn(g, 1).config), { 'sentinel-pass': '(set)' });
      const seen = sentinelRecords(g, 2).at(-1) ?? {};
      down([seen]);
      Object.assign(seen, WRONG, { 'last-hello-message': '1200' });
    },
  },
  {
    id: 'tls-mismatch',
    subject: 'redis-3',
    alter: (g) => {
      Object.assign(given(nodeIn(g, 3).config), { 'tls-replication': 'yes' });
      unlinked(g, 3);
    },
  },
  {
    id: 'protected-mode',
    subject: 'redis-3',
    only: 'three machines',
    silences: { 'redis-3': 'denied' },
    alter: (g) => down(replicaRecords(g, 3)),
  },
  {
    id: 'address-shared',
    subject: '127.0.0.1:6380',
    only: 'one machine',
    alter: (g) => {
      Object.assign(given(nodeIn(g, 3).config), { 'replica-announce-port': '6380' });
      stream(g, 3, { port: '6380' });
    },
  },
  {
    id: 'nat-replica',
    subject: 'redis-3',
    address: '198.51.100.3:16381',
    alter: (g) => {
      const address = { ip: '198.51.100.3', port: '16381' };
      Object.assign(given(nodeIn(g, 3).config), {
        'replica-announce-ip': address.ip,
        'replica-announce-port': address.port,
      });
      stream(g, 3, address);
      const records = replicaRecords(g, 3);
      down(records);
      for (const record of records) Object.assign(record, address, { runid: '' });
    },
  },
  {
    id: 'nat-sentinel',
    subject: 'sentinel-2',
    address: '198.51.100.2:26999',
    alter: (g) => {
      const records = sentinelRecords(g, 2);
      down(records);
      for (const record of records)
        Object.assign(record, { ip: '198.51.100.2', port: '26999', 'last-hello-message': '1400' });
    },
  },
  {
    id: 'nat-client',
    subject: 'this shell',
    alter: (g) => {
      g.app = {
        where: 'this shell',
        env: { sentinelAddrs: null, masterName: null, url: null },
        url: null,
        addresses: [],
        masterName: 'mymaster',
        announced: { ok: true, value: { host: '127.0.0.1', port: 6379 } },
        announcedDown: false,
        masterAnswers: { ok: false, why: 'did not answer within 1.50 s' },
        writable: { ok: false, why: 'did not answer within 1.50 s' },
        natMap: {},
      };
    },
  },
  { id: 'dynamic-ip', subject: 'redis-2', alter: (g) => contain(nodeIn(g, 2), { addressPinned: false }) },
  {
    id: 'restart-wipe',
    subject: 'redis-1',
    alter: (g) => {
      contain(nodeIn(g, 1), { restartPolicy: 'always' });
      Object.assign(given(nodeIn(g, 1).config), { save: '', appendonly: 'no' });
    },
  },
  { id: 'oom', subject: 'redis-3', alter: (g) => contain(nodeIn(g, 3), { oomKilled: true }) },
  { id: 'stop-grace', subject: 'redis-2', alter: (g) => contain(nodeIn(g, 2), { stopTimeoutS: 10 }) },
  {
    id: 'ephemeral-port',
    subject: 'sentinel-3',
    alter: (g) => {
      g.host.ephemeralPorts = { ok: true, value: [26_381, 60_999] };
    },
  },
];
