import { sameAddress } from '../../model/address.js';
import { isAt, type MasterFacts } from '../../model/facts.js';
import { RESETS_APART_MS } from '../../model/sentinel-timing.js';
import type { NodeState, SeenReplica } from '../../model/snapshot.js';
import type { SnapshotCheck } from '../check.js';
import { isNamed, isSilent, judgeMasters } from '../snapshot.js';
import { type Ghost, ghostFinding, ghostsIn, isCalledGone } from './ghosts.js';

export default {
  id: 'ghost-replica',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'replicas',
  title: 'the sentinels still list a replica that is gone',
  consequence:
    'the sentinels try to connect to it without end, give its address to clients that read from replicas, and would make any server that starts at its address a replica',
  explanation:
    'Sentinel never forgets a replica by itself, so that it can reconfigure one that returns. A replica that is ' +
    'gone for good, or that was known by a wrong address, stays in the list as down until SENTINEL RESET.',
  remedy: [
    'if it is only stopped: start it',
    `if it is gone for good: SENTINEL RESET NAME, one sentinel at a time, ${RESETS_APART_MS / 1000} s apart, while the master is healthy`,
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Removing the old master or unreachable replicas)',
    'measured',
  ],
  causes: ['no-good-slave', 'node-down', 'node-unreachable'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) =>
      ghosts(master).map((ghost) =>
        ghostFinding(master, 'replica', ghost, ', and the master has no such replica'),
      ),
    ),
} satisfies SnapshotCheck;

/** A silent data node that only sentinels name, and that they list as gone. */
export const isGhostReplica = (facts: MasterFacts, node: NodeState): boolean =>
  ghosts(facts).some(({ entry }) => isAt(node, entry.address));

/** One that the operator named, or that went down a moment ago, is only down: node-down. */
function ghosts(facts: MasterFacts): Ghost<SeenReplica>[] {
  const { answered, master, nodes, refOf } = facts;
  const itself = answered.find((n) => master !== null && n.id === refOf(master).id);
  return ghostsIn(
    facts,
    (sentinelView) => sentinelView.view.replicas,
    ({ address, flags }) =>
      flags.includes('s_down') &&
      (isCalledGone(facts, address) || !isNamed(facts, { id: '', announce: address })) &&
      !nodes.some((n) => !isSilent(n) && isAt(n, address)) &&
      !itself?.answer.attached.some((a) => sameAddress(a.address, address)),
    ({ flags }) => !flags.some((f) => f === 's_down' || f === 'disconnected'),
  );
}
