import type { GatheredCheck, RawFinding, Skip, SnapshotCheck } from '../../src/checks/check.js';
import { factsOf } from '../../src/checks/facts-of.js';
import type {
  Fields,
  Gathered,
  GatheredMaster,
  GatheredNode,
  GatheredSentinel,
  GatheredServer,
  Got,
  Life,
} from '../../src/model/gathered.js';
import { MASTER_NAME, redisAddress, runIdOf, sentinelAddress, sentinelIdOf } from './snapshots.js';

export const got = <T>(value: T): Got<T> => ({ ok: true, value });
export const no = (why: string): { ok: false; why: string } => ({ ok: false, why });
const NOT_ASKED = no('not asked');
const AT_MS = 1_700_000_000_000;

/**
 * What is gathered of a healthy own cluster of three processes each, redis-1 being the master: the fields that
 * checks read, with the values that Redis 7.0.15 gave. Every call makes a new one, to be altered.
 */
export function healthyGathering(): Gathered {
  return {
    takenAtMs: AT_MS,
    cluster: 'default',
    own: true,
    driver: 'process',
    masterName: MASTER_NAME,
    sentinels: [1, 2, 3].map(sentinel),
    nodes: [1, 2, 3].map(node),
    host: {
      ephemeralPorts: got([32_768, 60_999]),
      openFilesLimit: got(20_000),
      overcommitMemory: got(0),
      transparentHugePages: got('madvise'),
    },
    lookups: [],
    watched: null,
    app: null,
  };
}

const PROCESS: Life = {
  kind: 'process',
  confInode: null,
  confIsFileMount: false,
  dirWritable: true,
  restartPolicy: null,
  stopTimeoutS: null,
  addressPinned: null,
  oomKilled: null,
  memoryLimitBytes: null,
  hostKey: 'host lab',
};
export const CONTAINER: Life = {
  ...PROCESS,
  kind: 'container',
  restartPolicy: 'no',
  stopTimeoutS: 15,
  addressPinned: true,
  oomKilled: false,
  hostKey: 'engine lab',
};

const server = (id: string, info: Fields): Omit<GatheredServer, 'announce' | 'endpoint'> => ({
  id,
  silence: null,
  info: got({ redis_version: '7.0.15', connected_clients: '7', maxclients: '10000', ...info }),
  clock: got({ askedAtMs: AT_MS, serverMs: AT_MS + 1, answeredAtMs: AT_MS + 2 }),
  whoami: got('default'),
  clients: got([]),
  latency: got([]),
  slowlog: got([]),
  conf: got({ file: `/state/${id}/server.conf`, text: '' }),
  life: got(PROCESS),
});

function node(n: number): GatheredNode {
  const isMaster = n === 1;
  return {
    ...server(`redis-${n}`, {
      role: isMaster ? 'master' : 'slave',
      run_id: runIdOf(n),
      process_supervised: 'no',
      loading: '0',
      used_memory: '1500000',
      rdb_last_bgsave_status: 'ok',
      aof_enabled: isMaster ? '0' : '1',
      aof_last_write_status: 'ok',
      aof_last_bgrewrite_status: 'ok',
      connected_slaves: isMaster ? '2' : '0',
      master_repl_offset: '14203',
      slave_priority: '100',
      replica_announced: '1',
      instantaneous_output_repl_kbps: '0.00',
      ...(isMaster
        ? {
            slave0: 'ip=127.0.0.1,port=6380,state=online,offset=14203,lag=0',
            slave1: 'ip=127.0.0.1,port=6381,state=online,offset=14203,lag=1',
          }
        : {
            master_host: '127.0.0.1',
            master_port: '6379',
            master_link_status: 'up',
            master_sync_in_progress: '0',
          }),
    }),
    announce: redisAddress(n),
    endpoint: redisAddress(n),
    masterNames: [MASTER_NAME],
    role: got(
      isMaster
        ? { role: 'master', follows: null, link: null, offset: 14_203 }
        : { role: 'replica', follows: redisAddress(1), link: 'connected', offset: 14_203 },
    ),
    config: got({
      save: isMaster ? '' : '3600 1 300 100 60 10000',
      appendonly: isMaster ? 'no' : 'yes',
      dir: `/state/redis-${n}`,
      dbfilename: 'dump.rdb',
      maxmemory: '0',
      'maxmemory-policy': 'noeviction',
      'min-replicas-to-write': '0',
      'min-replicas-max-lag': '10',
      'repl-backlog-size': '1048576',
      'repl-diskless-sync': 'yes',
      'repl-diskless-sync-delay': '0',
      'replica-announce-ip': '127.0.0.1',
      'replica-announce-port': String(redisAddress(n).port),
      'client-output-buffer-limit': 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
      'stop-writes-on-bgsave-error': 'yes',
      'shutdown-timeout': '10',
    }),
    dryrun: got({}),
    channels: got('&*'),
    pingMs: got(0.4),
  };
}

