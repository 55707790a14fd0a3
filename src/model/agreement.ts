import { EXIT, type ExitCode } from '../errors.js';
import { type Address, sameAddress } from './address.js';
import { ballots, type Facts, factsOf, knownSentinels, monitoredNames, witnessesOf } from './facts.js';
import {
  byWeight,
  masterProblems,
  sentinelProblems,
  unfinishedProblems,
  watchedOnly,
} from './problems/index.js';
import type { NodeState, SentinelState, Snapshot } from './snapshot.js';
import type {
  Agreement,
  Expectation,
  MasterStatus,
  NodeStatus,
  Problem,
  SentinelStatus,
  StatusResult,
  ViewStatus,
} from './status.js';

/** Judges what everybody said: who believes what, whether it fits together, and what to do where it does not. Pure. */
export function assess(snapshot: Snapshot, expectation: Expectation): StatusResult {
  const sentinels = sentinelProblems(snapshot, expectation);
  const common = [
    ...unfinishedProblems(expectation),
    ...sentinels.map((problem) => watchedOnly(problem, expectation)),
  ];
  const judged = masterNames(snapshot, expectation).map((name) => {
    const facts = factsOf(snapshot, expectation, name);
    return { facts, problems: masterProblems(facts).map((p) => watchedOnly(p, expectation)) };
  });
  const problems = byWeight([...common, ...judged.flatMap((j) => j.problems)]);
  return {
    cluster: expectation.cluster,
    driver: expectation.driver,
    healthy: isHealthy(problems),
    sentinels: snapshot.sentinels.map(sentinelStatus),
    masters: judged.map((j) => masterStatus(j.facts, byWeight([...common, ...j.problems]))),
    problems,
  };
}

/** 0 healthy, 1 not, 5 when not one server answered. */
export function statusExitCode(status: StatusResult): ExitCode {
  const servers = [...status.sentinels, ...status.masters.flatMap((m) => m.nodes)];
  if (!servers.some((s) => s.reachable)) return EXIT.unreachable;
  return status.healthy ? EXIT.ok : EXIT.violated;
}

/** The address that more than half of all known sentinels give for this master, silent ones counted; else null. */
export function majorityMaster(snapshot: Snapshot, masterName: string): Address | null {
  const top = ballots(witnessesOf(snapshot, masterName))[0];
  return top !== undefined && top.voices.length * 2 > knownSentinels(snapshot, masterName)
    ? top.address
    : null;
}

/** See Agreement. */
export function agreementOf(snapshot: Snapshot, masterName: string): Agreement {
  const piles = ballots(witnessesOf(snapshot, masterName));
  const known = knownSentinels(snapshot, masterName);
  const top = piles[0];
  if (top === undefined) return 'none';
  if (top.voices.length === known) return 'all';
  if (top.voices.length * 2 > known) return 'majority';
  return piles.length === 1 ? 'minority' : 'split';
}

const isHealthy = (problems: readonly Problem[]): boolean => problems.every((p) => p.severity === 'info');

/** The masters to show, by name: the one that was asked for where a sentinel knows it, else all of them. */
function masterNames(snapshot: Snapshot, expectation: Expectation): string[] {
  const all = [...new Set([...monitoredNames(snapshot), ...snapshot.groups.map((g) => g.masterName)])].sort();
  return expectation.masterName === null ? all : all.filter((name) => name === expectation.masterName);
}

function masterStatus(facts: Facts, problems: Problem[]): MasterStatus {
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

function nodeStatus(node: NodeState, facts: Facts, masterOffset: number | null): NodeStatus {
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
