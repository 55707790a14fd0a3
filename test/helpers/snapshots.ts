import type { Address } from '../../src/model/address.js';
import type { NodePlan } from '../../src/model/plan.js';
import type {
  MasterView,
  NodeAnswer,
  NodeState,
  SentinelState,
  Silence,
  Snapshot,
} from '../../src/model/snapshot.js';
import type { Expectation } from '../../src/model/status.js';

/** A cluster as `up` makes it: redis-1 is the master, everything is linked and agrees. */
export const MASTER_NAME = 'mymaster';
const REFUSED: Silence = { kind: 'refused', message: 'connection refused' };
export const TIMEOUT: Silence = { kind: 'timeout', message: 'no answer within 1.5 s' };
export const AUTH: Silence = { kind: 'auth', message: 'wants a password' };

export const redisAddress = (n: number): Address => ({ host: '127.0.0.1', port: 6378 + n });
export const sentinelAddress = (n: number): Address => ({ host: '127.0.0.1', port: 26378 + n });
export const sentinelIdOf = (n: number): string => String(n).repeat(40);
export const runIdOf = (n: number): string => `${n}a`.repeat(20);

export function plan(): NodePlan[] {
  const redis = [1, 2, 3].map(
    (n): NodePlan => ({
      id: `redis-${n}`,
      kind: 'redis',
      announce: redisAddress(n),
      endpoint: redisAddress(n),
      persistent: n > 1,
    }),
  );
  const sentinels = [1, 2, 3].map(
    (n): NodePlan => ({
      id: `sentinel-${n}`,
      kind: 'sentinel',
      announce: sentinelAddress(n),
      endpoint: sentinelAddress(n),
      persistent: false,
      sentinelId: sentinelIdOf(n),
    }),
  );
  return [...redis, ...sentinels];
}

/** What is expected of the created cluster that `healthy()` shows. */
export const ours = (over: Partial<Expectation> = {}): Expectation => ({
  cluster: 'default',
  driver: 'process',
  own: true,
  nodes: plan(),
  masterName: MASTER_NAME,
  ...over,
});

/** What is expected of an attached cluster: nothing is recorded. */
export const attached = (over: Partial<Expectation> = {}): Expectation => ({
  cluster: '127.0.0.1:26379',
  driver: 'attached',
  own: false,
  masterName: null,
  ...over,
});

export function healthy(): Snapshot {
  return {
    takenAtMs: 1_700_000_000_000,
    sentinels: [1, 2, 3].map(sentinel),
    groups: [{ masterName: MASTER_NAME, nodes: [1, 2, 3].map(node) }],
  };
}

/** The same cluster as it is found without a plan: every id is an address. */
export function discovered(snapshot: Snapshot = healthy()): Snapshot {
  for (const s of snapshot.sentinels) s.id = `${s.announce.host}:${s.announce.port}`;
  for (const n of nodesIn(snapshot)) n.id = `${n.announce.host}:${n.announce.port}`;
  return snapshot;
}

function node(n: number): NodeState {
  const isMaster = n === 1;
  return {
    id: `redis-${n}`,
    announce: redisAddress(n),
    endpoint: redisAddress(n),
    silence: null,
    answer: {
      version: '7.0.15',
      engine: 'redis',
      runId: runIdOf(n),
      role: isMaster ? 'master' : 'replica',
      follows: isMaster ? null : redisAddress(1),
      linkStatus: isMaster ? null : 'up',
      offset: isMaster ? 14_203 : 14_203 - (n - 2) * 140,
      attached: isMaster
        ? [2, 3].map((r) => ({ address: redisAddress(r), state: 'online', offset: 14_063 }))
        : [],
      loading: false,
    },
  };
}

function sentinel(n: number): SentinelState {
  return {
    id: `sentinel-${n}`,
    announce: sentinelAddress(n),
    endpoint: sentinelAddress(n),
    silence: null,
    answer: { version: '7.0.15', sentinelId: sentinelIdOf(n), tilt: false, masters: [view(n)] },
  };
}

