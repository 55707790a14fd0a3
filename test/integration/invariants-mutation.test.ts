import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { introduce } from '../../src/cluster/bring-up.js';
import { fullSyncsOf } from '../../src/failover/full-syncs.js';
import { dataNodes, type NodePlan, sentinelNodes } from '../../src/model/plan.js';
import { fullResyncsExplained } from '../../src/observe/invariants/full-resyncs-explained.js';
import { judgeInvariants } from '../../src/observe/invariants/index.js';
import { oneFailover } from '../../src/observe/invariants/one-failover.js';
import { rightReplica } from '../../src/observe/invariants/right-replica.js';
import { twoMastersExplained } from '../../src/observe/invariants/two-masters-explained.js';
import { type Observer, observe } from '../../src/observe/observer.js';
import { newMasterOf } from '../../src/observe/phases.js';
import type { InvariantResult } from '../../src/observe/result.js';
import { bestReplica } from '../../src/scenarios/format/best-replica.js';
import { OPEN_ACCESS } from '../../src/wire/access.js';
import { CONFIG, DEADLINE_MS, hears, judgedFailover } from '../helpers/judged-failover.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { when } from '../helpers/workload.js';

/**
 * Does each invariant see what it is there to see? On one real cluster: a failover that is as it should be, then
 * everything that an invariant forbids is done by hand and must be called violated, and what it judges by is taken
 * away and must be called unknown.
 */

const failover = judgedFailover();
const {
  slates,
  master,
  old,
  other,
  sentinels,
  sentinel,
  tell,
  follow,
  lead,
  judged,
  verdictOf,
  asItWas,
  everySentinel,
  frozen,
} = failover;
beforeAll(failover.open);
afterAll(failover.close);

describe('a failover as it should be', () => {
  it('holds every invariant', () => {
    expect(judgeInvariants(failover.after).filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
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
  const name = failover.after.roles.masterName;
  await failover.cluster.ask(at, 'SENTINEL', 'REMOVE', name).catch(() => {});
  await failover.cluster.ask(at, 'SENTINEL', 'MONITOR', name, whom.announce.host, whom.announce.port, 2);
  for (const [option, value] of [
    ['down-after-milliseconds', QUIET_MS],
    ['failover-timeout', CONFIG.failoverTimeoutMs],
  ] as const)
    await failover.cluster.ask(at, 'SENTINEL', 'SET', name, option, value);
}

async function untilViolated(id: string, act: () => Promise<unknown>): Promise<InvariantResult[]> {
  let results: InvariantResult[] = [];
  await when(`${id} is violated`, async () => {
    await act();
    results = judged(await failover.cluster.look());
    return verdictOf(results, id) === 'violated';
  });
  return results;
}
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
    act: () => tell(sentinel(1), `SENTINEL REMOVE ${failover.after.roles.masterName}`),
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
    act: () => tell(sentinel(2), `SENTINEL RESET ${failover.after.roles.masterName}`),
    undo: () => introduce(failover.cluster.live),
  },
];

describe('the choice of the replica', () => {
  it('holds where it was the best by priority, offset and run id', () => {
    expect(failover.best).toBe('redis-2');
    expect(rightReplica(failover.after.newMaster?.id ?? null, failover.best)).toMatchObject({
      id: 'right-replica',
      verdict: 'holds',
    });
  });

  it('is violated where another one is promoted by hand', async () => {
    const { observer, roles } = failover.cluster.run;
    const fromMs = systemClock.now();
    const promoted = () =>
      newMasterOf(
        observer.seen.filter((o) => o.atMs >= fromMs),
        roles,
      )?.id ?? null;
    await lead(other());
    await when('its promotion was seen', () => promoted() !== null);
    await follow(other(), master());
    expect(rightReplica(promoted(), failover.best).verdict).toBe('violated');
    await asItWas();
  });

  it('is unknown where no replica was promoted, or no sentinel said what it saw of the replicas', async () => {
    expect(rightReplica(null, failover.best).verdict).toBe('unknown');
    const [seen = []] = await frozen(sentinels(), slates);
    const unread = bestReplica(seen, { ...CONFIG, flags: ['master'], downMs: null });
    expect(rightReplica(failover.after.newMaster?.id ?? null, unread?.id ?? null).verdict).toBe('unknown');
    await asItWas();
  });
});

describe('broken by hand', () => {
  it.each(BREACHES)('$id is violated where $how', async ({ id, act, undo, isCorrected = false }) => {
    const once = async () => {
      await act();
      return judged(await failover.cluster.look());
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
  { id: 'one-master', who: 'every data node', silent: () => dataNodes(failover.cluster.live.plan) },
  { id: 'sentinels-agree', who: 'the master', silent: () => [master()] },
  { id: 'sentinels-agree', who: 'one sentinel', silent: () => [sentinel(3)] },
  { id: 'sentinels-agree', who: 'every sentinel', silent: sentinels },
  { id: 'replicas-attached', who: 'a replica', silent: () => [other()] },
  { id: 'old-master-rejoined', who: 'the old master', silent: () => [old()] },
  { id: 'quorum-usable', who: 'one sentinel', silent: () => [sentinel(3)] },
  { id: 'quorum-usable', who: 'every sentinel', silent: sentinels },
];

describe('with the evidence withheld', () => {
  it.each(SILENCES)('$id is unknown where $who gives no answer', async ({ id, silent }) => {
    const results = judged(await frozen(silent(), () => failover.cluster.look(DEADLINE_MS)));
    expect(verdictOf(results, id), JSON.stringify(results)).toBe('unknown');
    await asItWas();
  });

  it('the return of the old master is unknown where it was not started, and what follows no master', () => {
    expect(verdictOf(judgeInvariants({ ...failover.after, rejoin: null }), 'old-master-rejoined')).toBe(
      'unknown',
    );
    const without = judgeInvariants({ ...failover.after, newMaster: null });
    for (const id of ['old-master-rejoined', 'replicas-attached', 'full-resyncs-explained'])
      expect([id, verdictOf(without, id)]).toEqual([id, 'unknown']);
  });

  it('what only events tell is unknown to who came too late to hear them', async () => {
    const late = await lateObserver();
    await when('it heard every node', () =>
      dataNodes(failover.cluster.live.plan).every(({ id }) => hears(late, id)),
    );
    await late.close();
    const blind = { ...failover.after, seen: late.seen };
    expect(oneFailover(blind).verdict).toBe('unknown');
  });

  it('a node that was not heard for a while may have been a master', async () => {
    const { observer, roles } = failover.cluster.run;
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
    const { run } = failover.cluster;
    const asked = () => fullSyncsOf(run, master().id, failover.after.watch.fromMs);
    const fullSyncs = await frozen([master()], asked);
    expect(fullResyncsExplained(failover.after.newMaster, fullSyncs).verdict).toBe('unknown');
  });
});

/** An observer that begins after the failover. */
function lateObserver(): Promise<Observer> {
  const { plan } = failover.cluster.live;
  const nodes = { data: dataNodes(plan), sentinels: sentinelNodes(plan) };
  return observe(nodes, {
    clock: systemClock,
    masterName: failover.after.roles.masterName,
    access: OPEN_ACCESS,
  });
}
