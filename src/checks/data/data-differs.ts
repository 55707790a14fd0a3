import type { Fields } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { count } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { groupsOf, judged, num } from '../group.js';

export default {
  id: 'data-differs',
  needs: 'gathered',
  severity: 'warning',
  impact: 'data-unsafe',
  group: 'data',
  title: 'a replica has other keys than its master',
  consequence:
    'reads from it are wrong, and a failover to it loses what it lacks and brings back what it has too much',
  explanation:
    'At the same byte of the same replication stream a replica has the same keys as its master: expiry and eviction ' +
    'come through the stream too. Where the numbers of keys differ at one offset, the replica was written to, ' +
    'evicted by itself, or has lost commands. A partial resync does not repair that. Where writes go on, the two ' +
    'are not seen at one offset, and this is not judged.',
  remedy: [
    'a full resync of the replica, after the cause has ended (replica-read-only, replica-ignore-maxmemory): ' +
      'REPLICAOF NO ONE and at once REPLICAOF with the master, so that it has no history to continue from',
  ],
  sources: [
    'replication.c: replicationSetMaster, replicationCacheMasterUsingMyself, masterTryPartialResynchronization',
    'measured',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const missing: string[] = [];
    const seen = groups.flatMap(({ name, address, master, replicas }): RawFinding[] => {
      if (master?.info.ok !== true) {
        missing.push(`${name}: what its master holds is unknown`);
        return [];
      }
      const ours = master.info.value;
      return replicas.flatMap((node): RawFinding[] => {
        if (!node.info.ok) missing.push(`${node.id}: ${node.info.why}`);
        if (!node.info.ok || !isAtOneOffset(ours, node.info.value)) return [];
        const apart = differences(ours, node.info.value);
        if (apart.length === 0 || address === null) return [];
        const evidence = `${apart.join(', ')}, at offset ${ours.master_repl_offset}`;
        return [
          {
            subject: node.id,
            servers: [node.id, master.id],
            masterName: name,
            brief: `${node.id} has other keys than its master`,
            evidence,
            message: `${node.id} has other keys than its master ${master.id}: ${evidence}`,
            fix: [
              `# where ${master.id} has the right data: a full resync replaces the keys of ${node.id}`,
              cli(node, 'REPLICAOF NO ONE'),
              cli(node, `REPLICAOF ${address.host} ${address.port}`),
            ],
          },
        ];
      });
    });
    return judged(seen, missing);
  },
} satisfies Check;

/** Both at the same byte of the same stream: what was read of them is comparable, although not of one moment. */
function isAtOneOffset(master: Fields, replica: Fields): boolean {
  const offset = num(master, 'master_repl_offset');
  return (
    replica.master_link_status === 'up' &&
    master.master_replid !== undefined &&
    master.master_replid === replica.master_replid &&
    offset !== null &&
    offset === num(replica, 'slave_repl_offset')
  );
}

/** `db0 has 5 keys instead of 7`, of each database whose number of keys differs. */
function differences(master: Fields, replica: Fields): string[] {
  const names = [...new Set([...Object.keys(master), ...Object.keys(replica)])];
  return names.flatMap((name) => {
    if (!/^db\d+$/.test(name)) return [];
    const [right, is] = [keysIn(master[name]), keysIn(replica[name])];
    return right === is ? [] : [`${name} has ${count(is, 'key')} instead of ${right}`];
  });
}

const keysIn = (text = ''): number => Number(/keys=(\d+)/.exec(text)?.[1] ?? 0);
