import type { RawFinding } from '../../check.js';
import { fileGroups } from '../groups.js';
import type { FileServer } from '../project.js';
import { nodeFiles } from '../project.js';
import { lastOf, persists, place, settingOf } from '../settings.js';
import { idsOf, merged, noNodeFile, type Rule } from './rule.js';

/** Where a server says that it writes nothing, else where it is described. */
const saysSo = (server: FileServer): { file: string; line: number } => {
  const line = lastOf(server, 'save') ?? lastOf(server, 'appendonly');
  return line === undefined ? server.at : place(line);
};

export const restartWipe: Rule = {
  id: 'restart-wipe',
  judge(project) {
    const nodes = nodeFiles(project);
    if (nodes.length === 0) return noNodeFile;
    const without = nodes.filter((n) => !persists(n));
    if (without.length > 0 && without.every((n) => n.service === null)) {
      return { skip: 'what starts the servers again is not in their configuration: a compose file tells' };
    }
    return without.flatMap((node) => {
      const restart = node.service?.restart;
      if (!restart || restart.policy === 'no') return [];
      const master = fileGroups(project).some((g) => g.master === node);
      return [
        {
          subject: node.id,
          message: `${master ? 'the master' : 'a data node that may become master'} keeps nothing on disk (save "", appendonly no), and restart: ${restart.policy} starts it again, empty`,
          fix: [`${node.id}: restart: "no"`, `or, in its configuration: appendonly yes`],
          at: { file: node.at.file, line: restart.line },
        },
      ];
    });
  },
};

export const persistenceSkew: Rule = {
  id: 'persistence-skew',
  judge(project) {
    const groups = fileGroups(project).filter((g) => g.nodes.length > 0);
    if (groups.length === 0) return noNodeFile;
    return groups.flatMap(({ nodes }) => {
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
    });
  },
};

export const stopGrace: Rule = {
  id: 'stop-grace',
  judge(project) {
    const nodes = nodeFiles(project).filter((n) => n.service !== null);
    if (nodes.length === 0) return { skip: 'needs a compose file: the time-out of a stop is there' };
    const seen = nodes.flatMap((node): RawFinding[] => {
      const grace = node.service?.stopGrace ?? null;
      const waits = Number(settingOf(node, 'shutdown-timeout') ?? 10);
      if (grace?.ms === null) return [];
      // Docker's default (compose-spec, stop_grace_period).
      const seconds = (grace?.ms ?? 10_000) / 1000;
      if (seconds > waits) return [];
      return [
        {
          subject: node.id,
          // Both are defaults that nobody chose.
          severity: grace === null ? 'info' : 'warning',
          message: `killed ${seconds} s after a stop${grace === null ? ' (the default)' : ''}, while shutdown-timeout lets it wait ${waits} s for its replicas`,
          fix: [`stop_grace_period: ${waits + 5}s`],
          at: { file: node.at.file, line: grace?.line ?? node.at.line },
        },
      ];
    });
    // What nobody wrote is told once.
    const [first] = seen.filter((s) => s.severity === 'info');
    return merged(seen.map((s) => (s.severity === 'info' && first?.at ? { ...s, at: first.at } : s)));
  },
};
