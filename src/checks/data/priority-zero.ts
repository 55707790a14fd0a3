import { answers } from '../../model/facts.js';
import { excludedWords } from '../../model/promotable.js';
import type { NodeState } from '../../model/snapshot.js';
import { byNumber } from '../../model/words.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { setConfig } from '../fixes.js';
import { idsOf } from '../group.js';
import { judgeMasters, unanswered } from '../snapshot.js';

export default {
  id: 'priority-zero',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'no-failover',
  group: 'data',
  part: 'replication',
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
  live: (facts) =>
    judgeMasters(facts, [], (master, missing) => {
      const { nodes, refOf } = master;
      if (master.master === null) {
        // Without it the master's own priority would count.
        missing.push(`${master.name}: no sentinel names its master`);
        return [];
      }
      const { id } = refOf(master.master);
      const replicas = nodes.filter((n) => n.id !== id);
      // A master that was just started says none, and is a replica in a moment: the sentinels hold one of it.
      const said = replicas.filter(answers);
      const eligible = said.filter(({ answer }) => answer.priority !== 0);
      const excluded = said.filter((n) => !eligible.includes(n)).toSorted((a, b) => byNumber(a.id, b.id));
      if (eligible.length > 0)
        // A hidden one is kept out of failovers on purpose.
        return excluded
          .filter(({ answer }) => answer.hidden !== true)
          .map((node) => neverPromoted(node, idsOf(eligible)));
      const silent = replicas.filter((n) => !said.some((s) => s === n));
      missing.push(...unanswered(silent));
      return excluded.length === 0 ? [] : [noneOf(excluded, silent.length)];
    }),
  files: (project, { judgeNodeGroups, lineOr, settingOf }) =>
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
} satisfies SnapshotCheck;

/** All that answer have it. */
function noneOf(nodes: readonly NodeState[], silent: number): RawFinding {
  const others = silent > 0 ? `; ${silent} more ${silent === 1 ? 'does' : 'do'} not answer` : '';
  const evidence = `no replica can be promoted: replica-priority is 0 at ${idsOf(nodes)}${others}`;
  return {
    subject: idsOf(nodes),
    brief: nodes.map(({ id }) => `${id} ${excludedWords({ by: 'priority' })}`).join('; '),
    evidence,
    message: evidence,
    fix: nodes.flatMap((n) => setConfig(n, 'replica-priority', 100)),
  };
}

/** One that has it while another has not: a failover works, with fewer to choose from. */
const neverPromoted = (node: NodeState, others: string): RawFinding => ({
  subject: node.id,
  severity: 'warning',
  impact: 'risk',
  message: `${node.id} is never promoted (replica-priority 0)`,
  consequence: `only ${others} can replace the master`,
  fix: setConfig(node, 'replica-priority', 100),
});
