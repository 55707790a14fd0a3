import { type Address, sameAddress } from '../../model/address.js';
import { type AnsweredNode, isAt, type MasterFacts, sameNode } from '../../model/facts.js';
import { believedMaster } from '../believed.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { groupsOfOneName } from '../one-name.js';
import { judgeMasters, nameOf, placed } from '../snapshot.js';
import { failoverUnderWay } from '../under-way.js';

export default {
  id: 'replica-orphan',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'replicas',
  title: 'a replica follows a node that is not the master',
  consequence:
    'it lacks new writes and serves old data; Sentinel corrects it only after failover-timeout, and if it is promoted before that, the missing writes are lost',
  explanation:
    'A replica should follow the master that the sentinels name. If it follows another node, because of REPLICAOF ' +
    'without Sentinel or an old configuration, Sentinel corrects it only after failover-timeout, and only if the ' +
    'sentinels know it as a replica of this master.',
  remedy: ['REPLICAOF with the address of the master, at the replica'],
  sources: ['sentinel.c: sentinelRefreshInstanceInfo (+fix-slave-config)', 'measured'],
  causes: ['writes-refused', 'link-down', 'lag', 'lag-growing', 'ghost-replica', 'no-good-slave'],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (master, missing) => {
      // Replicas are repointed one after the other, and the sentinels name the new master only after that.
      const busy = failoverUnderWay(master.sentinelViews);
      const address = believedMaster(master) ?? master.master;
      if (groupsOfOneName(master).length > 0) return [];
      if (busy !== null) missing.push(`${master.name}: ${busy}`);
      else if (address === null) missing.push(`${master.name}: no sentinel names its master`);
      else return master.answered.flatMap((node) => orphan(master, node, address));
      return [];
    }),
} satisfies SnapshotCheck;

function orphan(facts: MasterFacts, node: AnsweredNode, master: Address): RawFinding[] {
  const { follows, linkStatus, role } = node.answer;
  if (role !== 'replica' || follows === null || followsMaster(facts, node, follows, master)) return [];
  // The node at the master's own address is master-address-not-master.
  if (facts.refOf(master).id === node.id) return [];
  if (isChained(facts, node, follows)) return [];
  if (followsTheOnlyMaster(facts, follows, master)) return [];
  return [
    {
      subject: node.id,
      ...(reaches(facts, node, master) && { consequence: CHAINED }),
      message: `${nameOf(node)} follows ${placed(facts, follows)} (link ${linkStatus ?? 'unknown'}), not the master ${placed(facts, master)}`,
      // It needs no restart, which may cost a full resync.
      fix: [facts.hints.cli(node, `REPLICAOF ${master.host} ${master.port}`)],
    },
  ];
}

const CHAINED =
  'it gets new writes through another replica, and none once that one is down; Sentinel corrects it after failover-timeout';

/** Whether each link from a replica up to the master works. */
function reaches({ answered, refOf }: MasterFacts, node: AnsweredNode, master: Address): boolean {
  const passed: AnsweredNode[] = [];
  for (let at: AnsweredNode | undefined = node; at !== undefined && !passed.includes(at); ) {
    if (at.id === refOf(master).id) return at.answer.role === 'master';
    passed.push(at);
    const { follows, linkStatus }: AnsweredNode['answer'] = at.answer;
    if (linkStatus !== 'up' || follows === null) return false;
    at = answered.find((n) => isAt(n, follows));
  }
  return false;
}

/** A replica of a replica that no sentinel knows gets all data, and is not corrected: replica-chained. */
function isChained(facts: MasterFacts, node: AnsweredNode, follows: Address): boolean {
  const isListed = facts.sentinelViews.some(({ view }) => view.replicas.some((r) => isAt(node, r.address)));
  const isPlanned = facts.expectation.nodes?.some((planned) => planned.id === node.id) === true;
  const upstream = facts.answered.find((n) => n.id !== node.id && isAt(n, follows));
  return (
    facts.sentinelViews.length > 0 &&
    !isListed &&
    !isPlanned &&
    upstream?.answer.role === 'replica' &&
    node.answer.linkStatus === 'up'
  );
}

/**
 * Whether the node that the sentinels name is not a master, or does not answer, and the one that is followed is one: then
 * the sentinels are late or wrong, and REPLICAOF would cut the replica off from the only master.
 */
function followsTheOnlyMaster({ answered, refOf }: MasterFacts, follows: Address, master: Address): boolean {
  const masters = answered.filter((n) => n.answer.role === 'master');
  return !masters.some((n) => n.id === refOf(master).id) && masters.some((n) => isAt(n, follows));
}

/** By address, by what a name resolves to, or by the master's own list, where it is known under another address. */
function followsMaster(facts: MasterFacts, node: AnsweredNode, follows: Address, master: Address): boolean {
  if (sameAddress(follows, master) || sameNode(facts, follows, master)) return true;
  const resolved = facts.snapshot.resolved?.[follows.host] ?? [];
  if (follows.port === master.port && resolved.includes(master.host)) return true;
  const itself = facts.answered.find((n) => n.id === facts.refOf(master).id);
  return itself?.answer.attached.some(({ address }) => isAt(node, address)) ?? false;
}
