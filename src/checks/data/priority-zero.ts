import type { GatheredNode } from '../../model/gathered.js';
import { excludedWords } from '../../model/promotable.js';
import { byNumber } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { judgeNodeGroups } from '../files/judge.js';
import { lineOr, settingOf } from '../files/settings.js';
import { setConfig } from '../fixes.js';
import { groupsOf, idsOf, judged, num, readAll } from '../group.js';

export default {
  id: 'priority-zero',
  needs: 'gathered',
  severity: 'critical',
  impact: 'no-failover',
  group: 'data',
  title: 'a replica has priority 0 and is never promoted, or all have it',
  consequence:
    'a dead master is never replaced: each attempt ends with -failover-abort-no-good-slave, and the next one comes after 2 x failover-timeout',
  explanation:
    'replica-priority 0 excludes a replica from promotion. If every replica has it, there is no candidate. It ' +
    'shows only when the master fails; before that SENTINEL FAILOVER answers NOGOODSLAVE. One replica of several with ' +
    'priority 0 is a risk: it may be meant (a copy at another site), or left over from a repair. Where it is meant, ' +
    'doctor --accept priority-zero --because TEXT says so, or replica-announced no hides it from the sentinels.',
  remedy: ['CONFIG SET replica-priority 100 on at least one replica, and CONFIG REWRITE'],
  sources: ['sentinel.c: sentinelSelectSlave', 'redis.conf: replica-priority', 'measured'],
  causes: ['no-good-slave', 'failover-stuck', 'no-master'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const { name, address, replicas } of groups) {
      // Without it the master's own priority would count.
      if (address === null) {
        missing.push(`${name}: no sentinel names its master`);
        continue;
      }
      const { values, missing: silent } = readAll(replicas, (n) => n.info);
      const eligible = values.filter(({ value }) => num(value, 'slave_priority') !== 0);
      if (eligible.length > 0) {
        // A hidden one is kept out of failovers on purpose.
        const excluded = values
          .filter((v) => !eligible.includes(v) && v.value.replica_announced !== '0')
          .map((v) => v.server);
        seen.push(...excluded.map((node) => neverPromoted(node, name, idsOf(eligible.map((v) => v.server)))));
        continue;
      }
      missing.push(...silent);
      if (values.length === 0) continue;
      // In the order in which status names them.
      const nodes = values.map((v) => v.server).toSorted((a, b) => byNumber(a.id, b.id));
      const brief = nodes.map(({ id }) => `${id} ${excludedWords({ by: 'priority' })}`).join('; ');
      const others =
        silent.length > 0 ? `; ${silent.length} more ${silent.length === 1 ? 'does' : 'do'} not answer` : '';
      const evidence = `no replica can be promoted: replica-priority is 0 at ${idsOf(nodes)}${others}`;
      seen.push({
        subject: idsOf(nodes),
        brief,
        evidence,
        message: evidence,
        fix: nodes.flatMap((n) => setConfig(n, 'replica-priority', 100)),
      });
    }
    return judged(seen, missing);
  },
  files: (project) =>
    judgeNodeGroups(project, ({ nodes, master }) => {
      const replicas = nodes.filter((n) => n !== master);
      const [first] = replicas;
      if (first === undefined || !replicas.every((n) => settingOf(n, 'replica-priority') === '0')) return [];
      return [
        {
          subject: idsOf(replicas),
          message: `replica-priority 0 at every replica: none can be promoted`,
          fix: ['replica-priority 100'],
          at: lineOr(first, 'replica-priority'),
        },
      ];
    }),
} satisfies Check;

/** One that has it while another has not: a failover works, with fewer to choose from. */
const neverPromoted = (node: GatheredNode, masterName: string, others: string): RawFinding => ({
  subject: node.id,
  masterName,
  severity: 'warning',
  impact: 'risk',
  message: `${node.id} is never promoted (replica-priority 0)`,
  consequence: `only ${others} can replace the master`,
  fix: setConfig(node, 'replica-priority', 100),
});
