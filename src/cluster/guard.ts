import { type OperatorError, refused, unreachable } from '../errors.js';
import { type Address, formatAddress, sameAddress } from '../model/address.js';
import { command } from '../model/hints.js';
import type { NodePlan } from '../model/plan.js';

/** What is known when a data node is about to be started again. */
export interface GuardFacts {
  node: NodePlan;
  cluster: string;
  masterName: string;
  /** Whom more than half of all sentinels name as master; null when they don't agree. */
  master: Address | null;
  /** How many sentinels answered. */
  sentinelsReachable: number;
  /** How many of them call that master down already: another one may be promoted at any moment. */
  callItDown: number;
  /** Whether the node finds all of its data on disk when it starts. */
  hasData: boolean;
}

/** How to start it: as a replica of that address, or as it was. */
export type StartDecision = { how: 'follow'; master: Address } | { how: 'as-it-was'; why: string };

/**
 * The guard of `start`: a data node comes back as a replica of whoever is master now. Started as it was, an old
 * master stays writable for about 10 s, until Sentinel converts it, and every write that it takes is lost.
 * Throws OperatorError where nobody can say who is master, or where the node is the master and would come back empty.
 */
export function guardStart(facts: GuardFacts): StartDecision {
  const { node, master } = facts;
  if (facts.sentinelsReachable === 0) throw nobodyKnows(facts);
  if (master === null) throw noAgreement(facts);
  if (!sameAddress(master, node.announce)) return { how: 'follow', master };
  if (!facts.hasData) throw wouldComeBackEmpty(facts, master);
  if (facts.callItDown > 0) throw failoverAtHand(facts);
  return { how: 'as-it-was', why: 'the sentinels still call it the master, and it has its data on disk' };
}

function wouldComeBackEmpty({ node, cluster, masterName }: GuardFacts, master: Address): OperatorError {
  return refused(
    'would-come-back-empty',
    `${node.id} is still the master, and would come back empty or with old data`,
    {
      why:
        `it does not log its changes to disk, and the sentinels name ${formatAddress(master)} as ${masterName}: ` +
        'its replicas would copy that over what they hold, and every topology check would pass',
      hint: `wait for the failover (${command('status', cluster)}), then start it; or --as-crashed to accept the loss`,
    },
  );
}

function failoverAtHand({ node, cluster, callItDown }: GuardFacts): OperatorError {
  const who = callItDown === 1 ? 'a sentinel calls' : `${callItDown} sentinels call`;
  return refused(
    'failover-at-hand',
    `${node.id} is still the master, and ${who} it down: a failover may be under way`,
    {
      why: 'started as it was while another one is promoted, it would be a second master for about 10 s',
      hint: `wait for the failover (${command('status --watch', cluster)}), then start it; or --as-crashed where none will come`,
    },
  );
}

function nobodyKnows({ node, cluster }: GuardFacts): OperatorError {
  return unreachable('no-sentinel', `no sentinel answers, so nobody can say whom ${node.id} should follow`, {
    why: 'started as it was, it could become a second master',
    hint: `${command('up', cluster)} brings everything back in order; --as-crashed starts it as it was`,
  });
}

function noAgreement({ node, cluster, masterName }: GuardFacts): OperatorError {
  return refused(
    'no-agreement',
    `the sentinels do not agree on who ${masterName} is, so ${node.id} can not be started safely`,
    {
      why: 'no address is named by more than half of them',
      hint: `${command('status', cluster)} shows what each believes; --as-crashed starts it as it was`,
    },
  );
}
