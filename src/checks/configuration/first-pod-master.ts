import type { Check, RawFinding } from '../check.js';
import { fileGroups } from '../files/groups.js';
import { judgeWorkloads } from '../files/kube/facts.js';
import { keepsAddressOf, STAYING_NAMES } from '../files/kube/kept-address.js';
import { followsOf } from '../files/settings.js';

export default {
  id: 'first-pod-master',
  needs: 'files',
  severity: 'info',
  impact: 'none',
  group: 'configuration',
  part: 'starts',
  title: 'the first pod starts as the master each time',
  consequence:
    'after a failover, a restart of this pod makes a second master until the sentinels make it a replica, 8 s and more: what clients write to it in that time is lost; where all pods restart together, it is the master with the data that it had',
  explanation:
    'The number of the pod alone says who is the master. A failover writes the new roles into the configuration files ' +
    '(CONFIG REWRITE), and a start that begins with the same files again forgets them. The sentinels repair that, ' +
    'once they have seen the pod as a master for four of their messages. A start script that asks a sentinel for the ' +
    'master first, or a file that stays in a volume, begins with the right role.',
  remedy: [
    'a start script that asks a sentinel: SENTINEL GET-MASTER-ADDR-BY-NAME NAME, and adds replicaof where another pod answers',
    'or keep the file in a volume, and write it only where it is missing',
  ],
  sources: [
    'sentinel.c: sentinelRefreshInstanceInfo (a replica that claims to be master), createSentinelAddr',
    'https://github.com/bitnami/charts/issues/1682',
  ],
  causes: ['dynamic-ip', 'sentinel-state-lost'],
  files: (project) =>
    judgeWorkloads(project, () =>
      fileGroups(project).flatMap(({ name, monitors, nodes, master }): RawFinding[] => {
        const isReplaced = master?.atRestart?.file === 'replaced' && followsOf(master) === null;
        if (master === undefined || !isReplaced || monitors.length === 0 || nodes.length < 2) return [];
        const asks = `its start script: redis-cli -h <a sentinel> -p 26379 SENTINEL GET-MASTER-ADDR-BY-NAME ${name}, and replicaof with the answer where it is another pod`;
        const keeping = monitors.filter((m) => keepsAddressOf(master, m));
        const [first] = keeping;
        if (first !== undefined)
          return [
            {
              subject: master.id,
              severity: 'critical',
              impact: 'at-risk',
              message: `its pod returns at another address, as a master: no line makes it a replica, and ${keeping.map((m) => m.server.id).join(', ')} keep the address that ${first.host} had`,
              consequence:
                'the sentinels call the old address down, and never learn of the pod that is back: two masters once a replica is promoted, and writes to the one that they do not know are lost',
              fix: [asks, ...STAYING_NAMES],
              at: master.at,
            },
          ];
        return [
          {
            subject: master.id,
            message: 'it starts as the master each time, also after another pod has become the master',
            fix: [asks],
            at: master.at,
          },
        ];
      }),
    ),
} satisfies Check;
