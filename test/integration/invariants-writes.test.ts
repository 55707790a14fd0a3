import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { fullSyncsOf } from '../../src/failover/full-syncs.js';
import { nodeOf } from '../../src/faults/context.js';
import { sameAddress } from '../../src/model/address.js';
import { dataNodes, type NodePlan } from '../../src/model/plan.js';
import { fullResyncsExplained } from '../../src/observe/invariants/full-resyncs-explained.js';
import { oneFailover } from '../../src/observe/invariants/one-failover.js';
import type { TookWrites } from '../../src/observe/invariants/trial-evidence.js';
import { twoMastersExplained } from '../../src/observe/invariants/two-masters-explained.js';
import type { RoleSeen } from '../../src/observe/observation.js';
import { switches } from '../../src/observe/phases.js';
import type { ClientSummary, LedgerSummary, Verdict } from '../../src/observe/result.js';
import { judgeLoad } from '../../src/workload/judge-load.js';
import { keyOf } from '../../src/workload/keys.js';
import { runsOf, type WorkloadRecord } from '../../src/workload/record.js';
import { DEADLINE_MS, judgedFailover } from '../helpers/judged-failover.js';
import { asking, when } from '../helpers/workload.js';

/** The same of what replicas receive and clients write: see invariants-mutation.test.ts. */
const failover = judgedFailover();
const { master, old, other, sentinel, tell, follow, lead, verdictOf, asItWas, frozen, startClients } =
  failover;
beforeAll(failover.open);
afterAll(failover.close);

describe('a replica that cannot go on from where it was', () => {
  it('costs a full resync', async () => {
    const { run } = failover.cluster;
    await lead(other());
    await failover.cluster.ask(other(), 'SET', 'of-another-history', '1');
    await follow(other(), master());
    await asItWas();
    const fullSyncs = await fullSyncsOf(run, master().id, failover.after.watch.fromMs);
    expect(fullResyncsExplained(failover.after.newMaster, fullSyncs)).toMatchObject({
      id: 'full-resyncs-explained',
      verdict: 'violated',
    });
    await asItWas();
  });

  it('has to be given everything where it had received more than the one that was promoted', async () => {
    const { run } = failover.cluster;
    const { observer } = run;
    const [promoted, ahead] = [other(), old()];
    const fromMs = systemClock.now();
    const sees = (node: NodePlan, what: (seen: RoleSeen) => boolean): boolean =>
      observer.seen.some(
        (o) => o.atMs >= fromMs && o.kind === 'role' && o.source === node.id && what(o.seen),
      );
    await tell(promoted, 'REPLICAOF 127.0.0.1 1');
    await when('it lost its master', () => sees(promoted, ({ link }) => link !== 'connected'));
    await failover.cluster.ask(master(), 'SET', 'received-by-one', '1');
    await when('the other one has more', () => {
      const [less, more] = [promoted, ahead].map(({ id }) => observer.offsetOf(id));
      return more != null && less != null && more > less;
    });
    const before = await failover.cluster.look();
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

describe('what was acknowledged to clients', () => {
  let record: WorkloadRecord;
  const accounted = async (): Promise<{ client: ClientSummary; ledger: LedgerSummary }> => {
    const finals = await failover.room.readBack(record, failover.cluster.target.nodes, {
      ...asking,
      deadlineMs: DEADLINE_MS,
    });
    const ledger = failover.room.ledgerOf(record, finals, master().id, {
      fault: 'kill',
      oldMaster: old().id,
      newMaster: master().id,
      faultAtMs: failover.after.watch.fromMs,
      newWritableAtMs: null,
      returnedAtMs: null,
      convertedAtMs: null,
      cameBackEmpty: false,
    });
    return { client: failover.room.clientSummary(record, record.startedAtMs), ledger };
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
    await failover.cluster.ask(master(), 'SETBIT', key(attempted), attempted + 7, 1);
    expect(await verdicts()).toMatchObject({ 'losses-explained': 'violated' });
    await failover.cluster.ask(master(), 'SETBIT', key(attempted), attempted + 7, 0);
    expect(await verdicts()).toMatchObject({ 'losses-explained': 'holds' });
  });

  it('is violated by one acknowledged write that is gone', async () => {
    await failover.cluster.ask(master(), 'SETBIT', key(0), 0, 0);
    expect((await accounted()).ledger.lost).toBe(1);
    expect(await verdicts()).toMatchObject({ 'losses-explained': 'violated' });
    await failover.cluster.ask(master(), 'SETBIT', key(0), 0, 1);
  });

  it('is violated where everything is gone', async () => {
    await failover.cluster.ask(master(), 'FLUSHALL');
    const { ledger } = await accounted();
    expect(ledger.lost).toBe(ledger.acknowledged);
    expect(await verdicts()).toMatchObject({ 'losses-explained': 'violated' });
  });

  it('is violated for clients that are never served again', async () => {
    const workload = await startClients('paused', 'tuned');
    await failover.cluster.ask(master(), 'CLIENT', 'PAUSE', 60_000, 'WRITE');
    const pausedAtMs = systemClock.now();
    const paused = await workload.stop();
    // Answers from before may be read after that of the pause; a longer pause would hold up the sentinels' hellos.
    const heardAtMs = paused.clients.flatMap((client) => [...runsOf(paused, client)].map((run) => run.atMs));
    const faultAtMs = Math.max(pausedAtMs, ...heardAtMs);
    await failover.cluster.ask(master(), 'CLIENT', 'UNPAUSE');
    const { ledger } = await accounted();
    const results = judgeLoad(failover.room.clientSummary(paused, faultAtMs), ledger, master(), true);
    expect(verdictOf(results, 'clients-recovered'), JSON.stringify(results)).toBe('violated');
    await asItWas();
  });
});

describe('a second failover', () => {
  it('is seen, and that it left two masters, and what each of them took', async () => {
    const { observer, roles } = failover.cluster.run;
    const staying = await startClients('staying', 'default');
    const moving = await startClients('moving', 'tuned');
    const fromMs = systemClock.now();
    const first = master();
    const second = (): NodePlan => {
      const to = switches(observer.seen, roles).find((o) => o.atMs > fromMs)?.to;
      return nodeOf(
        failover.cluster.live.plan,
        dataNodes(failover.cluster.live.plan).find((n) => sameAddress(n.announce, to))?.id ?? '',
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
      records.reduce((sum, each) => sum + failover.room.zombieWritesOf(each, node, from, to), 0);
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
    const both = { ...seen, seen: observer.seen.filter((o) => o.atMs >= failover.after.watch.fromMs) };
    expect(oneFailover(both).verdict).toBe('violated');
  });
});
