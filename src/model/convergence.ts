import { formatAddress, sameAddress } from './address.js';
import { type AnsweredSentinel, answers, sentinelAnswers } from './facts.js';
import type { NodePlan } from './plan.js';
import type { MasterView, NodeAnswer, Snapshot } from './snapshot.js';

/**
 * What is still missing until convergence is proved; empty: proved. CKQUORUM alone proves too little (it counts
 * peers that are not yet connected), so every link of every sentinel is looked at, by run id and by flag, and
 * every data node is asked as well.
 */
export function convergence(
  snapshot: Snapshot,
  expected: {
    masterName: string;
    nodes: readonly NodePlan[];
    /**
     * Every sentinel must have had a valid answer to its PING from all nodes within this many milliseconds. Sentinel
     * asks once a second: a node that was healed a moment ago may still be called down, and replaced, when the answers before
     * it are older than down-after (sentinel.c, sentinelCheckSubjectivelyDown).
     */
    heardWithinMs?: number | undefined;
  },
): string[] {
  const { masterName, nodes } = expected;
  const data = nodes.filter((n) => n.kind === 'redis');
  const sentinels = nodes.filter((n) => n.kind === 'sentinel');
  const group = snapshot.groups.find((g) => g.masterName === masterName);
  const said: Answers = new Map((group?.nodes ?? []).filter(answers).map((n) => [n.id, n.answer]));
  const missing: string[] = [];
  const views: { id: string; view: MasterView }[] = [];

  for (const plan of sentinels) {
    const sentinel = snapshot.sentinels.find((s) => s.id === plan.id);
    if (sentinel === undefined || !sentinelAnswers(sentinel)) {
      missing.push(`${plan.id} does not answer: ${sentinel?.silence?.message ?? 'it was not asked'}`);
      continue;
    }
    missing.push(...sentinelItself(sentinel, plan));
    const view = sentinel.answer.masters.find((m) => m.name === masterName);
    if (view === undefined) missing.push(`${plan.id} does not monitor ${masterName} yet`);
    else views.push({ id: plan.id, view });
  }
  for (const { id, view } of views) {
    missing.push(
      ...masterSeen(id, view, data, said),
      ...replicasSeen(id, view, data, said),
      ...peersSeen(id, view, sentinels),
      ...quorumSeen(id, view, sentinels.length),
      ...(expected.heardWithinMs === undefined ? [] : unheard(id, view, nodes, expected.heardWithinMs)),
    );
  }
  for (const { id, other } of group?.nodes ?? [])
    if (other !== undefined) missing.push(`another server answers at the address of ${id} (${other})`);
  missing.push(...agreed(views), ...dataNodes(views[0]?.view, data, said));
  return missing;
}

function unheard(id: string, view: MasterView, nodes: readonly NodePlan[], withinMs: number): string[] {
  return [view, ...view.replicas, ...view.sentinels]
    .filter(({ answeredMsAgo }) => answeredMsAgo != null && answeredMsAgo > withinMs)
    .map(({ address }) => {
      const who = nodes.find((n) => sameAddress(n.announce, address))?.id ?? formatAddress(address);
      return `${id} has had no new answer from ${who} yet`;
    });
}

function sentinelItself(sentinel: AnsweredSentinel, plan: NodePlan): string[] {
  const { tilt, sentinelId } = sentinel.answer;
  const missing: string[] = [];
  if (tilt) missing.push(`${plan.id} is in TILT`);
  if (plan.sentinelId !== undefined && plan.sentinelId !== sentinelId) {
    missing.push(`${plan.id} has the id ${sentinelId}, not ${plan.sentinelId}`);
  }
  return missing;
}

function masterSeen(id: string, view: MasterView, data: readonly NodePlan[], said: Answers): string[] {
  const plan = data.find((n) => sameAddress(n.announce, view.address));
  if (plan === undefined)
    return [`${id} names ${formatAddress(view.address)} as the master, which is not a node of this cluster`];
  const missing: string[] = [];
  const wrong = troubled(view.flags);
  if (wrong.length > 0) missing.push(`${id} sees the master ${plan.id} as ${wrong.join(', ')}`);
  if (view.failoverState !== null) missing.push(`${id} is in a failover (${view.failoverState})`);
  missing.push(...runIdSeen(id, plan.id, view.runId, said));
  return missing;
}

function replicasSeen(id: string, view: MasterView, data: readonly NodePlan[], said: Answers): string[] {
  return data
    .filter((plan) => !sameAddress(plan.announce, view.address))
    .flatMap((plan) => {
      const seen = view.replicas.find((r) => sameAddress(r.address, plan.announce));
      if (seen === undefined) return [`${id} does not see ${plan.id} yet`];
      const missing: string[] = [];
      const wrong = troubled(seen.flags);
      if (wrong.length > 0) missing.push(`${id} sees ${plan.id} as ${wrong.join(', ')}`);
      if (seen.linkStatus !== 'up') missing.push(`${id} sees the link of ${plan.id} as ${seen.linkStatus}`);
      return [...missing, ...runIdSeen(id, plan.id, seen.runId, said)];
    });
}

