import { formatAddress, sameAddress } from '../../model/address.js';
import { humanDurationMs } from '../../model/duration.js';
import { causeCounts, causesOf } from '../../observe/loss-causes.js';
import type { Observation } from '../../observe/observation.js';
import { type Evidence, idsOf, type Judgement } from './evidence.js';
import type { Condition } from './scenario.js';
import { failoversIn } from './timeline.js';

const holds = (evidence: string): Judgement => ({ verdict: 'holds', evidence });
const violated = (evidence: string): Judgement => ({ verdict: 'violated', evidence });
const unknown = (evidence: string): Judgement => ({ verdict: 'unknown', evidence });
const when = (is: boolean, evidence: string): Judgement => (is ? holds(evidence) : violated(evidence));

/** Where a condition's window begins: `wait` counts from the last injection, `expect` from the first step. */
export type Window = 'since-injection' | 'whole';

/** Whether a condition holds on what was seen until now; `unknown` when evidence is missing. Pure. */
export function judgeCondition(condition: Condition, evidence: Evidence, window: Window): Judgement {
  const from = window === 'whole' ? evidence.startedAtMs : evidence.injectedAtMs;
  const seen = evidence.seen.filter((o) => o.atMs >= from);
  switch (condition.is) {
    case 'failover':
      return failover(evidence, seen);
    case 'no-failover': {
      const failovers = failoversIn(seen, evidence.roles.masterName);
      if (evidence.heard === 0) return unknown('no sentinel’s events were received');
      return failovers.length === 0
        ? holds(`no +switch-master within ${humanDurationMs(evidence.nowMs - from)}`)
        : violated(`+switch-master to ${failovers.map((f) => formatAddress(f.to)).join(', then ')}`);
    }
    case 'converged':
      if (evidence.missing === null) return unknown('the cluster was not checked');
      return when(evidence.missing.length === 0, evidence.missing[0] ?? 'the cluster is converged');
    case 'event':
    case 'no-event':
      return happening(condition, evidence, seen);
    case 'role': {
      const said = idsOf(condition.of, evidence).map((id) => ({ id, role: lastRole(evidence.seen, id) }));
      const words = said
        .map((s) => (s.role === null ? `the role of ${s.id} is not known` : `${s.id} reports role ${s.role}`))
        .join(', ');
      if (said.length === 0 || said.some((s) => s.role === null))
        return unknown(words || `no node is ${condition.of}`);
      return when(
        said.every((s) => s.role === condition.role),
        words,
      );
    }
    case 'quorum':
      return quorum(condition.usable, evidence);
    case 'failovers': {
      if (evidence.heard === 0) return unknown('no sentinel’s events were received');
      const found = failoversIn(seen, evidence.roles.masterName);
      const words =
        found.length === 0
          ? 'no failover'
          : `+switch-master to ${found.map((f) => formatAddress(f.to)).join(', then ')}`;
      return when(found.length >= condition.min && found.length <= condition.max, words);
    }
    case 'master': {
      const [id] = idsOf('master', evidence);
      const meant = idsOf(condition.who, evidence);
      return when(id !== undefined && meant.includes(id), `${id ?? 'no node'} is the master`);
    }
    case 'lost':
      return lost(condition, evidence);
    case 'two-masters': {
      const ms = evidence.twoMastersMs;
      const words =
        ms === 0
          ? 'never more than one node reported role master'
          : `more than one node reported role master for ${humanDurationMs(ms)}`;
      return when(ms >= condition.minMs && ms <= condition.maxMs, words);
    }
    case 'keys': {
      const { keys } = evidence;
      if (keys === null) return unknown('no keys were written');
      if (keys.missing === null) return unknown('the keys could not be read from the master');
      const words = `${keys.written - keys.missing} of ${keys.written} keys are present`;
      return when(condition.kept ? keys.missing === 0 : keys.missing > 0, words);
    }
  }
}

