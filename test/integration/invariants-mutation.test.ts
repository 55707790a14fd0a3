import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { withNode } from '../../src/cluster/ask.js';
import { introduce } from '../../src/cluster/bring-up.js';
import { fullSyncsOf } from '../../src/failover/full-syncs.js';
import { nodeOf } from '../../src/faults/context.js';
import { type Address, sameAddress } from '../../src/model/address.js';
import { dataNodes, type NodePlan, sentinelNodes } from '../../src/model/plan.js';
import { seenReplica } from '../../src/model/records.js';
import type { Snapshot } from '../../src/model/snapshot.js';
import { fullResyncsExplained } from '../../src/observe/invariants/full-resyncs-explained.js';
import { judgeInvariants } from '../../src/observe/invariants/index.js';
import { oneFailover } from '../../src/observe/invariants/one-failover.js';
import { rightReplica } from '../../src/observe/invariants/right-replica.js';
import type { TookWrites, TrialEvidence } from '../../src/observe/invariants/trial-evidence.js';
import { twoMastersExplained } from '../../src/observe/invariants/two-masters-explained.js';
import type { RoleSeen } from '../../src/observe/observation.js';
import { type Observer, observe } from '../../src/observe/observer.js';
import { newMasterOf, switches } from '../../src/observe/phases.js';
import type { ClientSummary, InvariantResult, LedgerSummary, Verdict } from '../../src/observe/result.js';
import { bestReplica, type Candidate } from '../../src/scenarios/format/best-replica.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import { parseRecords } from '../../src/wire/replies.js';
import { judgeLoad } from '../../src/workload/judge-load.js';
import { keyOf } from '../../src/workload/keys.js';
import { runsOf, type WorkloadRecord } from '../../src/workload/record.js';
import type { Workload } from '../../src/workload/start.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { type FailoverCluster, failOver, openFailoverCluster } from '../helpers/failed-over.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { asking, compiledWorkload, settings, when } from '../helpers/workload.js';

/**
 * Does each invariant see what it is there to see? On one real cluster: a failover that is as it should be, then
 * everything that an invariant forbids is done by hand and must be called violated, and what it judges by is taken
 * away and must be called unknown.
 */

/** Shorter than down-after, so that asking a frozen server provokes nothing. */
const DEADLINE_MS = 300;
const CONFIG = { downAfterMs: 1500, failoverTimeoutMs: 3000 };

let cli: Cli;
let cluster: FailoverCluster;
let room: Awaited<ReturnType<typeof compiledWorkload>>;
/** A failover as it should be, and what clients wrote through it. */
let after: Required<TrialEvidence>;
/** The replica that the sentinels had to choose, by what they knew of the replicas before. */
let best: string | null;
const begun: Workload[] = [];

beforeAll(async () => {
  cli = await openCli();
  const made = await cli.run([
    ...['up', '--driver', 'process', '--port', 'auto'],
    ...['--down-after', `${CONFIG.downAfterMs}ms`, '--failover-timeout', `${CONFIG.failoverTimeoutMs}ms`],
  ]);
  expect(made.code, made.stderr).toBe(0);
  room = await compiledWorkload();
  cluster = await openFailoverCluster(cli.home, DEADLINE_MS);
  // Who comes first is known to every sentinel before it matters: INFO is asked for every 10 s.
  for (const [id, priority] of [
    ['redis-2', 10],
    ['redis-3', 20],
  ] as const)
    await cluster.ask(nodeOf(cluster.live.plan, id), 'CONFIG', 'SET', 'replica-priority', priority);
  await when('every node was heard', () =>
    cluster.live.plan.nodes.every(({ id }) => hears(cluster.run.observer, id)),
  );
  await when('every sentinel knows the priorities', async () => (await slates()).every(isRanked));
  best = bestReplica((await slates())[0] ?? [], { ...CONFIG, flags: ['master'], downMs: null })?.id ?? null;
  after = await failOver(cluster);
  // From here on everything is done by hand.
  await everySentinel(`SENTINEL SET NAME down-after-milliseconds ${QUIET_MS}`);
  await asItWas();
  after.snapshot = await cluster.look();
});
afterAll(async () => {
  await Promise.allSettled(begun.map((workload) => workload.stop()));
  await cluster?.close();
  await room?.remove();
  await cli?.close();
});

