import { surveyPlan, withNode } from '../cluster/ask.js';
import type { LiveCluster } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import { messageOf, refused } from '../errors.js';
import { type FailoverGuard, failoverGuard } from '../faults/preflight.js';
import { type Address, sameAddress } from '../model/address.js';
import { type SentinelView, sentinelViewsOf } from '../model/facts.js';
import { hellosFor } from '../model/hello.js';
import { NEEDED } from '../model/operator-rights.js';
import { type NodePlan, sentinelNodes } from '../model/plan.js';
import { byRank, eligibility } from '../model/promotable.js';
import { switchoverBudgetMs, switchoverPauseMs } from '../model/sentinel-timing.js';
import type { NodeAnswer, Snapshot } from '../model/snapshot.js';
import { unknownNode } from '../model/unknown-node.js';
import { type ClusterRoles, rolesIn } from '../observe/roles.js';
import type { SwitchoverMethod } from '../observe/switchover-result.js';
import { until } from '../until.js';
import { askingAs } from '../wire/access.js';
import { lackedRights } from '../wire/gather-rights.js';
import { parseRole } from '../wire/replies.js';

/** What a switchover knows of the cluster before it does anything. */
export interface Look {
  method: SwitchoverMethod;
  /** Why it is not the direct one, where none was asked for. */
  methodWhy: string | null;
  snapshot: Snapshot;
  roles: ClusterRoles;
  target: NodePlan;
  /** Whether the operator named the target. */
  isNamed: boolean;
  /** The data nodes that are neither. */
  others: NodePlan[];
  views: SentinelView[];
  pauseMs: number;
  budgetMs: number;
  /** The highest epoch of any sentinel, also one that a failed election used. */
  epoch: number;
  catchUp: CatchUp;
  guard: FailoverGuard;
  /** By server: the commands that our user may not run there, or why that is not known. */
  rights: { id: string; lacks: string[] | null; why: string }[];
  /** Data nodes of which nothing is seen from outside: what starts and stops them is not known. */
  unseen: string[];
  answerOf(node: NodePlan): NodeAnswer | null;
}

/** How long the target needs to reach what the master has at one moment, without a pause. */
type CatchUp = { ms: number; lagBytes: number } | { ms: null; lagBytes: number | null; why: string };

/** What was asked for; null: the usual. */
export interface Wanted {
  to: string | null;
  method: SwitchoverMethod | null;
}

/**
 * Reads everything; changes nothing. `to`: the node that shall be the master, else the replica that Sentinel would choose.
 * Throws `no-master` or `no-target` (3), `node-unknown` (64).
 */
export async function lookAt(
  runtime: Runtime,
  live: LiveCluster,
  { to, method: wanted }: Wanted,
): Promise<Look> {
  const { plan, asking } = live;
  const snapshot = await surveyPlan(plan, asking);
  const roles = rolesIn(plan, snapshot);
  const views = sentinelViewsOf(snapshot, plan.spec.masterName);
  const target = targetOf(roles, views, to);
  const nodes = snapshot.groups.find((g) => g.masterName === plan.spec.masterName)?.nodes ?? [];
  const isTold = hellosFor(snapshot, plan.spec.masterName).length > 0;
  const method = wanted ?? (isTold ? 'direct' : 'sentinel');
  const pauseMs = switchoverPauseMs(roles.settings, method !== 'direct');
  const budgetMs = switchoverBudgetMs(pauseMs);
  const [catchUp, guard, rights, epochs, unseen] = await Promise.all([
    catchUpOf(live, roles.master, target, budgetMs),
    failoverGuard(runtime, live, roles.settings),
    rightsAt(live, method),
    currentEpochs(live),
    unseenOf(live, roles.nodes),
  ]);
  return {
    method,
    methodWhy: wanted === null && !isTold ? 'no sentinel has a peer in whose name it can be told' : null,
    snapshot,
    roles,
    target,
    isNamed: to !== null,
    others: roles.nodes.filter((node) => node !== roles.master && node !== target),
    views,
    pauseMs,
    budgetMs,
    epoch: Math.max(0, ...views.map(({ view }) => view.configEpoch), ...epochs),
    catchUp,
    guard,
    rights,
    unseen,
    answerOf: ({ id }) => nodes.find((node) => node.id === id)?.answer ?? null,
  };
}

/** The node that was named, else the replica that a sentinel would promote. */
function targetOf(roles: ClusterRoles, views: readonly SentinelView[], to: string | null): NodePlan {
  if (to !== null) {
    const node = roles.nodes.find(({ id }) => id === to);
    if (node === undefined) throw unknownNode(roles.plan, to);
    return node;
  }
  const [first] = views;
  const ranked = (first?.view.replicas ?? [])
    .filter((replica) => first !== undefined && eligibility(replica, first.view).is !== 'no')
    .toSorted(byRank);
  for (const { address } of ranked) {
    const node = roles.replicas.find(({ announce }) => sameAddress(announce, address));
    if (node !== undefined) return node;
  }
  throw refused('no-target', 'no replica can become the master, so nothing was done', {
    why: 'the sentinels would promote none: each is down, not connected, cut off or has priority 0',
    hint: 'sentinelctl doctor',
  });
}

