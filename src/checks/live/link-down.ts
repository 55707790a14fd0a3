import { sameAddress } from '../../model/address.js';
import { humanDurationMs } from '../../model/duration.js';
import { type AnsweredNode, isAt, type MasterFacts } from '../../model/facts.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { oldAddressesIn } from '../old-addresses.js';
import { isSilent, judgeMasters, nameOf, placed } from '../snapshot.js';
import { justStarted, lookAgain } from '../under-way.js';

export default {
  id: 'link-down',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'replicas',
  title: 'a replica has no link to its master',
  consequence:
    'it falls behind with each write, and after 10 x down-after without a link it can no longer be promoted',
  explanation:
    'The replica knows which node to follow, but has no connection to it or is still syncing: the master is down ' +
    'or refuses it (password, ACL, client limit), the network between them is cut, or a full resync is running.',
  remedy: [
    'the end of the replica’s log has the reason',
    'a user for replication needs +psync +replconf +ping',
    'REPLICAOF with the same address changes nothing: the replica tries again every second by itself',
  ],
  sources: [
    'replication.c: connectWithMaster, syncWithMaster, replicaofCommand, replicationCron',
    'sentinel.c: sentinelSelectSlave',
    'https://github.com/redis/redis/issues/5677',
  ],
  causes: ['writes-refused', 'lag', 'lag-growing', 'no-good-slave'],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (master, missing) => {
      const old = oldAddressesIn(master);
      return (
        master.answered
          .filter((n) => n.answer.role === 'replica' && n.answer.linkStatus !== 'up')
          // It is named by its new address.
          .filter((n) => !old.some((one) => sameAddress(one.old, n.announce)))
          .flatMap((node) => {
            const target = targetOf(master, node);
            // No replica has a link to a master that is down: that is no-master or node-unreachable.
            if (target !== undefined && isSilent(target)) {
              missing.push(`${node.id}: the node that it follows, ${target.id}, does not answer`);
              return [];
            }
            return [unlinked(master, node)];
          })
      );
    }),
} satisfies SnapshotCheck;

const targetOf = ({ nodes, refOf }: MasterFacts, { answer: { follows } }: AnsweredNode) =>
  nodes.find((n) => follows !== null && refOf(follows).id === n.id);

const COPYING =
  'wait until it has copied: master_sync_left_bytes in its INFO replication says how much is left';

/** What shows the end of a server's log, or where it is. */
const logOf = ({ hints }: MasterFacts, node: AnsweredNode): string[] => [
  hints.logs(node, 'CONFIG GET logfile'),
];

/** Longer than the delay that any installation has: the master cannot begin. Seconds. */
const NOT_BEGUN_S = 60;

/** The entry in its master's list of a replica that asked for a full resync (replication.c, SLAVE_STATE_WAIT_BGSAVE). */
function waitsForResync(facts: MasterFacts, node: AnsweredNode): boolean {
  const entry = masterOf(facts, node)?.answer.attached.find(({ address }) => isAt(node, address));
  return entry?.state === 'wait_bgsave' && (node.answer.linkDownS ?? 0) < NOT_BEGUN_S;
}

const masterOf = (facts: MasterFacts, node: AnsweredNode): AnsweredNode | undefined =>
  facts.answered.find((n) => n.id === targetOf(facts, node)?.id);

/** The normal wait: the master collects further replicas for repl-diskless-sync-delay, or another save is running. */
function waiting(facts: MasterFacts, node: AnsweredNode): RawFinding {
  const master = masterOf(facts, node);
  const delay = master?.answer.settings?.['repl-diskless-sync-delay'];
  const after = delay === undefined ? '5 s by default' : `${delay} s`;
  return {
    subject: node.id,
    brief: `${node.id} has no link to its master yet: it waits for its full resync`,
    message: `${nameOf(node)} has no link to ${master === undefined ? 'a master' : nameOf(master)} yet: it waits for its full resync`,
    evidence: `${master?.id ?? 'its master'} begins the resync after repl-diskless-sync-delay (${after}), or once another save ends: look again`,
    consequence: 'until it has copied the data it does not have the data of its master',
    fix: lookAgain(facts.hints),
  };
}

function unlinked(facts: MasterFacts, node: AnsweredNode): RawFinding {
  const { follows, linkDownS, syncing } = node.answer;
  if (waitsForResync(facts, node)) return waiting(facts, node);
  // In the first second INFO says 0.
  const since = linkDownS ? ` for ${humanDurationMs(linkDownS * 1000)}` : '';
  const where = follows === null ? 'a master' : placed(facts, follows);
  // One that copies has nothing to promote yet: a note only while another one has its data.
  const isNote = syncing === true && facts.answered.some((n) => n !== node && n.answer.linkStatus === 'up');
  const copies = syncing === true ? '; it is copying the whole data set from its master' : '';
  const started = justStarted(node);
  // In a circle, and behind a node that waits itself, none comes (replication.c, syncCommand: NOMASTERLINK).
  const waits = masterOf(facts, node)?.answer.linkStatus === 'down';
  const soon =
    started === null || syncing === true || waits ? '' : `; ${started}, and gets its link within seconds`;
  return {
    subject: node.id,
    severity: isNote ? 'info' : 'warning',
    brief: `${node.id} has no link to its master${since}`,
    message: `${nameOf(node)} has no link to ${where}${since} (master_link_status down)${copies}${soon}`,
    evidence: `${node.id} follows ${where} (master_link_status down)${copies}${soon}`,
    fix: syncing === true ? [COPYING] : soon !== '' ? lookAgain(facts.hints) : logOf(facts, node),
  };
}
