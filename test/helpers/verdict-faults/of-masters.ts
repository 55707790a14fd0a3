import { systemClock } from '../../../src/clock.js';
import { until } from '../../../src/until.js';
import { type BothCommands, tell } from '../both-commands.js';
import { shell } from '../doctor.js';
import { startRedis } from '../redis.js';
import type { Fault } from './fault.js';
import { failSaves, saveAgain } from './saves.js';

/** What is wrong with the master, or keeps it from being replaced. */
export const ofMasters = ({
  raw,
  more,
  node,
  portOf,
  sentinel,
  both,
  look,
  keepMaster,
  asBefore,
}: BothCommands): Fault[] => [
  {
    what: 'a password that no next master wants',
    word: 'AT RISK',
    alike: true,
    cures: 'masterauth-missing',
    plant: () => tell(node(0), 'CONFIG SET masterauth x'),
    undo: () => tell(node(0), 'CONFIG SET masterauth ""'),
  },
  {
    what: 'a master that cannot save',
    word: 'DOWN',
    next: 'none',
    plant: async () => {
      await keepMaster();
      await failSaves(node(0));
    },
    undo: async () => {
      await saveAgain(node(0));
      await asBefore();
    },
  },
  {
    what: 'a master that is full',
    word: 'DOWN',
    cures: 'master-full',
    plant: () => Promise.all(raw.nodes.map((n) => tell(n, 'CONFIG SET maxmemory 1'))),
    undo: () => Promise.all(raw.nodes.map((n) => tell(n, 'CONFIG SET maxmemory 0'))),
  },
  {
    what: 'a master that asks for more replicas than there are',
    word: 'DOWN',
    cures: 'writes-refused',
    plant: () => tell(node(0), 'CONFIG SET min-replicas-to-write 3'),
    undo: () => tell(node(0), 'CONFIG SET min-replicas-to-write 0'),
  },
  {
    what: 'data nodes that want a password, which the sentinels do not have either',
    word: 'UNKNOWN',
    next: 'a file',
    plant: () => Promise.all([0, 1, 2].map((n) => tell(node(n), 'CONFIG SET requirepass secret'))),
    undo: () =>
      Promise.all(
        [0, 1, 2].map((n) =>
          shell(`REDISCLI_AUTH=secret redis-cli -p ${portOf(n)} CONFIG SET requirepass ''`),
        ),
      ),
  },
  {
    what: 'a dead master whose replicas were cut off for too long',
    word: 'DOWN',
    alike: true,
    plant: async () => {
      await keepMaster();
      await node(0).stop();
      await until(
        async () => {
          const info = await Promise.all([1, 2].map((n) => tell(node(n), 'INFO replication')));
          const forS = info.map((text) =>
            Number(/master_link_down_since_seconds:(\d+)/.exec(text)?.[1] ?? 0),
          );
          return Math.min(...forS) >= 6 ? true : undefined;
        },
        { clock: systemClock, everyMs: 100, deadlineMs: 60_000 },
      );
      // 10 x 200 ms are allowed.
      await both([0, 1, 2], 'SENTINEL SET mymaster down-after-milliseconds 200');
      await until(async () => ((await look()).ids.includes('no-good-slave') ? true : undefined), {
        clock: systemClock,
        everyMs: 100,
        deadlineMs: 60_000,
      });
    },
    undo: async () => {
      const old = portOf(0);
      // Now a replica counts again, and is promoted.
      await asBefore();
      const master = await until(
        async () => {
          const [, port] = (await tell(sentinel(0), 'SENTINEL GET-MASTER-ADDR-BY-NAME mymaster')).split('\n');
          return port === String(old) ? undefined : port;
        },
        { clock: systemClock, everyMs: 100, deadlineMs: 120_000 },
      );
      raw.nodes[0] = await startRedis({ port: old, conf: [`replicaof 127.0.0.1 ${master}`] });
      more.push(node(0));
    },
  },
  {
    what: 'a frozen master that no replica may replace',
    word: 'DOWN',
    alike: true,
    next: 'a person',
    plant: async () => {
      for (const n of [1, 2]) await tell(node(n), 'CONFIG SET replica-priority 0');
      await until(
        async () => {
          const said = await tell(sentinel(0), 'SENTINEL REPLICAS mymaster');
          return said.split('slave-priority\n0').length === 3 ? true : undefined;
        },
        { clock: systemClock, everyMs: 100, deadlineMs: 30_000 },
      );
      node(0).signal('SIGSTOP');
    },
    undo: async () => {
      node(0).signal('SIGCONT');
      for (const n of [1, 2]) await tell(node(n), 'CONFIG SET replica-priority 100');
    },
  },
];
