import type { RawFinding, Skip } from '../../check.js';
import type { Project } from '../project.js';

/** What files can show of one check: its words are the check's own, only the looking is here. */
export interface Rule {
  /** The check's. */
  id: string;
  judge(project: Project): RawFinding[] | Skip;
}

export const idsOf = (servers: readonly { id: string }[]): string =>
  [...new Set(servers.map((s) => s.id))].join(', ');

/** The same line of one file that several servers read is told once, for all of them. */
export function merged(all: RawFinding[]): RawFinding[] {
  const byKey = new Map<string, RawFinding>();
  for (const seen of all) {
    const key = JSON.stringify([seen.message, seen.fix, seen.at]);
    const first = byKey.get(key);
    const subjects = new Set([...(first?.subject.split(', ') ?? []), ...seen.subject.split(', ')]);
    byKey.set(key, { ...seen, subject: [...subjects].join(', ') });
  }
  return [...byKey.values()];
}

/** Rules about sentinels have nothing to say without one. */
export const noSentinelFile: Skip = { skip: 'no sentinel configuration was given' };
export const noNodeFile: Skip = { skip: 'no configuration of a data node was given' };