/** The replicas as each sentinel sees them; nothing where it gives no answer. */
function slates(): Promise<Candidate[][]> {
  const { plan, asking } = cluster.live;
  const idAt = (address: Address): string =>
    dataNodes(plan).find((n) => sameAddress(n.announce, address))?.id ?? '';
  return Promise.all(
    sentinels().map((node) =>
      withNode(node, asking, async (c) =>
        parseRecords(await c.call('SENTINEL', 'REPLICAS', plan.spec.masterName))
          .map(seenReplica)
          .map((seen) => ({ ...seen, id: idAt(seen.address) })),
      ).catch(() => []),
    ),
  );
}
const isRanked = (slate: Candidate[]): boolean =>
  slate.length === 2 && slate.every(({ priority }) => (priority ?? 100) < 100);

/** Who is who after the failover. */
const master = (): NodePlan => nodeOf(cluster.live.plan, after.newMaster?.id ?? '');
const old = (): NodePlan => nodeOf(cluster.live.plan, after.roles.master.id);
const other = (): NodePlan => {
  const found = dataNodes(cluster.live.plan).find((n) => n.id !== master().id && n.id !== old().id);
  if (found === undefined) throw new Error('there is no third node');
  return found;
};
const sentinels = (): NodePlan[] => sentinelNodes(cluster.live.plan);
const sentinel = (n: number): NodePlan => nodeOf(cluster.live.plan, `sentinel-${n}`);

const tell = (node: NodePlan, line: string): Promise<unknown> => cluster.ask(node, ...line.split(' '));
const follow = (node: NodePlan, whom: NodePlan): Promise<unknown> =>
  cluster.ask(node, 'REPLICAOF', whom.announce.host, whom.announce.port);
const lead = (node: NodePlan): Promise<unknown> => tell(node, 'REPLICAOF NO ONE');

const judged = (snapshot: Snapshot): InvariantResult[] => judgeInvariants({ ...after, snapshot });
const verdictOf = (results: InvariantResult[], id: string): Verdict | undefined =>
  results.find((r) => r.id === id)?.verdict;
const asItWas = (): Promise<number> =>
  when('everything holds again', async () =>
    judged(await cluster.look()).every(({ verdict }) => verdict === 'holds'),
  );