function runIdSeen(id: string, node: string, runId: string, said: Answers): string[] {
  const real = said.get(node)?.runId;
  if (runId === '') return [`${id} does not know the run id of ${node} yet`];
  // A node that does not answer is named once, by dataNodes.
  return real === undefined || real === runId
    ? []
    : [`${id} knows ${node} by the run id ${runId}, which is really ${real}`];
}

function peersSeen(id: string, view: MasterView, sentinels: readonly NodePlan[]): string[] {
  return sentinels
    .filter((plan) => plan.id !== id)
    .flatMap((plan) => {
      const seen = view.sentinels.find((s) => sameAddress(s.address, plan.announce));
      if (seen === undefined) return [`${id} does not see ${plan.id} yet`];
      const missing: string[] = [];
      const wrong = troubled(seen.flags);
      if (wrong.length > 0) missing.push(`${id} sees ${plan.id} as ${wrong.join(', ')}`);
      if (plan.sentinelId !== undefined && plan.sentinelId !== seen.sentinelId) {
        missing.push(
          `${id} knows ${plan.id} by the id ${seen.sentinelId || '(none)'}, not ${plan.sentinelId}`,
        );
      }
      return missing;
    });
}

function quorumSeen(id: string, view: MasterView, sentinels: number): string[] {
  const { ok, usable, message } = view.ckquorum;
  if (!ok) return [`${id}: CKQUORUM says ${message}`];
  return usable === sentinels
    ? []
    : [`${id} counts ${usable ?? 'an unknown number of'} usable sentinels, not ${sentinels}`];
}

function agreed(views: readonly { id: string; view: MasterView }[]): string[] {
  const first = views[0];
  if (first === undefined) return [];
  return views.slice(1).flatMap(({ id, view }) => {
    const missing: string[] = [];
    if (!sameAddress(view.address, first.view.address)) {
      missing.push(
        `${id} names ${formatAddress(view.address)} as the master, ${first.id} ${formatAddress(first.view.address)}`,
      );
    }
    if (view.configEpoch !== first.view.configEpoch) {
      missing.push(
        `${id} is at configuration epoch ${view.configEpoch}, ${first.id} at ${first.view.configEpoch}`,
      );
    }
    return missing;
  });
}

/** The flags that mean that a sentinel has no working connection, or does not trust what is there. */
function troubled(flags: readonly string[]): string[] {
  return flags.filter(
    (f) => f === 's_down' || f === 'o_down' || f === 'disconnected' || f === 'failover_in_progress',
  );
}

/** Data nodes by id, with what they say of themselves. */
type Answers = ReadonlyMap<string, NodeAnswer>;

/** What the data nodes themselves still lack, seen from the master that a sentinel names. */
function dataNodes(view: MasterView | undefined, data: readonly NodePlan[], said: Answers): string[] {
  const master = data.find((n) => sameAddress(n.announce, view?.address));
  const masterAnswer = master === undefined ? undefined : said.get(master.id);
  return data.flatMap((plan) => {
    const answer = said.get(plan.id);
    if (answer === undefined) return [`${plan.id} does not answer`];
    const loading = answer.loading ? [`${plan.id} is loading its data`] : [];
    if (master === undefined) return loading;
    if (plan.id === master.id)
      return answer.role === 'master' ? loading : [...loading, `${plan.id} does not report the role master`];
    return [...loading, ...replicaItself(plan, answer, master, masterAnswer)];
  });
}

function replicaItself(
  plan: NodePlan,
  answer: NodeAnswer,
  master: NodePlan,
  masterAnswer: NodeAnswer | undefined,
): string[] {
  const missing: string[] = [];
  if (answer.role !== 'replica') missing.push(`${plan.id} does not report the role replica`);
  else if (!sameAddress(answer.follows, master.announce)) {
    missing.push(
      `${plan.id} follows ${answer.follows === null ? 'no master' : formatAddress(answer.follows)}, not ${master.id}`,
    );
  } else if (answer.linkStatus !== 'up') missing.push(`${plan.id} has no link to ${master.id} yet`);
  const state = masterAnswer?.attached.find((a) => sameAddress(a.address, plan.announce))?.state;
  if (masterAnswer !== undefined && state !== 'online') {
    missing.push(`${master.id} ${state === undefined ? 'does not list' : `lists as ${state}`} ${plan.id}`);
  }
  return missing;
}
