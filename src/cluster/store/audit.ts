import { join } from 'node:path';
import { appendLine, makePrivateDirectory, readIfThere } from '../../host/files.js';

/** The master of a cluster at one moment; null where the sentinels do not agree, or none answered. */
export type AuditedMaster = { id: string; address: string; runId: string | null } | null;

/** One action on a cluster that sentinelctl did not start. */
export interface AuditEntry {
  id: string;
  /** Wall clock, milliseconds since 1970. */
  atMs: number;
  /** The user of this machine who ran it. */
  user: string;
  cluster: string;
  masterName: string | null;
  /** What was allowed: `kill redis-1`. */
  what: string;
  /** The whole command line. */
  line: string[];
  before: { verdict: string; master: AuditedMaster };
  /** How it ended; null where it did not: it runs, or was killed. */
  end: { atMs: number; exitCode: number; master: AuditedMaster } | null;
}

type Line =
  | ({ type: 'begin' } & Omit<AuditEntry, 'end'>)
  | ({ type: 'end'; id: string } & NonNullable<AuditEntry['end']>);

const pathOf = (home: string): string => join(home, 'audit.ndjson');

/** On disk when this resolves: what cannot be written down is not done. Throws Node's own errors. */
export async function beginAudit(home: string, entry: Omit<AuditEntry, 'end'>): Promise<void> {
  await makePrivateDirectory(home);
  await append(home, { type: 'begin', ...entry });
}

export const endAudit = (home: string, id: string, end: NonNullable<AuditEntry['end']>): Promise<void> =>
  append(home, { type: 'end', id, ...end });

const append = (home: string, line: Line): Promise<void> =>
  appendLine(pathOf(home), JSON.stringify(line), 0o600);

/** Every action, the oldest first. A line that cannot be read is counted, and hides no other one. */
export async function readAudit(home: string): Promise<{ entries: AuditEntry[]; unreadable: number }> {
  const entries = new Map<string, AuditEntry>();
  let unreadable = 0;
  for (const text of ((await readIfThere(pathOf(home))) ?? '').split('\n').filter(Boolean)) {
    const line = parsed(text);
    const begun = line?.type === 'end' ? entries.get(line.id) : undefined;
    if (line?.type === 'begin') {
      const { type: _, ...entry } = line;
      entries.set(entry.id, { ...entry, end: null });
    } else if (line?.type === 'end' && begun !== undefined) {
      const { type: _, id, ...end } = line;
      entries.set(id, { ...begun, end });
    } else unreadable += 1;
  }
  return { entries: [...entries.values()], unreadable };
}

function parsed(text: string): Line | null {
  try {
    const line = JSON.parse(text) as Partial<Line> | null;
    return typeof line?.id === 'string' && typeof line.atMs === 'number' ? (line as Line) : null;
  } catch {
    return null;
  }
}
