import { type OperatorError, refused, unreachable } from '../errors.js';
import { type Address, formatAddress, sameAddress } from '../model/address.js';
import { humanDurationMs } from '../model/duration.js';
import { command } from '../model/hints.js';
import type { NodePlan } from '../model/plan.js';
import { USUAL_RETURN_MS } from '../model/sentinel-timing.js';

/** What is known when a data node is about to be started again. */
export interface GuardFacts {
  node: NodePlan;
  cluster: string;
  masterName: string;
  /** The master that a majority of all sentinels names; null when they do not agree. */
  master: Address | null;
  /** How many sentinels answered. */
  sentinelsReachable: number;
  /** How many of them call that master down already, or run a failover: another one may be promoted at any moment. */
  callItDown: number;
  /** Milliseconds until the first of them calls it down, if it stays silent; null where none says. */
  leftMs: number | null;
  /** How much of that must be left for a start as it was, in milliseconds; 0: not judged. */
  marginMs: number;
  /** Whether the node finds all of its data on disk when it starts. */
  hasData: boolean;
  /** Whether its configuration file could be read, which says that. */
  isConfRead: boolean;
}

/** How to start it: as a replica of that address, or with its own configuration. */
export type StartDecision = { how: 'follow'; master: Address } | { how: 'as-it-was'; why: string };

/**
 * The guard of `start`: a data node starts as a replica of the current master. Started with its own configuration, an old
 * master stays writable for about 10 s, until Sentinel converts it, and every write that it takes is lost.
 * Throws OperatorError where the master is not known, or where the node is the master and would start empty.
 */
export function guardStart(facts: GuardFacts): StartDecision {
  const { node, master } = facts;
  if (facts.sentinelsReachable === 0) throw noSentinel(facts);
  if (master === null) throw noAgreement(facts);
  if (!sameAddress(master, node.announce)) return { how: 'follow', master };
  if (!facts.hasData) throw wouldComeBackEmpty(facts, master);
  const isLate = facts.marginMs > 0 && facts.leftMs !== null && facts.leftMs < facts.marginMs;
  if (facts.callItDown > 0 || isLate) throw failoverAtHand(facts);
  return { how: 'as-it-was', why: 'the sentinels still name it as the master, and its data is on disk' };
}

/** What is known when a paused data node is about to be resumed. */
export interface ResumeFacts {
  node: NodePlan;
  cluster: string;
  masterName: string;
  /** The master that a majority of all sentinels names; null when they do not agree. */
  master: Address | null;
  /** Whether a failover away from that master is in progress at a sentinel, or may begin before the node answers. */
  isFailoverAtHand: boolean;
  /** Data nodes that answer and say that they are a master. */
  otherMasters: readonly NodePlan[];
  /** Whether the node is known to be a replica: by its file, its master, or what the sentinels last heard of it. */
  isReplica: boolean;
}

/**
 * The guard of `resume`: a master that was replaced while it was paused goes on as the master that it was, and every
 * write that it takes until Sentinel converts it is lost. Throws `replaced` or `failover-at-hand` (3).
 */
export function guardResume({ node, cluster, masterName, isReplica, ...facts }: ResumeFacts): void {
  if (isReplica) return;
  const { master, otherMasters } = facts;
  const asItWas = '--as-frozen resumes it as it was';
  if (master !== null && sameAddress(master, node.announce)) {
    if (!facts.isFailoverAtHand) return;
    throw refused(
      'failover-at-hand',
      `${node.id} is still the master, and a failover is in progress or near`,
      {
        why: `resumed now, while another master is promoted, it would be a second master for about ${USUAL_RETURN_MS / 1000} s`,
        hint: `${command(`restart ${node.id}`, cluster)} # makes it a replica of the new one; ${asItWas}`,
      },
    );
  }
  const successor = master === null ? otherMasters[0]?.id : formatAddress(master);
  // Nothing shows that there is another master: a cluster without one is not left without this one.
  if (successor === undefined) return;
  throw refused(
    'replaced',
    `${node.id} was replaced while it was paused: ${masterName} is ${successor} now`,
    {
      why: `resumed, it would be a second master for about ${USUAL_RETURN_MS / 1000} s, and the writes that it takes would be lost`,
      hint: `${command(`restart ${node.id}`, cluster)} # makes it a replica; ${asItWas}`,
    },
  );
}

function wouldComeBackEmpty(
  { node, cluster, masterName, isConfRead }: GuardFacts,
  master: Address,
): OperatorError {
  return refused(
    'would-come-back-empty',
    `${node.id} is still the master, and would start empty or with old data`,
    {
      why:
        `${isConfRead ? 'it writes no append-only file' : 'it is not known whether it writes an append-only file'}, and the sentinels still name it (${formatAddress(master)}) as ${masterName}: ` +
        'its replicas would copy its data set and lose their own',
      hint: `wait for the failover (${command('status', cluster)}), then start it; or --as-crashed to accept the loss`,
    },
  );
}

function failoverAtHand({ node, cluster, callItDown, leftMs }: GuardFacts): OperatorError {
  const who = callItDown === 1 ? 'a sentinel calls' : `${callItDown} sentinels call`;
  const down =
    callItDown > 0
      ? `${who} it down: a failover may be in progress`
      : `down-after ends in ${humanDurationMs(Math.max(0, leftMs ?? 0))}: a failover may be next`;
  return refused('failover-at-hand', `${node.id} is still the master, and ${down}`, {
    why: `if it starts now, while another master is promoted, it is a second master for about ${USUAL_RETURN_MS / 1000} s`,
    hint: `wait for the failover (${command('status --watch', cluster)}), then start it; or --as-crashed if none will come`,
  });
}

function noSentinel({ node, cluster }: GuardFacts): OperatorError {
  return unreachable(
    'no-sentinel',
    `no sentinel answers, so the master that ${node.id} must follow is not known`,
    {
      why: 'without the guard it could become a second master',
      hint: `${command('up', cluster)} # starts everything in order; --as-crashed starts it without the guard`,
    },
  );
}

function noAgreement({ node, cluster, masterName }: GuardFacts): OperatorError {
  return refused(
    'no-agreement',
    `the sentinels do not agree on the master of ${masterName}, so ${node.id} cannot be started safely`,
    {
      why: 'no address is named by a majority of them',
      hint: `${command('status', cluster)} # shows what each sentinel believes; --as-crashed starts it without the guard`,
    },
  );
}
