import type { Fields } from '../../model/gathered.js';
import { memoryIn } from '../../model/memory.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { comparing, judgeNodeGroups } from '../files/judge.js';
import type { FileServer } from '../files/project.js';
import { nodeFiles } from '../files/project.js';
import { bytesOf, lineOr, settingOf } from '../files/settings.js';
import { setConfig } from '../fixes.js';
import { bytes, groupsOf, judged, num, readAll } from '../group.js';
import { isFull } from './master-full.js';

const DIRECTIVES = ['maxmemory', 'maxmemory-policy'] as const;

export default {
  id: 'maxmemory-skew',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'data',
  part: 'disk',
  title: 'data nodes differ in maxmemory or maxmemory-policy',
  consequence:
    'the difference shows only after a failover: a replica ignores its own limit, and evicts keys or refuses writes as soon as it becomes master',
  explanation:
    'A replica leaves evictions to its master (replica-ignore-maxmemory yes), so its own limit and policy ' +
    'have no effect until it is promoted.',
  remedy: ['give every data node of a group the same maxmemory and maxmemory-policy'],
  sources: ['redis.conf: replica-ignore-maxmemory', 'evict.c: performEvictions'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const { nodes, master } of groups) {
      const { values, missing: silent } = readAll(nodes, (n) => n.config);
      missing.push(...silent);
      const first = values.find((v) => v.server === master) ?? values[0];
      if (first === undefined) continue;
      // A full master's limit is not the model: the node with the most room is. 0 is unlimited.
      const memory = master?.info.ok ? memoryIn(new Map(Object.entries(master.info.value))) : undefined;
      const isModel = memory === undefined || !isFull(memory);
      const room = ({ value }: { value: Fields }): number =>
        num(value, 'maxmemory') || Number.POSITIVE_INFINITY;
      const roomiest = values.reduce((best, v) => (room(v) > room(best) ? v : best), first);
      for (const directive of DIRECTIVES) {
        const model = !isModel && directive === 'maxmemory' ? roomiest : first;
        const right = model.value[directive];
        const show = (v: string | undefined): string =>
          directive === 'maxmemory' ? (v === '0' ? 'no limit' : bytes(Number(v))) : (v ?? '?');
        for (const { server, value } of values) {
          if (right === undefined || value[directive] === undefined || value[directive] === right) continue;
          seen.push({
            subject: server.id,
            message: `${directive} ${show(value[directive])} here, ${show(right)} at ${model.server.id}${model.server === master ? ', the master' : ''}`,
            fix: setConfig(server, directive, right),
          });
        }
      }
    }
    return judged(seen, missing);
  },
  files: (project) =>
    comparing(
      nodeFiles(project),
      judgeNodeGroups(project, ({ nodes, master }) => {
        const model = master ?? nodes[0];
        if (model === undefined) return [];
        return (['maxmemory', 'maxmemory-policy'] as const).flatMap((name) => {
          const usual = name === 'maxmemory' ? '0' : 'noeviction';
          const of = (n: FileServer): string => settingOf(n, name) ?? usual;
          const same = (a: string, b: string): boolean =>
            a === b || (bytesOf(a) !== undefined && bytesOf(a) === bytesOf(b));
          return nodes
            .filter((n) => !same(of(n), of(model)))
            .map((n) => ({
              subject: n.id,
              message: `${name} ${of(n)} here, ${of(model)} at ${model.id}`,
              fix: [`${name} ${of(model)}`],
              at: lineOr(n, name),
            }));
        });
      }),
    ),
} satisfies Check;
