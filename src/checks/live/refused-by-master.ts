import type { MasterFacts, SentinelView } from '../../model/facts.js';
import type { Hints } from '../../model/hints.js';
import { usesPassword } from '../../model/secrets.js';
import type { NodeState, SentinelState } from '../../model/snapshot.js';
import type { RawFinding } from '../check.js';
import { masterPassword, setAuthPass } from '../fixes.js';
import { ids, isDown, sentinelsOf } from '../snapshot.js';
import { thenWait } from '../under-way.js';
import { answersErrors, deniedAt, isLetIn } from './called-down-alive.js';

/** Whether a master that wants a password, and is there for us, answers a sentinel's PING with an error each time, and not only for lack of a right. */
export function isRefused(sentinelView: SentinelView, node: NodeState): boolean {
  const { answeredMsAgo, infoMsAgo } = sentinelView.view;
  const wants =
    node.answer === null
      ? node.silence?.kind === 'auth'
      : (usesPassword('redis') || Boolean(node.answer.settings?.requirepass)) &&
        node.answer.pingError === undefined;
  if (!wants || !answersErrors(sentinelView) || deniedAt(node) !== null) return false;
  return !isLetIn(infoMsAgo, answeredMsAgo ?? 0);
}

/**
 * The master that lets none of the sentinels log in; null in any other case. They hear of each other, and of the
 * replicas, only through it: how many there are is not known.
 */
export function refusesAll({ sentinelViews, nodes, refOf }: MasterFacts): NodeState | null {
  const [first] = sentinelViews;
  const node = first && nodes.find(({ id }) => id === refOf(first.view.address).id);
  if (node === undefined) return null;
  const isOut = (w: SentinelView): boolean =>
    isDown(w.view.flags) && refOf(w.view.address).id === node.id && isRefused(w, node);
  return sentinelViews.every(isOut) ? node : null;
}

/** In the words of auth-pass-missing, which only doctor can prove. */
export const refusedWords = (sentinels: readonly SentinelState[], node: { id: string }): string =>
  `${ids(sentinels)} ${sentinels.length === 1 ? 'has' : 'have'} no or a wrong password for ${node.id}`;

/** Why the number of sentinels, or of replicas, is not known. */
export function notHeard({ sentinelViews }: MasterFacts, node: { id: string }): string {
  const sentinels = sentinelsOf(sentinelViews);
  const hear = sentinels.length === 1 ? 'it hears' : 'they hear';
  return `${refusedWords(sentinels, node)}, through which ${hear} of the other sentinels and of the replicas`;
}

export const letIn = (
  sentinels: readonly SentinelState[],
  name: string,
  hints: Hints,
): Pick<RawFinding, 'fix' | 'later'> => ({
  fix: [...masterPassword(), ...sentinels.map((sentinel) => setAuthPass(sentinel, name))],
  later: thenWait(hints),
});