/** Reads the master's offset, then the target's until it is there: what a pause would wait for at least. */
async function catchUpOf(
  { asking }: LiveCluster,
  master: NodePlan,
  target: NodePlan,
  budgetMs: number,
): Promise<CatchUp> {
  const { clock } = asking;
  try {
    return await withNode(master, asking, (from) =>
      withNode(target, asking, async (to): Promise<CatchUp> => {
        const offsetAt = async (connection: typeof to): Promise<number> =>
          parseRole(await connection.call('ROLE')).offset ?? -1;
        const goal = await offsetAt(from);
        const beganMs = clock.now();
        const first = await offsetAt(to);
        const lagBytes = Math.max(0, goal - first);
        const at = await until(async () => ((await offsetAt(to)) >= goal ? clock.now() : undefined), {
          clock,
          everyMs: 1,
          deadlineMs: budgetMs,
          signal: asking.signal,
        });
        return at === undefined
          ? { ms: null, lagBytes, why: `it did not reach the master's offset within ${budgetMs} ms` }
          : { ms: lagBytes === 0 ? 0 : at - beganMs, lagBytes };
      }),
    );
  } catch (error) {
    asking.signal?.throwIfAborted();
    return { ms: null, lagBytes: null, why: messageOf(error) };
  }
}

const rightsAt = ({ plan, asking }: LiveCluster, method: SwitchoverMethod): Promise<Look['rights']> =>
  Promise.all(
    plan.nodes.map(async ({ id, kind, endpoint }) => {
      const { masterName } = plan.spec;
      const failover =
        kind === 'sentinel' && method !== 'direct' ? [['sentinel', 'failover', masterName]] : [];
      const commands = [...NEEDED.switchover[kind].commands, ...failover];
      const as = askingAs(asking, kind);
      const user = as.credentials.username ?? 'default';
      const lacks = await lackedRights(endpoint, commands, { ...as, user });
      if (lacks === null) return { id, lacks: null, why: 'it does not answer' };
      return lacks.ok
        ? { id, lacks: Object.keys(lacks.value), why: Object.values(lacks.value)[0] ?? '' }
        : { id, lacks: null, why: lacks.why };
    }),
  );

/** What a sentinel's file says of one master. */
export interface InFile {
  id: string;
  master: Address | null;
  configEpoch: number | null;
  currentEpoch: number | null;
}

/** The files of the sentinels, as far as they can be read here. */
export async function sentinelFiles({ plan, host }: LiveCluster): Promise<InFile[]> {
  const { masterName } = plan.spec;
  const read = await Promise.all(
    sentinelNodes(plan).map(async ({ id }) => {
      const text = await host.readConf(id).catch(() => undefined);
      return text === undefined ? [] : [{ id, ...inFile(text, masterName) }];
    }),
  );
  return read.flat();
}

function inFile(text: string, masterName: string): Omit<InFile, 'id'> {
  const wordsOf = (...start: string[]): string[] | undefined =>
    text
      .split('\n')
      .map((line) =>
        line
          .trim()
          .split(/\s+/)
          .map((word) => word.replace(/^"(.*)"$/, '$1')),
      )
      .findLast((words) => start.every((word, i) => words[i] === word));
  const monitor = wordsOf('sentinel', 'monitor', masterName);
  const [host, port] = [monitor?.[3], Number(monitor?.[4])];
  const number = (word: string | undefined): number | null => (word === undefined ? null : Number(word));
  return {
    master: host === undefined || !Number.isInteger(port) ? null : { host, port },
    configEpoch: number(wordsOf('sentinel', 'config-epoch', masterName)?.[3]),
    currentEpoch: number(wordsOf('sentinel', 'current-epoch')?.[2]),
  };
}

/** Elections that failed have used epochs that no configuration has. */
const currentEpochs = async (live: LiveCluster): Promise<number[]> =>
  (await sentinelFiles(live)).flatMap(({ currentEpoch }) => currentEpoch ?? []);

const unseenOf = async ({ host }: LiveCluster, nodes: readonly NodePlan[]): Promise<string[]> => {
  if (!host.can.life.ok) return nodes.map(({ id }) => id);
  const lives = await Promise.all(nodes.map(({ id }) => host.life(id).catch(() => undefined)));
  return nodes.flatMap(({ id }, i) => (lives[i] === undefined ? [id] : []));
};
