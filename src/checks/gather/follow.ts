import { type Address, sameAddress } from '../../model/address.js';
import { isAt } from '../../model/facts.js';
import type { GatheredNode } from '../../model/gathered.js';
import type { Wired } from '../../wire/gather-ask.js';
import { attachedIn } from '../group.js';
import { alsoAt, type WiredNode } from './identity.js';

/** A chain of replicas is followed so far. */
const MAX_LINKS = 8;

/**
 * Asks the servers that data nodes follow and that are none of those who were asked: a master that no sentinel knows,
 * or a known node under another address, which is told by its run id. A replica whose master lists it needs no question.
 */
export async function followToTheEnd(
  nodes: readonly WiredNode[],
  ask: (announce: Address) => Promise<Wired<GatheredNode>>,
): Promise<{ nodes: WiredNode[]; outside: WiredNode[] }> {
  let known = [...nodes];
  const outside: WiredNode[] = [];
  let from: WiredNode[] = known;
  for (let links = 0; links < MAX_LINKS && from.length > 0; links++) {
    const unknown = unknownMasters(from, [...known, ...outside]);
    const answers = await Promise.all(unknown.map(ask));
    from = [];
    for (const answer of answers) {
      const itself = [...known, ...outside].find((n) => isSameProcess(n, answer));
      if (itself === undefined) {
        from.push({ ...answer, masterNames: [] });
        continue;
      }
      const replace = (n: WiredNode): WiredNode => (n === itself ? alsoAt(n, answer.announce) : n);
      known = known.map(replace);
    }
    outside.push(...from);
  }
  return { nodes: known, outside };
}

/** The masters that they follow, each once, without those that were asked and those that list the follower. */
function unknownMasters(from: readonly WiredNode[], asked: readonly WiredNode[]): Address[] {
  const found: Address[] = [];
  const following = from.flatMap((node) => {
    const follows = node.role.ok ? node.role.value.follows : null;
    return follows === null ? [] : [{ node, follows }];
  });
  if (following.length === 0) return [];
  const listed = asked.flatMap((n) => (n.info.ok ? attachedIn(n.info.value) : []));
  for (const { node, follows } of following) {
    const isListed = listed.some(({ address }) => isAt(node, address));
    if (isListed || asked.some((n) => isAt(n, follows))) continue;
    if (!found.some((address) => sameAddress(address, follows))) found.push(follows);
  }
  return found;
}

const isSameProcess = (a: Wired<GatheredNode>, b: Wired<GatheredNode>): boolean =>
  a.info.ok && b.info.ok && Boolean(a.info.value.run_id) && a.info.value.run_id === b.info.value.run_id;
