import { surveyPlan, withNode } from '../cluster/ask.js';
import { type LiveCluster, withoutSignal } from '../cluster/open.js';
import { type Address, formatAddress, sameAddress } from '../model/address.js';
import { sentinelViewsOf } from '../model/facts.js';
import { dataNodes, type NodePlan, sentinelNodes } from '../model/plan.js';
import { RETURNED_MASTER_MS } from '../model/sentinel-timing.js';
import type { NodeAnswer, Snapshot } from '../model/snapshot.js';
import { count, listed } from '../model/words.js';
import type { InvariantResult } from '../observe/result.js';
import { until } from '../until.js';
import { transaction } from '../wire/transaction.js';
import { sentinelFiles } from './look.js';
import { demotion } from './moves.js';

/** How often all servers are asked, in milliseconds. */
const LOOK_EVERY_MS = 100;

/** What must be the case afterwards. */
export interface Aim {
  target: NodePlan;
  /** As the sentinels name it. */
  address: Address;
  /** At least. */
  epoch: number;
}

export interface Proof {
  proofs: InvariantResult[];
  snapshot: Snapshot;
}

/**
 * Looks until every sentinel names the new master at one epoch, every other node follows it with its link up, and the
 * files say the same; what is not so after that time is in the result. A node that came back and does not follow yet is repointed.
 */
export async function prove(open: LiveCluster, aim: Aim): Promise<Proof> {
  const live = withoutSignal(open);
  let last: Proof = { proofs: [], snapshot: await surveyPlan(live.plan, live.asking) };
  await until(
    async () => {
      const snapshot = await surveyPlan(live.plan, live.asking);
      const proofs = [
        sentinelsAgree(live, aim, snapshot),
        oneMaster(live, aim, snapshot),
        replicasAttached(live, aim, snapshot),
      ];
      last = { proofs, snapshot };
      if (proofs.every(({ verdict }) => verdict === 'holds')) return true;
      await repoint(live, aim, snapshot);
      return undefined;
    },
    { clock: live.asking.clock, everyMs: LOOK_EVERY_MS, deadlineMs: RETURNED_MASTER_MS },
  );
  return { ...last, proofs: [...last.proofs, await filesAgree(live, aim)] };
}

const nodesOf = (
  { plan }: LiveCluster,
  { groups }: Snapshot,
): { node: NodePlan; answer: NodeAnswer | null }[] => {
  const nodes = groups.find((g) => g.masterName === plan.spec.masterName)?.nodes ?? [];
  return dataNodes(plan).map((node) => ({
    node,
    answer: nodes.find(({ id }) => id === node.id)?.answer ?? null,
  }));
};

function sentinelsAgree(live: LiveCluster, aim: Aim, snapshot: Snapshot): InvariantResult {
  const views = sentinelViewsOf(snapshot, live.plan.spec.masterName);
  const all = sentinelNodes(live.plan).length;
  const epochs = [...new Set(views.map(({ view }) => view.configEpoch))];
  const agree = views.filter(({ view }) => sameAddress(view.address, aim.address));
  const isGood = agree.length === all && epochs.length === 1 && (epochs[0] ?? 0) >= aim.epoch;
  return {
    id: 'sentinels-agree',
    verdict: isGood ? 'holds' : 'violated',
    evidence: `${agree.length} of ${count(all, 'sentinel')} name ${aim.target.id}, at epoch ${listed(epochs.map(String))}`,
  };
}

function oneMaster(live: LiveCluster, { target }: Aim, snapshot: Snapshot): InvariantResult {
  const masters = nodesOf(live, snapshot).filter(({ answer }) => answer?.role === 'master');
  const ids = masters.map(({ node }) => node.id);
  return {
    id: 'one-master',
    verdict: ids.length === 1 && ids[0] === target.id ? 'holds' : 'violated',
    evidence:
      ids.length === 0
        ? 'no data node says master'
        : `${listed(ids)} ${ids.length === 1 ? 'says' : 'say'} master`,
  };
}

