import type { Check, Seen } from '../check.js';
import { cli, silentSentinels } from '../evidence.js';
import { groupsOf, idsOf, judged, readAll } from '../group.js';
import { wantsPassword } from '../passwords.js';
import { settingOf } from '../set-config.js';

export default {
  id: 'masterauth-missing',
  severity: 'critical',
  group: 'authentication',
  title: 'a data node has no password for its master',
  consequence:
    'it can not link to a master that wants one: a replica gets no data, and a master that was replaced never rejoins (measured)',
  explanation:
    'requirepass is what a node asks of others, masterauth what it says to its own master. Every node needs both, the ' +
    'present master as well: after a failover it is a replica. The log of a node without says NOAUTH Authentication ' +
    'required, or Unable to AUTH to MASTER.',
  remedy: ['CONFIG SET masterauth PASSWORD and CONFIG REWRITE at every data node'],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ (Setting a replica to authenticate to a master)',
    'measured',
  ],
  causes: ['link-down', 'replica-orphan', 'no-good-slave', 'lag', 'failover-stuck'],
  run(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const missing: string[] = [];
    const seen = groups.flatMap(({ name, nodes }): Seen[] => {
      const { values, missing: untold } = readAll(nodes, (n) => n.config);
      missing.push(...untold);
      const wanting = nodes.filter((n) => wantsPassword(n) === true);
      if (wanting.length === 0) return [];
      const without = values
        .filter(({ server, value }) => {
          const others = wanting.some((n) => n !== server);
          return others && !settingOf(value, 'masterauth', 'primaryauth');
        })
        .map(({ server }) => server);
      if (without.length === 0) return [];
      return [
        {
          subject: idsOf(without),
          message: `${idsOf(wanting)} of ${name} want a password, and masterauth is not set at ${idsOf(without)}`,
          fix: without.flatMap((node) => [
            cli(node, `CONFIG SET masterauth "<the master's password>"`),
            cli(node, 'CONFIG REWRITE'),
          ]),
          repairs: without.map((node) => ({ kind: 'masterauth', node: node.id })),
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;
