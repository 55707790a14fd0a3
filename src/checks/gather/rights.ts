import type { Target } from '../../cluster/target.js';
import type { GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import { askingAs } from '../../wire/access.js';
import type { ConnectionOptions } from '../../wire/client.js';
import { gatherUser, seenUser } from '../../wire/gather-node.js';
import { gatherPeerRights } from '../../wire/gather-rights.js';
import { sentinelLines } from '../files/settings.js';
import { mostCommon } from '../group.js';
import { peerUser } from '../peer-users.js';
import { linesOf } from '../sentinels.js';

/**
 * Asks what could not be asked before every server had answered: what a data node allows the user that the sentinels
 * log in, by their configuration or at the other nodes (a node that refuses them has none of their connections), and
 * what a sentinel allows its peers' user. The default user's rights are known from the first visit.
 */
export async function completeRights(
  { sentinels, nodes }: { sentinels: readonly GatheredSentinel[]; nodes: readonly GatheredNode[] },
  target: Target,
  asking: Omit<ConnectionOptions, 'credentials'>,
): Promise<{ sentinels: GatheredSentinel[]; nodes: GatheredNode[] }> {
  const to = (kind: 'redis' | 'sentinel'): ConnectionOptions =>
    askingAs({ ...asking, access: target.access }, kind);
  const [completed, watched] = await Promise.all([
    Promise.all(
      nodes.map(async (node): Promise<GatheredNode> => {
        const user = usersAt(node, sentinels, nodes);
        if (node.silence !== null || user === undefined || user === node.sentinelsUser) return node;
        return { ...node, ...(await gatherUser(node.endpoint, user, to('redis'))) };
      }),
    ),
    Promise.all(
      sentinels.map(async (sentinel): Promise<GatheredSentinel> => {
        const peers = sentinels.filter((peer) => peer !== sentinel);
        const users = [...new Set(peers.flatMap((peer) => peerUser(peer) ?? []))];
        const { peerRights: asked, ...rest } = sentinel;
        if (sentinel.silence !== null || users.length === 0) return rest;
        const named = users.filter((user) => user !== 'default');
        const peerRights = {
          ...(users.includes('default') && asked),
          ...(named.length > 0 && (await gatherPeerRights(sentinel.endpoint, named, to('sentinel')))),
        };
        return { ...rest, peerRights };
      }),
    ),
  ]);
  return { sentinels: watched, nodes: completed };
}

/** The user that the sentinels log in to a node's group as; undefined where nothing tells. */
function usersAt(
  { masterNames }: GatheredNode,
  sentinels: readonly GatheredSentinel[],
  nodes: readonly GatheredNode[],
): string | undefined {
  const written = sentinels.flatMap((sentinel) => {
    const lines = linesOf(sentinel);
    if (lines === null) return [];
    return masterNames.flatMap((name) => sentinelLines(lines, 'auth-user', name)[0]?.args[2] ?? []);
  });
  const seen = nodes
    .filter((node) => node.masterNames.some((name) => masterNames.includes(name)))
    .flatMap((node) => seenUser(node.clients) ?? []);
  return mostCommon(written) ?? mostCommon(seen.filter((user) => user !== 'default')) ?? mostCommon(seen);
}
