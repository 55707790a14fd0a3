import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { setConfig } from '../fixes.js';
import { groupsOf, judged, num, readAll, settingIn } from '../group.js';

export default {
  id: 'replica-evicts',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'data',
  part: 'disk',
  title: 'a replica evicts keys by itself',
  consequence:
    'it has fewer keys than its master without anything being wrong with the link, and after a failover they are lost',
  explanation:
    'A replica ignores maxmemory by default and gets the evictions of its master. With replica-ignore-maxmemory no ' +
    'it evicts by its own maxmemory and policy, and its data differs from the data of the master.',
  remedy: ['CONFIG SET replica-ignore-maxmemory yes'],
  sources: ['redis.conf: replica-ignore-maxmemory', 'evict.c: performEvictions'],
  causes: ['data-differs'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const missing: string[] = [];
    const seen = groups.flatMap(({ replicas }): RawFinding[] => {
      const { values, missing: silent } = readAll(replicas, (n) => n.config);
      missing.push(...silent);
      return values.flatMap(({ server, value }) => {
        const ignores = settingIn(value, 'replica-ignore-maxmemory', 'slave-ignore-maxmemory');
        const limit = num(value, 'maxmemory') ?? 0;
        const policy = value['maxmemory-policy'] ?? 'noeviction';
        if (ignores !== 'no' || limit === 0 || policy === 'noeviction') return [];
        return [
          {
            subject: server.id,
            message: `keys are evicted apart from those of the master: replica-ignore-maxmemory no, maxmemory-policy ${policy}`,
            fix: setConfig(server, 'replica-ignore-maxmemory', 'yes'),
          },
        ];
      });
    });
    return judged(seen, missing);
  },
} satisfies Check;
