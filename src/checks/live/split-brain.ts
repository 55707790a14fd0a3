import { sameAddress } from '../../model/address.js';
import type { GatheredNode } from '../../model/gathered.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn, cli, ctl, masterNames, nodesOf, silentSentinels, viewsOf } from '../evidence.js';
import { dataNodes, judged, readAll } from '../group.js';
import { failoverUnderWay, lookAgain } from '../under-way.js';

export default {
  id: 'split-brain',
  severity: 'critical',
  group: 'live',
  title: 'more than one data node is a master',
  consequence:
    'every write that the wrong master takes is lost when it becomes a replica; that is normal for about 10 s after an old master returned, and longer is not',
  explanation:
    'Several data nodes of one group say role:master, and clients can write to each. An old master that comes back ' +
    'stays a writable master until the sentinels turn it into a replica: 4 hello periods of 2 s and then the next ' +
    'INFO, 9.9 to 10.4 s measured. When it lasts longer, no sentinel reaches that node, or none monitors it any more.',
  remedy: [
    'wait 15 s and look again',
    'turn the wrong one into a replica: REPLICAOF, at that node, of the master that the sentinels name',
    'min-replicas-to-write 1 makes an isolated master refuse writes',
  ],
  sources: ['sentinel.c: sentinelRefreshInstanceInfo (+convert-to-slave)', 'measured'],
  live(gathered) {
    const names = masterNames(gathered);
    if (names.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    let asked = 0;
    for (const name of names) {
      const nodes = nodesOf(gathered, name);
      asked += nodes.filter((n) => n.role.ok).length;
      const masters = nodes.filter((n) => n.role.ok && n.role.value.role === 'master');
      if (masters.length < 2) continue;
      const views = viewsOf(gathered, name);
      const named = views.flatMap(({ master }) => addressIn(master.fields) ?? []);
      const believed = (m: GatheredNode): boolean =>
        2 * named.filter((address) => sameAddress(address, m.announce)).length > named.length;
      const right = masters.find(believed);
      const busy = failoverUnderWay(views);
      const claim = `the sentinels name ${right?.id ?? 'neither'}`;
      seen.push({
        subject: name,
        message: `${masters.map((m) => m.id).join(' and ')} all say role:master; ${[claim, ...(busy === null ? [] : [busy])].join('; ')}`,
        // Whoever obeys the sentinels while they change their minds makes the new master a replica.
        fix:
          busy !== null
            ? lookAgain(ctl(gathered, 'doctor'))
            : right === undefined
              ? masters.map((m) => cli(m, 'INFO replication'))
              : masters
                  .filter((m) => m !== right)
                  .map((m) => cli(m, `REPLICAOF ${right.announce.host} ${right.announce.port}`)),
      });
    }
    if (asked === 0) return { skip: 'no data node could be asked for its role' };
    // Who does not answer us may be a master for others.
    return judged(seen, readAll(dataNodes(gathered), (n) => n.role).missing);
  },
} satisfies Check;
