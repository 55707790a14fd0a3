import { expect } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { withNode } from '../../src/cluster/ask.js';
import { nodeOf } from '../../src/faults/context.js';
import { type Address, sameAddress } from '../../src/model/address.js';
import { dataNodes, type NodePlan, sentinelNodes } from '../../src/model/plan.js';
import { seenReplica } from '../../src/model/records.js';
import type { Snapshot } from '../../src/model/snapshot.js';
import { judgeInvariants } from '../../src/observe/invariants/index.js';
import type { TrialEvidence } from '../../src/observe/invariants/trial-evidence.js';
import type { Observer } from '../../src/observe/observer.js';
import type { InvariantResult, Verdict } from '../../src/observe/result.js';
import { bestReplica, type Candidate } from '../../src/scenarios/format/best-replica.js';
import { parseRecords } from '../../src/wire/replies.js';
import type { Workload } from '../../src/workload/start.js';
import { type Cli, openCli } from './cli.js';
import { type FailoverCluster, failOver, openFailoverCluster } from './failed-over.js';
import { QUIET_MS } from './quiet.js';
import { compiledWorkload, settings, when } from './workload.js';

/** Shorter than down-after, so that asking a frozen server provokes nothing. */
export const DEADLINE_MS = 300;
export const CONFIG = { downAfterMs: 1500, failoverTimeoutMs: 3000 };

/** One real cluster with a failover as it is to be, once `open` has run: what tests break by hand, and judge then. */
export function judgedFailover() {
  let cli: Cli;
  let cluster: FailoverCluster;
  let room: Awaited<ReturnType<typeof compiledWorkload>>;
  /** A failover as it should be, and what clients wrote through it. */
  let after: Required<TrialEvidence>;
  /** The replica that the sentinels had to choose, by what they knew of the replicas before. */
  let best: string | null;
  const begun: Workload[] = [];

  async function open(): Promise<void> {
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
  }

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

  const everySentinel = (line: string): Promise<unknown> =>
    Promise.all(sentinels().map((node) => tell(node, line.replace('NAME', after.roles.masterName))));

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

  async function startClients(keyPrefix: string, policy: string): Promise<Workload> {
    const options = { settings: settings({ policy }), keyPrefix, clock: systemClock };
    const workload = await room.startWorkload(cluster.target, options);
    begun.push(workload);
    await when('some is written', () => workload.counts().acknowledged > 300);
    return workload;
  }

  return {
    open,
    async close(): Promise<void> {
      await Promise.allSettled(begun.map((workload) => workload.stop()));
      await cluster?.close();
      await room?.remove();
      await cli?.close();
    },
    get cluster() {
      return cluster;
    },
    get room() {
      return room;
    },
    get after() {
      return after;
    },
    get best() {
      return best;
    },
    ...{ slates, master, old, other, sentinels, sentinel, tell, follow, lead },
    ...{ judged, verdictOf, asItWas, everySentinel, frozen, startClients },
  };
}

export const hears = (observer: Observer, id: string): boolean =>
  observer.seen.some((o) => (o.kind === 'role' || o.kind === 'belief') && o.source === id);
