import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { comparing, judgeNodeGroups } from '../files/judge.js';
import type { FileServer } from '../files/project.js';
import { nodeFiles } from '../files/project.js';
import { lastOf, persists, place } from '../files/settings.js';
import { setConfig } from '../fixes.js';
import { groupsOf, idsOf, judged, readAll } from '../group.js';

export default {
  id: 'persistence-skew',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'data',
  part: 'disk',
  title: 'some data nodes write to disk, others do not',
  consequence: 'whether data survives a restart depends on which node is master, and a failover changes that',
  explanation:
    'Roles change, configuration does not. If the master does not write to disk, for speed, and its replicas do, ' +
    'the first failover reverses that. It is a valid choice; but then a master without persistence must never be ' +
    'restarted automatically.',
  remedy: ['CONFIG SET appendonly yes on the nodes without persistence, and CONFIG REWRITE'],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ (Safety of replication when master has persistence turned off)',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const { nodes } of groups) {
      const { values, missing: silent } = readAll(nodes, (n) => n.config);
      missing.push(...silent);
      const keeps = values.filter(({ value }) => value.appendonly === 'yes' || (value.save ?? '') !== '');
      const not = values.filter((v) => !keeps.includes(v)).map((v) => v.server);
      if (keeps.length === 0 || not.length === 0) continue;
      seen.push({
        subject: idsOf(not),
        // The procedure's own layout: a fast master, replicas that keep the data.
        severity: gathered.own ? 'info' : 'warning',
        message: `save "" and appendonly no, while ${keeps.map((k) => k.server.id).join(', ')} write${keeps.length === 1 ? 's' : ''} to disk`,
        fix: not.flatMap((n) => setConfig(n, 'appendonly', 'yes')),
      });
    }
    return judged(seen, missing);
  },
  files(project) {
    return comparing(
      nodeFiles(project),
      judgeNodeGroups(project, ({ nodes }) => {
        const without = nodes.filter((n) => !persists(n));
        const keeping = nodes.filter(persists);
        const [first] = without;
        if (first === undefined || keeping.length === 0) return [];
        return [
          {
            subject: idsOf(without),
            // A fast master whose replicas keep the data is a layout that can be chosen.
            severity: 'info' as const,
            message: `save "" and appendonly no, while ${idsOf(keeping)} write${keeping.length === 1 ? 's' : ''} to disk`,
            fix: ['appendonly yes'],
            at: saysSo(first),
          },
        ];
      }),
    );
  },
} satisfies Check;

/** Where a server says that it writes nothing, else where it is described. */
const saysSo = (server: FileServer): { file: string; line: number } => {
  const line = lastOf(server, 'save') ?? lastOf(server, 'appendonly');
  return line === undefined ? server.at : place(line);
};