describe('a failover as it should be', () => {
  it('holds every invariant', () => {
    expect(judgeInvariants(after).filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
  });
});

interface Breach {
  id: string;
  how: string;
  act: () => Promise<unknown>;
  undo: () => Promise<unknown>;
  /** A peer's hello, one every 2 s, may correct it before the look: then it is done again. */
  isCorrected?: boolean;
}

/** What each of Sentinel's own settings is after a MONITOR. */
async function monitor(at: NodePlan, whom: NodePlan): Promise<void> {
  const name = after.roles.masterName;
  await cluster.ask(at, 'SENTINEL', 'REMOVE', name).catch(() => {});
  await cluster.ask(at, 'SENTINEL', 'MONITOR', name, whom.announce.host, whom.announce.port, 2);
  for (const [option, value] of [
    ['down-after-milliseconds', QUIET_MS],
    ['failover-timeout', CONFIG.failoverTimeoutMs],
  ] as const)
    await cluster.ask(at, 'SENTINEL', 'SET', name, option, value);
}

async function untilViolated(id: string, act: () => Promise<unknown>): Promise<InvariantResult[]> {
  let results: InvariantResult[] = [];
  await when(`${id} is violated`, async () => {
    await act();
    results = judged(await cluster.look());
    return verdictOf(results, id) === 'violated';
  });
  return results;
}
const everySentinel = (line: string): Promise<unknown> =>
  Promise.all(sentinels().map((node) => tell(node, line.replace('NAME', after.roles.masterName))));

const BREACHES: Breach[] = [
  {
    id: 'one-master',
    how: 'a replica is made a second master',
    act: () => lead(other()),
    undo: () => follow(other(), master()),
  },
  {
    id: 'one-master',
    how: 'the master is made a replica, so that there is none',
    act: () => follow(master(), other()),
    undo: () => lead(master()),
  },
  {
    id: 'sentinels-agree',
    how: 'the node that all of them name is made a replica',
    act: () => follow(master(), other()),
    undo: () => lead(master()),
  },
  {
    id: 'sentinels-agree',
    how: 'one of them monitors another master',
    isCorrected: true,
    act: () => monitor(sentinel(1), other()),
    undo: () => monitor(sentinel(1), master()),
  },
  {
    id: 'sentinels-agree',
    how: 'one of them forgets the name',
    act: () => tell(sentinel(1), `SENTINEL REMOVE ${after.roles.masterName}`),
    undo: () => monitor(sentinel(1), master()),
  },
  {
    id: 'replicas-attached',
    how: 'a replica follows the other replica',
    act: () => follow(other(), old()),
    undo: () => follow(other(), master()),
  },
  {
    id: 'old-master-rejoined',
    how: 'it is made a master again',
    act: () => lead(old()),
    undo: () => follow(old(), master()),
  },
  {
    id: 'old-master-rejoined',
    how: 'it follows the other replica',
    act: () => follow(old(), other()),
    undo: () => follow(old(), master()),
  },
  {
    id: 'quorum-usable',
    how: 'more sentinels are asked for than there are',
    act: () => everySentinel('SENTINEL SET NAME quorum 4'),
    undo: () => everySentinel('SENTINEL SET NAME quorum 2'),
  },
  {
    id: 'quorum-usable',
    how: 'one of them forgets the others',
    act: () => tell(sentinel(2), `SENTINEL RESET ${after.roles.masterName}`),
    undo: () => introduce(cluster.live),
  },
];

describe('the choice of the replica', () => {
  it('holds where it was the best by priority, offset and run id', () => {
    expect(best).toBe('redis-2');
    expect(rightReplica(after.newMaster?.id ?? null, best)).toMatchObject({
      id: 'right-replica',
      verdict: 'holds',
    });
  });

  it('is violated where another one is promoted by hand', async () => {
    const { observer, roles } = cluster.run;
    const fromMs = systemClock.now();
    const promoted = () =>
      newMasterOf(
        observer.seen.filter((o) => o.atMs >= fromMs),
        roles,
      )?.id ?? null;
    await lead(other());
    await when('its promotion was seen', () => promoted() !== null);
    await follow(other(), master());
    expect(rightReplica(promoted(), best).verdict).toBe('violated');
    await asItWas();
  });

  it('is unknown where no replica was promoted, or no sentinel said what it saw of the replicas', async () => {
    expect(rightReplica(null, best).verdict).toBe('unknown');
    const [seen = []] = await frozen(sentinels(), slates);
    const unread = bestReplica(seen, { ...CONFIG, flags: ['master'], downMs: null });
    expect(rightReplica(after.newMaster?.id ?? null, unread?.id ?? null).verdict).toBe('unknown');
    await asItWas();
  });
});

describe('broken by hand', () => {
  it.each(BREACHES)('$id is violated where $how', async ({ id, act, undo, isCorrected = false }) => {
    const once = async () => {
      await act();
      return judged(await cluster.look());
    };
    const results = await (isCorrected ? untilViolated(id, act) : once());
    await undo();
    expect(verdictOf(results, id), JSON.stringify(results)).toBe('violated');
    await asItWas();
  });
});

interface Silence {
  id: string;
  who: string;
  silent: () => NodePlan[];
}
const SILENCES: Silence[] = [
  { id: 'one-master', who: 'the master', silent: () => [master()] },
  { id: 'one-master', who: 'every data node', silent: () => dataNodes(cluster.live.plan) },
  { id: 'sentinels-agree', who: 'the master', silent: () => [master()] },
  { id: 'sentinels-agree', who: 'one sentinel', silent: () => [sentinel(3)] },
  { id: 'sentinels-agree', who: 'every sentinel', silent: sentinels },
  { id: 'replicas-attached', who: 'a replica', silent: () => [other()] },
  { id: 'old-master-rejoined', who: 'the old master', silent: () => [old()] },
  { id: 'quorum-usable', who: 'one sentinel', silent: () => [sentinel(3)] },
  { id: 'quorum-usable', who: 'every sentinel', silent: sentinels },
];

/** Freezes some for as long as it takes to do something. */
async function frozen<T>(nodes: NodePlan[], work: () => Promise<T>): Promise<T> {
  const { host } = cluster.live;
  await Promise.all(nodes.map(({ id }) => host.pause(id)));
  try {
    return await work();
  } finally {
    await Promise.all(nodes.map(({ id }) => host.resume(id)));
  }
}

describe('with the evidence withheld', () => {
  it.each(SILENCES)('$id is unknown where $who gives no answer', async ({ id, silent }) => {
    const results = judged(await frozen(silent(), () => cluster.look(DEADLINE_MS)));
    expect(verdictOf(results, id), JSON.stringify(results)).toBe('unknown');
    await asItWas();
  });

  it('the return of the old master is unknown where it was not started, and what follows no master', () => {
    expect(verdictOf(judgeInvariants({ ...after, rejoin: null }), 'old-master-rejoined')).toBe('unknown');
    const without = judgeInvariants({ ...after, newMaster: null });
    for (const id of ['old-master-rejoined', 'replicas-attached', 'full-resyncs-explained'])
      expect([id, verdictOf(without, id)]).toEqual([id, 'unknown']);
  });

  it('what only events tell is unknown to who came too late to hear them', async () => {
    const late = await lateObserver();
    await when('it heard every node', () => dataNodes(cluster.live.plan).every(({ id }) => hears(late, id)));
    await late.close();
    const blind = { ...after, seen: late.seen };
    expect(oneFailover(blind).verdict).toBe('unknown');
  });

  it('a node that was not heard for a while may have been a master', async () => {
    const { observer, roles } = cluster.run;
    const fromMs = systemClock.now();
    const masterNow = { ...roles, master: master() };
    const split = (): InvariantResult =>
      twoMastersExplained(
        { roles: masterNow, seen: observer.seen.filter((o) => o.atMs >= fromMs) },
        { fromMs, untilMs: systemClock.now(), still: [], tookWrites: null },
        0,
      );
    expect(split().verdict).toBe('holds');
    await frozen([other()], () => when('it is not known any more', () => split().verdict !== 'holds'));
    expect(split().verdict).toBe('unknown');
    await asItWas();
  });

  it('what the new master had to resend is unknown where it does not say', async () => {
    const { run } = cluster;
    const asked = () => fullSyncsOf(run, master().id, after.watch.fromMs);
    const fullSyncs = await frozen([master()], asked);
    expect(fullResyncsExplained(after.newMaster, fullSyncs).verdict).toBe('unknown');
  });
});

describe('a replica that cannot go on from where it was', () => {
  it('costs a full resync', async () => {
    const { run } = cluster;
    await lead(other());
    await cluster.ask(other(), 'SET', 'of-another-history', '1');
    await follow(other(), master());
    await asItWas();
    const fullSyncs = await fullSyncsOf(run, master().id, after.watch.fromMs);
    expect(fullResyncsExplained(after.newMaster, fullSyncs)).toMatchObject({
      id: 'full-resyncs-explained',
      verdict: 'violated',
    });
    await asItWas();
  });

  it('has to be given everything where it had received more than the one that was promoted', async () => {
    const { run } = cluster;
    const { observer } = run;
    const [promoted, ahead] = [other(), old()];
    const fromMs = systemClock.now();
    const sees = (node: NodePlan, what: (seen: RoleSeen) => boolean): boolean =>
      observer.seen.some(
        (o) => o.atMs >= fromMs && o.kind === 'role' && o.source === node.id && what(o.seen),
      );
    await tell(promoted, 'REPLICAOF 127.0.0.1 1');
    await when('it lost its master', () => sees(promoted, ({ link }) => link !== 'connected'));
    await cluster.ask(master(), 'SET', 'received-by-one', '1');
    await when('the other one has more', () => {
      const [less, more] = [promoted, ahead].map(({ id }) => observer.offsetOf(id));
      return more != null && less != null && more > less;
    });
    const before = await cluster.look();
    await lead(promoted);
    await when('it was seen as a master', () => sees(promoted, ({ role }) => role === 'master'));
    await follow(ahead, promoted);
    await when('it was given everything', () =>
      sees(ahead, ({ follows, link }) => sameAddress(follows, promoted.announce) && link === 'connected'),
    );
    const found = await fullSyncsOf({ ...run, before }, promoted.id, fromMs);
    expect(found.after).toBe(Number(found.before) + 1);
    expect(found.needed).toEqual([ahead.id]);
    const explained = fullResyncsExplained(promoted, { ...found, attached: true });
    expect(explained.verdict).toBe('holds');
    const another = { ...found, attached: true, ahead: [{ id: master().id, bytes: 1 }] };
    expect(fullResyncsExplained(promoted, another)).toMatchObject({
      verdict: 'violated',
      evidence: expect.stringContaining(`${ahead.id} needed a full resync`),
    });
    expect(explained.evidence).toMatch(
      new RegExp(`${ahead.id} had received \\d+ B more than ${promoted.id}`),
    );
    await follow(ahead, master());
    await follow(promoted, master());
    await asItWas();
  });
});

/** An observer that begins after the failover. */
function lateObserver(): Promise<Observer> {
  const { plan } = cluster.live;
  const nodes = { data: dataNodes(plan), sentinels: sentinelNodes(plan) };
  return observe(nodes, { clock: systemClock, masterName: after.roles.masterName, access: OPEN_ACCESS });
}
const hears = (observer: Observer, id: string): boolean =>
  observer.seen.some((o) => (o.kind === 'role' || o.kind === 'belief') && o.source === id);

describe('what was acknowledged to clients', () => {
  let record: WorkloadRecord;
  const accounted = async (): Promise<{ client: ClientSummary; ledger: LedgerSummary }> => {
    const finals = await room.readBack(record, cluster.target.nodes, { ...asking, deadlineMs: DEADLINE_MS });
    const ledger = room.ledgerOf(record, finals, master().id, {
      fault: 'kill',
      oldMaster: old().id,
      newMaster: master().id,
      faultAtMs: after.watch.fromMs,
      newWritableAtMs: null,
      returnedAtMs: null,
      convertedAtMs: null,
      cameBackEmpty: false,
    });
    return { client: room.clientSummary(record, record.startedAtMs), ledger };
  };
  const verdicts = async (): Promise<Record<string, Verdict>> => {
    const { client, ledger } = await accounted();
    const all = judgeLoad(client, ledger, master(), true);
    return Object.fromEntries(all.map(({ id, verdict }) => [id, verdict]));
  };
  /** Of the second client: no client gets so far. */
  const key = (seq: number): string => keyOf(record.keyPrefix, 1, seq);

  beforeAll(async () => {
    const workload = await startClients('promised', 'tuned');
    record = await workload.stop();
  });

  it('is kept', async () => {
    await when('every node has everything', async () =>
      (await accounted()).ledger.missingAt.every(({ missing }) => missing === 0),
    );
    expect(await verdicts()).toEqual({
      'clients-recovered': 'holds',
      'losses-explained': 'holds',
    });
  });

  it('is unknown where the master cannot be read back, and where there is none', async () => {
    const unread = await frozen([master()], verdicts);
    expect(unread).toMatchObject({ 'losses-explained': 'unknown' });
    const { client, ledger } = await accounted();
    expect(verdictOf(judgeLoad(client, ledger, master(), false), 'clients-recovered')).toBe('unknown');
    await asItWas();
  });

  it('is violated by a write that was never attempted', async () => {
    const { attempted = 0 } = record.clients[1] ?? {};
    await cluster.ask(master(), 'SETBIT', key(attempted), attempted + 7, 1);
    expect(await verdicts()).toMatchObject({ 'losses-explained': 'violated' });
    await cluster.ask(master(), 'SETBIT', key(attempted), attempted + 7, 0);
    expect(await verdicts()).toMatchObject({ 'losses-explained': 'holds' });
  });

  it('is violated by one acknowledged write that is gone', async () => {
    await cluster.ask(master(), 'SETBIT', key(0), 0, 0);
    expect((await accounted()).ledger.lost).toBe(1);
    expect(await verdicts()).toMatchObject({ 'losses-explained': 'violated' });
    await cluster.ask(master(), 'SETBIT', key(0), 0, 1);
  });

  it('is violated where everything is gone', async () => {
    await cluster.ask(master(), 'FLUSHALL');
    const { ledger } = await accounted();
    expect(ledger.lost).toBe(ledger.acknowledged);
    expect(await verdicts()).toMatchObject({ 'losses-explained': 'violated' });
  });

  it('is violated for clients that are never served again', async () => {
    const workload = await startClients('paused', 'tuned');
    await cluster.ask(master(), 'CLIENT', 'PAUSE', 60_000, 'WRITE');
    const pausedAtMs = systemClock.now();
    const paused = await workload.stop();
    // Answers from before may be read after that of the pause; a longer pause would hold up the sentinels' hellos.
    const heardAtMs = paused.clients.flatMap((client) => [...runsOf(paused, client)].map((run) => run.atMs));
    const faultAtMs = Math.max(pausedAtMs, ...heardAtMs);
    await cluster.ask(master(), 'CLIENT', 'UNPAUSE');
    const { ledger } = await accounted();
    const results = judgeLoad(room.clientSummary(paused, faultAtMs), ledger, master(), true);
    expect(verdictOf(results, 'clients-recovered'), JSON.stringify(results)).toBe('violated');
    await asItWas();
  });
});

async function startClients(keyPrefix: string, policy: string): Promise<Workload> {
  const options = { settings: settings({ policy }), keyPrefix, clock: systemClock };
  const workload = await room.startWorkload(cluster.target, options);
  begun.push(workload);
  await when('some is written', () => workload.counts().acknowledged > 300);
  return workload;
}

describe('a second failover', () => {
  it('is seen, and that it left two masters, and what each of them took', async () => {
    const { observer, roles } = cluster.run;
    const staying = await startClients('staying', 'default');
    const moving = await startClients('moving', 'tuned');
    const fromMs = systemClock.now();
    const first = master();
    const second = (): NodePlan => {
      const to = switches(observer.seen, roles).find((o) => o.atMs > fromMs)?.to;
      return nodeOf(
        cluster.live.plan,
        dataNodes(cluster.live.plan).find((n) => sameAddress(n.announce, to))?.id ?? '',
      );
    };
    await tell(sentinel(1), `SENTINEL FAILOVER ${roles.masterName}`);
    await when('a sentinel switched', () => switches(observer.seen, roles).some((s) => s.atMs > fromMs));
    const reached = [staying, moving].map((workload) => workload.counts().acknowledged);
    await when('clients were acknowledged at both', () =>
      [staying, moving].every((workload, i) => workload.counts().acknowledged > (reached[i] ?? 0) + 50),
    );
    await follow(first, second());
    await when('the first one is none any more', () =>
      observer.seen.some(
        (o) => o.atMs > fromMs && o.kind === 'role' && o.source === first.id && o.seen.role === 'replica',
      ),
    );
    const records = await Promise.all([staying, moving].map((workload) => workload.stop()));
    const untilMs = systemClock.now();
    const tookWrites: TookWrites = (node, from, to) =>
      records.reduce((sum, each) => sum + room.zombieWritesOf(each, node, from, to), 0);
    const seen = {
      roles: { ...roles, master: first },
      seen: observer.seen.filter((o) => o.atMs >= fromMs),
    };
    const split = twoMastersExplained(seen, { fromMs, untilMs, still: [], tookWrites }, 0);
    expect(split).toMatchObject({ id: 'two-masters-explained', verdict: 'violated' });
    const took = /writes taken meanwhile: (\S+) (\d+), (\S+) (\d+);/.exec(split.evidence);
    expect([took?.[1], took?.[3]], split.evidence).toEqual([first.id, second().id]);
    expect(Number(took?.[2]), split.evidence).toBeGreaterThan(0);
    expect(Number(took?.[4]), split.evidence).toBeGreaterThan(0);

    expect(oneFailover(seen).verdict).toBe('holds');
    const both = { ...seen, seen: observer.seen.filter((o) => o.atMs >= after.watch.fromMs) };
    expect(oneFailover(both).verdict).toBe('violated');
  });
});