/** A promotion that every answering sentinel reports, and that the node's own ROLE confirms. */
function failover(evidence: Evidence, seen: readonly Observation[]): Judgement {
  if (evidence.heard === 0) return unknown('no sentinel’s events were received');
  const last = failoversIn(seen, evidence.roles.masterName).at(-1);
  if (last === undefined) return violated('no +switch-master yet');
  const node = evidence.roles.nodes.find((n) => sameAddress(n.announce, last.to));
  if (node === undefined)
    return violated(`+switch-master to ${formatAddress(last.to)}, which is not a node of this cluster`);
  if (lastRole(evidence.seen, node.id) !== 'master')
    return violated(`${node.id} does not report role master yet`);
  const behind = evidence.roles.sentinels.filter(({ id }) => {
    const o = evidence.seen.findLast((o) => o.source === id && o.kind !== 'event');
    return o?.kind === 'belief' && !sameAddress(o.master, last.to);
  });
  if (behind.length > 0)
    return violated(`${behind.map((s) => s.id).join(', ')} still reports another master`);
  return holds(
    `${node.id} is the master ${humanDurationMs(last.atMs - evidence.injectedAtMs)} after the injection`,
  );
}

function happening(
  condition: Extract<Condition, { is: 'event' | 'no-event' }>,
  evidence: Evidence,
  seen: readonly Observation[],
): Judgement {
  const { name, of, at } = condition;
  const sources = at === null ? null : idsOf(at, evidence);
  const named = of === null ? null : idsOf(of, evidence);
  const all = [...evidence.roles.nodes, ...evidence.roles.sentinels];
  const addresses = named === null ? null : all.filter((n) => named.includes(n.id)).map((n) => n.announce);
  const found = seen.filter((o) => {
    if (sources !== null && !sources.includes(o.source)) return false;
    if (name === 'gone') return o.kind === 'gone' && (named === null || named.includes(o.source));
    if (o.kind !== 'event' || o.event.name !== name) return false;
    return addresses === null || addresses.some((a) => sameAddress(a, o.event.address));
  });
  const who = `${of === null ? '' : ` of ${of}`}${at === null ? '' : ` at ${at}`}`;
  const first = found[0];
  const words =
    first === undefined
      ? `${name}${who} was not seen`
      : `${name}${who} at ${[...new Set(found.map((o) => o.source))].join(', ')}, first ${humanDurationMs(Math.max(0, first.atMs - evidence.injectedAtMs))} after the injection`;
  if (evidence.heard === 0 && name !== 'gone') return unknown('no sentinel’s events were received');
  return when(condition.is === 'event' ? found.length >= condition.times : found.length === 0, words);
}

function quorum(usable: boolean, { snapshot, roles }: Evidence): Judgement {
  const views = (snapshot?.sentinels ?? []).flatMap((s) =>
    (s.answer?.masters ?? [])
      .filter((m) => m.name === roles.masterName)
      .map((m) => ({ id: s.id, ...m.ckquorum })),
  );
  if (views.length === 0) return unknown('no sentinel answers');
  const words = views.map((v) => `${v.id}: ${v.message}`).join('; ');
  return when(
    views.every((v) => v.ok === usable),
    words,
  );
}

function lost(condition: Extract<Condition, { is: 'lost' }>, { ledger }: Evidence): Judgement {
  if (ledger === null) return unknown('no clients wrote, or the ledger could not be verified');
  const words =
    ledger.lost === 0
      ? `all ${ledger.acknowledged} acknowledged writes are present`
      : `${ledger.lost} of ${ledger.acknowledged} acknowledged writes are lost (${causeCounts(ledger)})`;
  const right = condition.cause === null || causesOf(ledger).some(({ cause }) => cause === condition.cause);
  return when(
    ledger.lost >= condition.min && ledger.lost <= condition.max && (right || ledger.lost === 0),
    words,
  );
}

function lastRole(seen: readonly Observation[], id: string): 'master' | 'replica' | 'other' | null {
  const o = seen.findLast((o) => o.source === id && o.kind !== 'event');
  return o?.kind === 'role' ? o.seen.role : null;
}
