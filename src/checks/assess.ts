import { sameAddress } from '../model/address.js';
import { agreementOf } from '../model/agreement.js';
import { type MasterFacts, snapshotFacts } from '../model/facts.js';
import type { NodeState, SentinelState, Snapshot } from '../model/snapshot.js';
import {
  type Expectation,
  type MasterStatus,
  type NodeStatus,
  type Problem,
  SEVERITIES,
  type SentinelStatus,
  type StatusResult,
  type ViewStatus,
} from '../model/status.js';
import type { RawFinding, SnapshotCheck } from './check.js';
import { SNAPSHOT_CHECKS } from './snapshot-checks.js';
import { watchedOnly } from './under-way.js';

/** A finding of a snapshot check, with the check that made it. */
interface Judged {
  check: SnapshotCheck;
  raw: RawFinding;
}

/** What a snapshot shows: which server says what, whether it fits together, and what to do where it does not. Pure. */
export function assess(snapshot: Snapshot, expectation: Expectation): StatusResult {
  const facts = snapshotFacts(snapshot, expectation);
  const judged = byWeight(
    SNAPSHOT_CHECKS.flatMap((check) => {
      const outcome = check.live(facts);
      // What a check could not judge is shown as the silence of a server.
      if (!Array.isArray(outcome)) return [];
      return outcome.map((raw): Judged => ({ check, raw: watchedOnly(raw, expectation) }));
    }),
  );
  const problems = judged.map(problemOf);
  return {
    cluster: expectation.cluster,
    driver: expectation.driver,
    healthy: isHealthy(problems),
    sentinels: snapshot.sentinels.map(sentinelStatus),
    masters: facts.masters.map((master) => {
      const concerns = ({ raw }: Judged): boolean => (raw.masterName ?? master.name) === master.name;
      return masterStatus(master, judged.filter(concerns).map(problemOf));
    }),
    problems,
  };
}

/** What a run of sentinelctl did first, since all else may come of it; then by severity, then in the order of the checks. */
function byWeight(judged: readonly Judged[]): Judged[] {
  const rank = ({ check, raw }: Judged): number =>
    check.first === true ? -1 : SEVERITIES.indexOf(raw.severity ?? check.severity);
  return judged.toSorted((a, b) => rank(a) - rank(b));
}

function problemOf({ check, raw }: Judged): Problem {
  const { fix, later, message, subject } = raw;
  return {
    id: check.id,
    severity: raw.severity ?? check.severity,
    subjects: raw.servers ?? subject.split(', ').filter((id) => id !== ''),
    message,
    why: raw.consequence ?? check.consequence,
    fix: fix.join('\n'),
    ...(later !== undefined && { later }),
  };
}

const isHealthy = (problems: readonly Problem[]): boolean => problems.every((p) => p.severity === 'info');

function masterStatus(facts: MasterFacts, problems: Problem[]): MasterStatus {
  const master = facts.master === null ? null : facts.refOf(facts.master);
  const masterOffset = facts.answered.find((n) => n.id === master?.id)?.answer.offset ?? null;
  return {
    name: facts.name,
    healthy: isHealthy(problems),
    master,
    agreement: agreementOf(facts.snapshot, facts.name),
    nodes: facts.nodes.map((node) => nodeStatus(node, facts, masterOffset)),
    views: facts.witnesses.map(
      ({ sentinel, view }): ViewStatus => ({
        sentinel: sentinel.id,
        master: facts.refOf(view.address),
        configEpoch: view.configEpoch,
        flags: view.flags,
        replicas: view.replicas.length,
        otherSentinels: view.sentinels.length,
        quorum: view.quorum,
        ckquorum: view.ckquorum,
        failoverState: view.failoverState,
        differs: !sameAddress(view.address, facts.master),
      }),
    ),
    problems,
  };
}

function nodeStatus(node: NodeState, facts: MasterFacts, masterOffset: number | null): NodeStatus {
  const { answer } = node;
  const offset = answer?.offset ?? null;
  return {
    id: node.id,
    host: node.announce.host,
    port: node.announce.port,
    role: answer?.role ?? 'unknown',
    reachable: answer !== null,
    linkStatus: answer?.linkStatus ?? null,
    offset,
    lagBytes: masterOffset === null || offset === null ? null : Math.max(0, masterOffset - offset),
    follows: answer?.follows == null ? null : facts.refOf(answer.follows),
    loading: answer?.loading ?? false,
    error: answer === null ? (node.silence?.message ?? 'no answer') : null,
  };
}

function sentinelStatus(sentinel: SentinelState): SentinelStatus {
  return {
    id: sentinel.id,
    host: sentinel.announce.host,
    port: sentinel.announce.port,
    reachable: sentinel.answer !== null,
    version: sentinel.answer?.version ?? null,
    tilt: sentinel.answer?.tilt ?? null,
    error: sentinel.answer === null ? (sentinel.silence?.message ?? 'no answer') : null,
  };
}
