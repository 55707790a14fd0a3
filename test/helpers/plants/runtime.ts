import { formatAddress } from '../../../src/model/address.js';
import { QUIET_MS } from '../quiet.js';
import type { RawCluster, RedisServer } from '../redis.js';
import { redisCli } from '../redis-cli.js';

/** A fault that a running cluster can be given, and rid of again, by what one types. */
export interface Plant {
  /** The check that names it. */
  id: string;
  subject: string;
  /** What it changes: two plants that change the same thing are no pair, since one would undo the other. */
  touches: string[];
  plant(): Promise<unknown>;
  undo(): Promise<unknown>;
}

/** Everything of the kind that the cluster's nodes and sentinels can have at once, two by two. */
export function runtimePlants({ nodes, sentinels, masterName }: RawCluster): Plant[] {
  const nodeAt = (n: number): RedisServer => at(nodes, n);
  const sentinelAt = (n: number): RedisServer => at(sentinels, n);
  const tell = (server: RedisServer, words: string): Promise<string> => redisCli(server.address.port, words);
  const [master, one, two] = [0, 1, 2].map(nodeAt) as [RedisServer, RedisServer, RedisServer];
  const [first, second, third] = [0, 1, 2].map(sentinelAt) as [RedisServer, RedisServer, RedisServer];
  const name = ({ address }: RedisServer): string => formatAddress(address);
  const names = (servers: RedisServer[]): string => servers.map(name).join(', ');

  /** SENTINEL SET at every sentinel, or at one alone. */
  const sentinelSet = (
    id: string,
    setting: string,
    value: string,
    was: string,
    alone?: RedisServer,
  ): Plant => {
    const set = async (to: string): Promise<void> => {
      for (const s of alone === undefined ? sentinels : [alone])
        await tell(s, `SENTINEL SET ${masterName} ${setting} ${to}`);
    };
    return {
      id,
      subject: `${masterName} at ${alone === undefined ? names(sentinels) : name(alone)}`,
      touches: [setting],
      plant: () => set(value),
      undo: () => set(was),
    };
  };
  /** CONFIG SET at data nodes. */
  const config = (
    id: string,
    servers: RedisServer[],
    [setting, value, was]: [string, string, string],
    touches: string[] = [],
  ): Plant => {
    const set = async (to: string): Promise<void> => {
      for (const server of servers) await tell(server, `CONFIG SET ${setting} '${to}'`);
    };
    return {
      id,
      subject: names(servers),
      touches: [setting, ...touches],
      plant: () => set(value),
      undo: () => set(was),
    };
  };
  const both = (id: string, server: RedisServer, touches: string[], does: string, undoes: string): Plant => ({
    id,
    subject: name(server),
    touches,
    plant: () => tell(server, does),
    undo: () => tell(server, undoes),
  });

  return [
    sentinelSet('quorum-gt-n', 'quorum', '4', '2'),
    sentinelSet('quorum-lt-majority', 'quorum', '1', '2'),
    sentinelSet('down-high', 'down-after-milliseconds', '30000', String(QUIET_MS)),
    sentinelSet('failover-timeout', 'failover-timeout', '180000', '60000'),
    sentinelSet('settings-skew', 'failover-timeout', '20000', '60000', second),
    sentinelSet('parallel-syncs', 'parallel-syncs', '2', '1'),
    both(
      'debug-tuned',
      third,
      ['debug of the third'],
      'SENTINEL DEBUG ping-period 500',
      'SENTINEL DEBUG ping-period 1000',
    ),
    both(
      'simfail-armed',
      first,
      ['armed'],
      'SENTINEL SIMULATE-FAILURE crash-after-promotion',
      'SENTINEL SIMULATE-FAILURE help',
    ),
    {
      ...both('overlap', master, ['overlap', 'down-after-milliseconds', 'failover-timeout'], '', ''),
      plant: () => tell(second, `SENTINEL MONITOR other 127.0.0.1 ${master.address.port} 2`),
      undo: () => tell(second, 'SENTINEL REMOVE other'),
    },
    config('restart-wipe', [master], ['appendonly', 'no', 'yes']),
    config('persistence-skew', [one], ['appendonly', 'no', 'yes']),
    config('min-replicas', [master], ['min-replicas-to-write', '2', '1']),
    config('priority-zero', [one, two], ['replica-priority', '0', '100'], ['announced']),
    config(
      'replica-hidden',
      [two],
      ['replica-announced', 'no', 'yes'],
      ['announced', 'min-replicas-to-write'],
    ),
    config(
      'output-buffer',
      [master],
      ['client-output-buffer-limit', 'replica 1mb 512kb 10', 'replica 256mb 64mb 60'],
    ),
    config('backlog-small', [one], ['repl-backlog-size', '100kb', '1mb']),
    config('diskless-delay', [master], ['repl-diskless-sync-delay', '5', '0']),
    config('maxmemory-skew', [one], ['maxmemory', '100mb', '0']),
    config('maxmemory-skew', [two], ['maxmemory-policy', 'allkeys-lru', 'noeviction']),
    config('maxclients', [one], ['maxclients', '10', '10000'], ['silence of the second']),
    config('replica-writable', [one], ['replica-read-only', 'no', 'yes']),
    both('acl-short', one, ['rights'], 'ACL SETUSER default -slaveof', 'ACL SETUSER default +slaveof'),
    both(
      'acl-channel',
      two,
      ['rights', 'silence of the second'],
      "ACL SETUSER default resetchannels '&other'",
      'ACL SETUSER default allchannels',
    ),
    {
      // No sentinel names it, so it is known by its lag only. What else it is set to, it does not say.
      id: 'lag',
      subject: name(two),
      touches: [
        'silence of the second',
        'announced',
        'maxmemory-policy',
        'maxmemory',
        'min-replicas-to-write',
        'appendonly',
        'parallel-syncs',
      ],
      plant: async () => two.signal('SIGSTOP'),
      undo: async () => two.signal('SIGCONT'),
    },
  ];
}

function at(servers: readonly RedisServer[], n: number): RedisServer {
  const server = servers[n];
  if (server === undefined) throw new Error(`there is no server ${n}`);
  return server;
}