function replicasAttached(live: LiveCluster, { target, address }: Aim, snapshot: Snapshot): InvariantResult {
  const others = nodesOf(live, snapshot).filter(({ node }) => node.id !== target.id);
  const missing = others.flatMap(({ node, answer }) => {
    if (answer === null) return [`${node.id} does not answer`];
    if (!sameAddress(answer.follows, address)) return [`${node.id} does not follow ${target.id}`];
    return answer.linkStatus === 'up' ? [] : [`${node.id} has no link to ${target.id} yet`];
  });
  return {
    id: 'replicas-attached',
    verdict: missing.length === 0 ? 'holds' : 'violated',
    evidence:
      missing.length === 0
        ? `${listed(others.map(({ node }) => node.id))} ${others.length === 1 ? 'follows' : 'follow'} ${target.id}, linked`
        : missing.join('; '),
  };
}

/** What a sentinel names after a restart. */
async function filesAgree(live: LiveCluster, { target, address, epoch }: Aim): Promise<InvariantResult> {
  const id = 'files-agree';
  const files = await sentinelFiles(live);
  if (files.length === 0)
    return { id, verdict: 'unknown', evidence: 'the files of the sentinels cannot be read from here' };
  const wrong = files.filter(
    ({ master, configEpoch }) => !sameAddress(master, address) || (configEpoch ?? 0) < epoch,
  );
  return {
    id,
    verdict: wrong.length === 0 ? 'holds' : 'violated',
    evidence:
      wrong.length === 0
        ? `the files of ${listed(files.map((file) => file.id))} name ${target.id} at epoch ${Math.max(...files.map(({ configEpoch }) => configEpoch ?? 0))}`
        : wrong
            .map(
              ({ id: sentinel, master, configEpoch }) =>
                `the file of ${sentinel} names ${master === null ? 'no master' : formatAddress(master)} at epoch ${configEpoch}`,
            )
            .join('; '),
  };
}

/** A node that did not hear its new master, or came back as what it was, once a sentinel names the target. */
async function repoint(live: LiveCluster, { target, address }: Aim, snapshot: Snapshot): Promise<void> {
  const views = sentinelViewsOf(snapshot, live.plan.spec.masterName);
  const isNamed = views.length > 0 && views.every(({ view }) => sameAddress(view.address, address));
  if (!isNamed) return;
  const astray = nodesOf(live, snapshot).filter(
    ({ node, answer }) => node.id !== target.id && answer !== null && !sameAddress(answer.follows, address),
  );
  await Promise.allSettled(
    astray.map(({ node }) =>
      withNode(node, live.asking, (connection) =>
        transaction(connection, demotion({ targetAddress: address })),
      ),
    ),
  );
}

/** Has every data node write its role into its file; answers with those that did not. */
export async function rewriteFiles(open: LiveCluster): Promise<string[]> {
  const live = withoutSignal(open);
  const nodes = dataNodes(live.plan);
  const done = await Promise.allSettled(
    nodes.map((node) => withNode(node, live.asking, (connection) => connection.call('CONFIG', 'REWRITE'))),
  );
  return nodes.flatMap(({ id }, i) => (done[i]?.status === 'rejected' ? [id] : []));
}

/** How many full resyncs the data nodes have given between two looks; null where one does not say, or was restarted. */
export function fullSyncsBetween(live: LiveCluster, before: Snapshot, after: Snapshot): number | null {
  const now = nodesOf(live, after);
  let sum = 0;
  for (const { node, answer } of nodesOf(live, before)) {
    const then = now.find((one) => one.node.id === node.id)?.answer;
    if (answer?.fullSyncs === undefined || then?.fullSyncs === undefined || answer.runId !== then.runId)
      return null;
    sum += then.fullSyncs - answer.fullSyncs;
  }
  return sum;
}