function sentinel(n: number): GatheredSentinel {
  return {
    ...server(`sentinel-${n}`, {
      redis_mode: 'sentinel',
      sentinel_tilt: '0',
      sentinel_tilt_since_seconds: '-1',
    }),
    announce: sentinelAddress(n),
    endpoint: sentinelAddress(n),
    latency: NOT_ASKED,
    slowlog: NOT_ASKED,
    myid: got(sentinelIdOf(n)),
    masters: got([view(n)]),
    config: got({}),
    debug: got({
      'PING-PERIOD': '1000',
      'INFO-PERIOD': '10000',
      'TILT-TRIGGER': '2000',
      'TILT-PERIOD': '30000',
    }),
    pendingScripts: got(0),
    flushConfig: got(null),
  } as GatheredSentinel;
}

const instance = (flags: string, { host, port }: { host: string; port: number }): Record<string, string> => ({
  ip: host,
  port: String(port),
  flags,
  'last-ping-sent': '0',
  'last-ok-ping-reply': '273',
  'down-after-milliseconds': '5000',
});

function view(n: number): GatheredMaster {
  return {
    name: MASTER_NAME,
    fields: {
      ...instance('master', redisAddress(1)),
      name: MASTER_NAME,
      runid: runIdOf(1),
      'config-epoch': '0',
      'num-slaves': '2',
      'num-other-sentinels': '2',
      quorum: '2',
      'failover-timeout': '60000',
      'parallel-syncs': '1',
    },
    replicas: got(
      [2, 3].map((r) => ({
        ...instance('slave', redisAddress(r)),
        runid: runIdOf(r),
        'info-refresh': '3510',
        'role-reported-time': '90000',
        'master-link-down-time': '0',
        'master-link-status': 'ok',
        'slave-priority': '100',
      })),
    ),
    sentinels: got(
      [1, 2, 3]
        .filter((other) => other !== n)
        .map((other) => ({
          ...instance('sentinel', sentinelAddress(other)),
          runid: sentinelIdOf(other),
          'last-hello-message': '354',
        })),
    ),
    ckquorum: got({
      ok: true,
      usable: 3,
      message: 'OK 3 usable Sentinels. Quorum and failover authorization can be reached',
    }),
    addr: got(redisAddress(1)),
  };
}

const there = <T>(thing: T | undefined, what: string): T => {
  if (thing === undefined) throw new Error(`the fixture has no ${what}`);
  return thing;
};
export const nodeIn = (g: Gathered, n: number): GatheredNode => there(g.nodes[n - 1], `redis-${n}`);
export const sentinelIn = (g: Gathered, n: number): GatheredSentinel =>
  there(g.sentinels[n - 1], `sentinel-${n}`);

/** What was answered in the fixture, to be altered in place. */
export function given<T>(answer: Got<T>): T {
  if (!answer.ok) throw new Error(answer.why);
  return answer.value;
}
/** Alters fields of an answer. */
export function alter(answer: Got<Fields>, fields: Record<string, string>): void {
  Object.assign(given(answer), fields);
}
/** What every sentinel says of the master. */
export const viewsIn = (g: Gathered): GatheredMaster[] => g.sentinels.flatMap((s) => given(s.masters));
/** What every sentinel says of redis-n, a replica. */
export const replicaRecords = (g: Gathered, n: number): Record<string, string>[] =>
  viewsIn(g).flatMap((v) => given(v.replicas).filter((r) => r.port === String(redisAddress(n).port)));
/** What the others say of sentinel-n. */
export const sentinelRecords = (g: Gathered, n: number): Record<string, string>[] =>
  viewsIn(g).flatMap((v) => given(v.sentinels).filter((r) => r.port === String(sentinelAddress(n).port)));

/** The server does not answer: nothing of it was gathered. */
export function silence(
  server: GatheredNode | GatheredSentinel,
  kind: 'refused' | 'timeout' | 'auth' = 'refused',
): void {
  const message =
    kind === 'timeout'
      ? 'did not answer within 1.50 s'
      : 'refused the connection: nothing listens on that port';
  server.silence = { kind, message };
  for (const [name, answer] of Object.entries(server)) {
    if (
      typeof answer === 'object' &&
      answer !== null &&
      'ok' in answer &&
      name !== 'life' &&
      name !== 'conf'
    ) {
      Object.assign(server, { [name]: no(message) });
    }
  }
}

/** What a check says of a healthy gathering that was altered: its findings, or the reason why it is skipped. */
export function said(
  check: SnapshotCheck | GatheredCheck,
  change: (gathered: Gathered) => void = () => {},
): RawFinding[] | string {
  const gathered = healthyGathering();
  change(gathered);
  const outcome = judge(check, gathered);
  return Array.isArray(outcome) ? outcome : outcome.skip;
}

/** What a check says of a gathering, on the snapshot in it where it needs no more. */
export const judge = (check: SnapshotCheck | GatheredCheck, gathered: Gathered): RawFinding[] | Skip =>
  check.needs === 'snapshot' ? check.live(factsOf(gathered)) : check.live(gathered);