/** What sentinel n believes. */
export function view(n: number, name: string = MASTER_NAME): MasterView {
  return {
    name,
    address: redisAddress(1),
    runId: runIdOf(1),
    flags: ['master'],
    configEpoch: 0,
    quorum: 2,
    downAfterMs: 5000,
    failoverTimeoutMs: 60_000,
    parallelSyncs: 1,
    failoverState: null,
    replicas: [2, 3].map((r) => ({
      address: redisAddress(r),
      flags: ['slave'],
      runId: runIdOf(r),
      linkStatus: 'up',
      follows: redisAddress(1),
      priority: 100,
      offset: 14_063,
    })),
    sentinels: [1, 2, 3]
      .filter((other) => other !== n)
      .map((other) => ({
        address: sentinelAddress(other),
        sentinelId: sentinelIdOf(other),
        flags: ['sentinel'],
      })),
    ckquorum: {
      ok: true,
      usable: 3,
      message: 'OK 3 usable Sentinels. Quorum and failover authorization can be reached',
    },
  };
}

const nodesIn = (snapshot: Snapshot): NodeState[] => snapshot.groups[0]?.nodes ?? [];

const known = <T>(thing: T | null | undefined, what: string): T => {
  if (thing === null || thing === undefined) throw new Error(`the fixture has no ${what}`);
  return thing;
};

export const nodeOf = (snapshot: Snapshot, n: number): NodeState =>
  known(nodesIn(snapshot)[n - 1], `redis-${n}`);
export const answerOf = (snapshot: Snapshot, n: number): NodeAnswer =>
  known(nodeOf(snapshot, n).answer, `answer of redis-${n}`);
export const sentinelOf = (snapshot: Snapshot, n: number): SentinelState =>
  known(snapshot.sentinels[n - 1], `sentinel-${n}`);
export const viewOf = (snapshot: Snapshot, n: number): MasterView =>
  known(sentinelOf(snapshot, n).answer?.masters[0], `view of sentinel-${n}`);
/** What every sentinel that answers believes. */
export const viewsIn = (snapshot: Snapshot): MasterView[] =>
  snapshot.sentinels.flatMap((s) => s.answer?.masters ?? []);

/** Alters one thing in a healthy cluster. */
export function altered(alter: (snapshot: Snapshot) => void): Snapshot {
  const snapshot = healthy();
  alter(snapshot);
  return snapshot;
}

export function silenceNode(snapshot: Snapshot, n: number, silence: Silence = REFUSED): void {
  const it = nodeOf(snapshot, n);
  it.answer = null;
  it.silence = silence;
}

export function silenceSentinel(snapshot: Snapshot, n: number, silence: Silence = REFUSED): void {
  const it = sentinelOf(snapshot, n);
  it.answer = null;
  it.silence = silence;
}

/** The master is gone and the quorum knows it, but no replica has been promoted yet. */
export const masterLost = (): Snapshot =>
  altered((s) => {
    silenceNode(s, 1);
    for (const n of [2, 3]) answerOf(s, n).linkStatus = 'down';
    for (const v of viewsIn(s)) v.flags = ['master', 's_down', 'o_down', 'disconnected'];
  });

/** redis-2 took over, redis-1 came back and still says that it is the master. */
export const zombie = (): Snapshot =>
  altered((s) => {
    Object.assign(answerOf(s, 2), { role: 'master', follows: null, linkStatus: null });
    answerOf(s, 3).follows = redisAddress(2);
    for (const v of viewsIn(s)) {
      Object.assign(v, { address: redisAddress(2), runId: runIdOf(2), configEpoch: 1 });
      const seen = known(v.replicas[0], 'replica');
      seen.address = redisAddress(1);
      seen.runId = runIdOf(1);
    }
  });
