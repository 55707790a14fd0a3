import { expect } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { until } from '../../../src/until.js';
import { type BothCommands, DOWN_AFTER_MS, tell } from '../both-commands.js';
import { shell } from '../doctor.js';
import { type RawCluster, type RedisServer, startRedis } from '../redis.js';
import type { Fault } from './fault.js';
import { failSaves, saveAgain } from './saves.js';

/** Waits until a replica says that it has no link, and every other one has its own again. */
async function withoutLink(raw: RawCluster, replica: RedisServer): Promise<void> {
  const linked = await Promise.all(
    raw.nodes.slice(1).map((server) =>
      until(
        async () => {
          const isUp = (await tell(server, 'INFO replication')).includes('master_link_status:up');
          return isUp === (server !== replica) ? true : undefined;
        },
        { clock: systemClock, everyMs: 50, deadlineMs: 30_000 },
      ),
    ),
  );
  expect(linked).toEqual([true, true]);
}

/** What is wrong with replicas. */
export const ofReplicas = ({ raw, more, node, portOf, both }: BothCommands): Fault[] => [
  {
    what: 'a frozen replica',
    word: 'DEGRADED',
    next: 'a person',
    plant: () => node(2).signal('SIGSTOP'),
    undo: () => node(2).signal('SIGCONT'),
  },
  {
    what: 'a replica that was stopped',
    word: 'DEGRADED',
    next: 'a person',
    plant: () => node(2).stop(),
    undo: async () => {
      raw.nodes[2] = await startRedis({ port: portOf(2), conf: [`replicaof 127.0.0.1 ${portOf(0)}`] });
      more.push(node(2));
    },
  },
  {
    what: 'replicas that are all frozen',
    word: 'AT RISK',
    next: 'a person',
    plant: () => [1, 2].map((n) => node(n).signal('SIGSTOP')),
    undo: () => [1, 2].map((n) => node(n).signal('SIGCONT')),
  },
  {
    what: 'a replica without a link',
    word: 'DEGRADED',
    // While it tries to copy it is waited for; between two attempts its log says why.
    next: 'as it is at the moment',
    plant: async () => {
      await tell(node(0), 'ACL SETUSER default -psync -sync');
      await tell(node(0), 'CLIENT KILL TYPE replica');
    },
    undo: async () => {
      // A replica that fell back to SYNC, after PSYNC was refused, would never acknowledge anything.
      await tell(node(0), 'ACL SETUSER default +psync');
      await until(
        async () => {
          const info = await tell(node(0), 'INFO replication');
          return info.match(/state=online/g)?.length === 2 ? true : undefined;
        },
        { clock: systemClock, everyMs: 50, deadlineMs: 30_000 },
      );
      await tell(node(0), 'ACL SETUSER default +sync');
    },
  },
  {
    what: 'a replica whose wrong password shows: it has no link',
    word: 'DEGRADED',
    cures: 'masterauth-missing',
    plant: async () => {
      await tell(node(2), 'CONFIG SET masterauth wrong-horse');
      await tell(node(0), 'CLIENT KILL TYPE replica');
      await withoutLink(raw, node(2));
    },
    undo: () => tell(node(2), 'CONFIG SET masterauth ""'),
  },
  {
    what: 'a replica whose user has another password at the master',
    word: 'DEGRADED',
    next: 'a person',
    plant: async () => {
      for (const n of [0, 1])
        await tell(node(n), 'ACL SETUSER copier on ">right-horse" +psync +replconf +ping');
      await tell(node(2), 'CONFIG SET masteruser copier masterauth wrong-horse');
      await tell(node(0), 'CLIENT KILL TYPE replica');
      await withoutLink(raw, node(2));
    },
    undo: async () => {
      await tell(node(2), 'CONFIG SET masteruser "" masterauth ""');
      for (const n of [0, 1]) await tell(node(n), 'ACL DELUSER copier');
    },
  },
  {
    what: 'a replica with a key of its own',
    word: 'AT RISK',
    next: 'none',
    plant: async () => {
      await tell(node(2), 'CONFIG SET replica-read-only no');
      await tell(node(2), 'SET its:own 1');
      await tell(node(2), 'CONFIG SET replica-read-only yes');
    },
    undo: async () => {
      await tell(node(2), 'CONFIG SET replica-read-only no');
      await tell(node(2), 'DEL its:own');
      await tell(node(2), 'CONFIG SET replica-read-only yes');
    },
  },
  {
    what: 'a replica that wants a password',
    word: 'UNKNOWN',
    alike: true,
    next: 'a file',
    plant: () => tell(node(2), 'CONFIG SET requirepass secret'),
    undo: () => shell(`REDISCLI_AUTH=secret redis-cli -p ${portOf(2)} CONFIG SET requirepass ''`),
  },
  {
    what: 'a replica that wants a password, which the sentinels call down for it',
    word: 'DEGRADED',
    alike: true,
    next: 'a person',
    plant: async () => {
      await tell(node(2), 'CONFIG SET requirepass secret');
      for (const kind of ['normal', 'pubsub'])
        await shell(`REDISCLI_AUTH=secret redis-cli -p ${portOf(2)} CLIENT KILL TYPE ${kind}`);
    },
    undo: () => shell(`REDISCLI_AUTH=secret redis-cli -p ${portOf(2)} CONFIG SET requirepass ''`),
  },
  {
    what: 'a replica that cannot save',
    word: 'DEGRADED',
    next: 'none',
    plant: () => failSaves(node(2)),
    undo: () => saveAgain(node(2)),
  },
  {
    what: 'replicas that may not be promoted',
    word: 'AT RISK',
    cures: 'priority-zero',
    plant: () => Promise.all([1, 2].map((n) => tell(node(n), 'CONFIG SET replica-priority 0'))),
    undo: () => Promise.all([1, 2].map((n) => tell(node(n), 'CONFIG SET replica-priority 100'))),
  },
  {
    what: 'settings that differ beside a replica that wants a password',
    word: 'DEGRADED',
    plant: async () => {
      await both([2], 'SENTINEL SET mymaster down-after-milliseconds 2500');
      await tell(node(2), 'CONFIG SET requirepass secret');
    },
    undo: async () => {
      await both([2], `SENTINEL SET mymaster down-after-milliseconds ${DOWN_AFTER_MS}`);
      await shell(`REDISCLI_AUTH=secret redis-cli -p ${portOf(2)} CONFIG SET requirepass ''`);
    },
  },
];
