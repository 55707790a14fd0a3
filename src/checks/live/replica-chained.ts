import { isAt } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn, isPlanned, silentSentinels } from '../evidence.js';
import { groupsOf, judged, shown } from '../group.js';

export default {
  id: 'replica-chained',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'live',
  part: 'replicas',
  title: 'a replica follows another replica, and the sentinels do not know it',
  consequence:
    'it is never promoted and never repointed: when the replica that it follows is gone, it gets no data until REPLICAOF',
  explanation:
    'Sentinel learns replicas from the INFO of the master, which lists only those that follow the master itself. A ' +
    'replica of a replica gets all data, with one more delay. It may be meant so, for backups or another site. ' +
    'When its upstream is promoted, it becomes a replica of the master, and the sentinels know it from then on.',
  remedy: ['where it is to take part in failovers: REPLICAOF with the address of the master'],
  sources: ['sentinel.c: sentinelRefreshInstanceInfo (slave0:ip=…)', 'measured'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.every(({ views }) => views.length === 0)) return silentSentinels(gathered);
    const missing: string[] = [];
    const seen = groups.flatMap(({ name, views, address, replicas }): RawFinding[] => {
      const records = views.flatMap(({ sentinel, master }) => {
        if (!master.replicas.ok) missing.push(`${sentinel.id}: ${master.replicas.why}`);
        return master.replicas.ok ? master.replicas.value.flatMap((r) => addressIn(r) ?? []) : [];
      });
      if (missing.length > 0 || address === null) return [];
      return replicas.flatMap((node): RawFinding[] => {
        if (!node.role.ok) missing.push(`${node.id}: ${node.role.why}`);
        if (!node.role.ok || isPlanned(gathered, node) || records.some((at) => isAt(node, at))) return [];
        const { follows, link } = node.role.value;
        const upstream = replicas.find((n) => n !== node && follows !== null && isAt(n, follows));
        if (upstream?.role.ok !== true || upstream.role.value.role !== 'replica') return [];
        return [
          {
            subject: node.id,
            servers: [node.id, upstream.id],
            masterName: name,
            message: `${shown(node)} follows the replica ${shown(upstream)} (link ${link ?? 'unknown'}), and no sentinel lists it`,
            fix: [
              '# nothing to do where it is meant so; to take part in failovers:',
              cli(node, `REPLICAOF ${address.host} ${address.port}`),
            ],
          },
        ];
      });
    });
    return judged(seen, missing);
  },
} satisfies Check;
