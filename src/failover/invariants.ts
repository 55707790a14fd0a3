import { formatAddress, sameAddress } from '../model/address.js';
import type { MasterView, NodeState, SentinelState, Snapshot } from '../model/snapshot.js';
import type { Cast, Observation } from './observation.js';
import { switches } from './phases.js';
import type { InvariantResult, Rejoin, Verdict } from './result.js';

/** What is known once everything has settled, or was given up. */
export interface Aftermath {
  cast: Cast;
  newMaster: { id: string; announce: { host: string; port: number } } | null;
  rejoin: Rejoin | null;
  snapshot: Snapshot;
  seen: readonly Observation[];
}

interface Everyone {
  nodes: NodeState[];
  sentinels: SentinelState[];
  views: { id: string; view: MasterView }[];
}

/** What must hold after a failover; each from what was seen, `unknown` where the evidence is missing. */
export function judgeInvariants(after: Aftermath): InvariantResult[] {
  const { cast, snapshot } = after;
  const everyone: Everyone = {
    nodes: snapshot.groups.find((g) => g.masterName === cast.masterName)?.nodes ?? [],
    sentinels: snapshot.sentinels,
    views: snapshot.sentinels.flatMap((s) =>
      (s.answer?.masters ?? []).filter((m) => m.name === cast.masterName).map((view) => ({ id: s.id, view })),
    ),
  };
  return [
    oneMaster(everyone),
    sentinelsAgree(everyone),
    replicasAttached(after, everyone),
    oldMasterRejoined(after),
    quorumUsable(everyone),
    oneFailover(after),
  ];
}

const result = (id: string, verdict: Verdict, evidence: string): InvariantResult => ({
  id,
  verdict,
  evidence,
});

function oneMaster({ nodes }: Everyone): InvariantResult {
  const answering = nodes.filter((n) => n.answer !== null);
  if (answering.length === 0) return result('one-master', 'unknown', 'no data node answers');
  const masters = answering.filter((n) => n.answer?.role === 'master').map((n) => n.id);
  const evidence =
    masters.length === 0 ? 'no node says that it is master' : `ROLE says master at ${masters.join(', ')}`;
  return result('one-master', masters.length === 1 ? 'holds' : 'violated', evidence);
}

function sentinelsAgree({ nodes, sentinels, views }: Everyone): InvariantResult {
  if (views.length === 0) return result('sentinels-agree', 'unknown', 'no sentinel answers');
  const beliefs = new Set(
    views.map(({ view }) => `${formatAddress(view.address)} at epoch ${view.configEpoch}`),
  );
  if (beliefs.size > 1) return result('sentinels-agree', 'violated', [...beliefs].join(' against '));
  const address = views[0]?.view.address;
  const named = nodes.find((n) => sameAddress(n.announce, address));
  const evidence = `${views.length} of ${sentinels.length} name ${[...beliefs][0]}`;
  if (named?.answer === null || named === undefined) {
    return result('sentinels-agree', 'unknown', `${evidence}, which does not answer`);
  }
  if (named.answer.role !== 'master')
    return result('sentinels-agree', 'violated', `${evidence}, which says ${named.answer.role}`);
  return result('sentinels-agree', views.length === sentinels.length ? 'holds' : 'unknown', evidence);
}

function replicasAttached({ cast, newMaster, rejoin }: Aftermath, { nodes }: Everyone): InvariantResult {
  if (newMaster === null) return result('replicas-attached', 'unknown', 'there is no new master to follow');
  const expected = nodes.filter(
    (n) => n.id !== newMaster.id && (rejoin !== null || n.id !== cast.oldMaster.id),
  );
  const astray = expected.filter(
    (n) =>
      n.answer?.role !== 'replica' ||
      n.answer.linkStatus !== 'up' ||
      !sameAddress(n.answer.follows, newMaster.announce),
  );
  if (astray.length === 0)
    return result(
      'replicas-attached',
      'holds',
      `${expected.length} of ${expected.length} follow ${newMaster.id}, link up`,
    );
  const silent = astray.every((n) => n.answer === null);
  const words = astray.map((n) =>
    n.answer === null
      ? `${n.id} does not answer`
      : `${n.id} says ${n.answer.role}, link ${n.answer.linkStatus ?? 'none'}`,
  );
  return result('replicas-attached', silent ? 'unknown' : 'violated', words.join('; '));
}

function oldMasterRejoined({ cast, newMaster, rejoin }: Aftermath): InvariantResult {
  const id = 'old-master-rejoined';
  const old = cast.oldMaster.id;
  if (rejoin === null) return result(id, 'unknown', `${old} was not started again`);
  if (newMaster === null) return result(id, 'unknown', 'there is no new master to rejoin');
  if (rejoin.restartedMs === null) return result(id, 'violated', `${old} did not come back`);
  if (rejoin.convertedMs === null)
    return result(id, 'violated', `${old} never became a replica of ${newMaster.id}`);
  if (rejoin.linkUpMs === null) return result(id, 'violated', `${old} never linked to ${newMaster.id}`);
  if (rejoin.caughtUpMs === null)
    return result(id, 'violated', `${old} never caught up with ${newMaster.id}`);
  return result(id, 'holds', `${old} follows ${newMaster.id}, link up, offset caught up`);
}

function quorumUsable({ sentinels, views }: Everyone): InvariantResult {
  if (views.length === 0) return result('quorum-usable', 'unknown', 'no sentinel answers');
  const bad = views.filter(({ view }) => !view.ckquorum.ok);
  if (bad.length > 0) {
    return result(
      'quorum-usable',
      'violated',
      bad.map(({ id, view }) => `${id}: ${view.ckquorum.message}`).join('; '),
    );
  }
  return result(
    'quorum-usable',
    views.length === sentinels.length ? 'holds' : 'unknown',
    `CKQUORUM OK at ${views.length} of ${sentinels.length}`,
  );
}

function oneFailover({ cast, seen }: Aftermath): InvariantResult {
  const id = 'one-failover';
  const targets = [...new Set(switches(seen, cast).map((s) => formatAddress(s.to)))];
  if (targets.length === 0) return result(id, 'unknown', 'no +switch-master was seen');
  const evidence = `+switch-master to ${targets.join(', then ')}`;
  return result(
    id,
    targets.length === 1 ? 'holds' : 'violated',
    targets.length === 1 ? evidence : `${evidence}: a second failover followed the first`,
  );
}
