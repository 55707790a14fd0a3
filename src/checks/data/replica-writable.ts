import type { Check, RawFinding } from '../check.js';
import { judgeNodeFiles } from '../files/judge.js';
import { settingLine } from '../files/logins.js';
import { lastOf, place } from '../files/settings.js';
import { setConfig } from '../fixes.js';
import { dataNodes, judged, readAll, settingIn } from '../group.js';

/** Of a master it is as true: once it is a replica. The same words, so that several nodes are one finding. */
const MESSAGE = 'replica-read-only no: a replica with it accepts writes that no other node gets';

export default {
  id: 'replica-writable',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'data',
  part: 'replication',
  title: 'a replica accepts writes from clients',
  consequence:
    'what a client writes to it by mistake is acknowledged, exists on no other node, and is lost with the next full resync',
  explanation:
    'With replica-read-only no a replica answers writes with OK instead of -READONLY. Such writes reach no ' +
    'other node, and a client that is still connected to a replaced master does not notice: its writes are ' +
    'discarded.',
  remedy: ['CONFIG SET replica-read-only yes and CONFIG REWRITE at every data node'],
  sources: ['redis.conf: replica-read-only'],
  causes: ['data-differs'],
  live(gathered) {
    const nodes = dataNodes(gathered);
    if (nodes.length === 0) return { skip: 'no data node is known' };
    const { values, missing } = readAll(nodes, (n) => n.config);
    const seen = values.flatMap(({ server, value }): RawFinding[] => {
      if (settingIn(value, 'replica-read-only', 'slave-read-only') !== 'no') return [];
      return [
        {
          subject: server.id,
          message: MESSAGE,
          fix: setConfig(server, 'replica-read-only', 'yes'),
        },
      ];
    });
    return judged(seen, missing);
  },
  files: (project) =>
    judgeNodeFiles(project, (nodes) =>
      nodes.flatMap((node): RawFinding[] => {
        const line = lastOf(node, 'replica-read-only');
        if (line?.args[0]?.toLowerCase() !== 'no') return [];
        return [
          {
            subject: node.id,
            message: MESSAGE,
            fix: [settingLine(node, 'replica-read-only yes')],
            at: place(line),
          },
        ];
      }),
    ),
} satisfies Check;
