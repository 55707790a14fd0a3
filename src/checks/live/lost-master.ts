import { livesHere, type MasterFacts, type SentinelView } from '../../model/facts.js';
import { oncePer } from '../../model/once-per.js';
import { isLocked, type NodeState } from '../../model/snapshot.js';
import { isDown } from '../snapshot.js';
import { isSpeaking } from './says-instead.js';

/** Whether there is surely no master. */
export const hasNoMaster = oncePer((facts: MasterFacts): boolean => {
  const { nodes, answered } = facts;
  if (nodes.length === 0 || answered.some((n) => n.answer.role === 'master')) return false;
  // One that wants a password, does not allow the question, or answers without a role that is known, may be the master.
  if (nodes.some((n) => isLocked(n.silence) || n.withheld !== undefined || hasOtherRole(n)))
    return givenUpMaster(facts) !== null;
  return lostMaster(facts) === null || !isReached(facts);
});

/** Whether it answers, and its INFO names neither master nor replica. */
export const hasOtherRole = ({ answer }: NodeState): boolean => answer?.role === 'unknown';

/** The master that most sentinels name and none of them reaches: clients are sent to it, whatever the other nodes are. */
export function givenUpMaster(facts: MasterFacts): NodeState | null {
  const { known, sentinelViews } = facts;
  const isMost = sentinelViews.length * 2 > known;
  return isMost && !sentinelViews.some(reaches) ? lostMaster(facts) : null;
}

/** Longer than a healthy server takes to answer a PING, in milliseconds. */
const UNANSWERED_MS = 500;

/** Whether every sentinel reaches the master that it names: then it is silent to this machine alone. */
function isReached(facts: MasterFacts): boolean {
  const { expectation, silent, sentinelViews } = facts;
  // Of a node on this machine that gave no answer in time, what the sentinels said is older.
  if (livesHere(expectation) && silent.some((n) => n.silence?.kind === 'timeout')) return false;
  const without = sentinelViews.filter((seen) => !reaches(seen)).length;
  const [first] = sentinelViews;
  // It answers with an error, so it runs: it is replaced only once a quorum calls it down.
  const lost = lostMaster(facts);
  const isRunning = lost !== null && isSpeaking(lost) && without < sentinelViews.length;
  return first !== undefined && (isRunning ? without < first.view.quorum : without === 0);
}

const reaches = ({ view }: SentinelView): boolean =>
  !isDown(view.flags) &&
  !view.flags.includes('disconnected') &&
  view.pingPendingMs != null &&
  view.pingPendingMs <= UNANSWERED_MS;

/** The one node that is named as the master, where it does not answer (one that wants a password does). */
export const lostMaster = oncePer((facts: MasterFacts): NodeState | null => {
  // Where no sentinel answers, those that follow it still name it.
  const followed = facts.answered.flatMap((n) => n.answer.follows ?? []);
  const named = facts.master === null ? followed : [facts.master];
  const [id, ...others] = new Set(named.map((address) => facts.refOf(address).id));
  const node = others.length > 0 ? undefined : facts.silent.find((n) => n.id === id);
  return node === undefined || isLocked(node.silence) ? null : node;
});
