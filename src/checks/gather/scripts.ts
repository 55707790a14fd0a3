import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { logEnd } from '../../host/log-end.js';
import { scriptAt } from '../../host/script-file.js';
import type { Fields, GatheredSentinel, Got, ScriptFailure } from '../../model/gathered.js';
import { settingOf } from '../files/settings.js';
import { linesOf } from '../sentinels.js';

/** The names under which SENTINEL MASTER gives them. */
const SCRIPTS = ['notification-script', 'client-reconfig-script'];

type Sentinel = Pick<GatheredSentinel, 'masters' | 'life'>;

const pathsOf = ({ masters }: Sentinel): string[] => [
  ...new Set(
    (masters.ok ? masters.value : []).flatMap((m) => SCRIPTS.flatMap((name) => m.fields[name] ?? [])),
  ),
];

/** Looks at the scripts that a sentinel is to call, where it is a process of this machine. Never rejects. */
export async function scriptsOf(sentinel: Sentinel): Promise<Got<Fields>> {
  const { masters, life } = sentinel;
  if (!masters.ok) return masters;
  if (!life.ok) return life;
  if (life.value.kind !== 'process') return { ok: false, why: 'not asked: it runs in a container' };
  const entries = pathsOf(sentinel).map(async (path) => [path, await scriptAt(path)] as const);
  return { ok: true, value: Object.fromEntries(await Promise.all(entries)) };
}

/** `PID:X 28 Nov 2026 12:00:00.000 # -script-error /path 0 2`: by signal, exit code; `-script-timeout /path PID` (sentinel.c). */
const FAILED = /^\d+:X (\d+ \w+ \d+ [\d:.]+) # -script-(?:error (.+) (\d+) (\d+)|timeout (.+) \d+)$/;

/** What failed before this, in milliseconds, says little of the next event. */
const RECENT_MS = 86_400_000;

/**
 * Which of its scripts failed of late, by the log of a sentinel that is a process of this machine: no command tells of a
 * failure that is not retried. What failed before the script was last changed does not count. Never rejects.
 */
export async function scriptFailuresOf(
  sentinel: Sentinel & Pick<GatheredSentinel, 'conf' | 'id'>,
  nowMs: number,
): Promise<ScriptFailure[]> {
  const { life } = sentinel;
  const paths = pathsOf(sentinel);
  const lines = linesOf(sentinel as GatheredSentinel);
  const logfile = lines === null ? undefined : settingOf(lines, 'logfile');
  if (paths.length === 0 || !logfile || lines === null || !life.ok || life.value.kind !== 'process')
    return [];
  const log = await logEnd(resolve(settingOf(lines, 'dir') ?? '/', logfile));
  const failures = log.flatMap((line) => {
    const [, at = '', failed, signal, code, slow] = FAILED.exec(line) ?? [];
    const path = failed ?? slow;
    const ended = signal === '0' ? `exit code ${code}` : `signal ${signal}`;
    const how = failed === undefined ? 'took longer than 60 s' : ended;
    return path === undefined ? [] : [{ path, atMs: Date.parse(at), at, how }];
  });
  const found = await Promise.all(
    paths.map(async (path): Promise<ScriptFailure[]> => {
      const changedMs = (await stat(path).catch(() => null))?.mtimeMs ?? 0;
      const theirs = failures.filter(
        (f) => f.path === path && f.atMs > changedMs && nowMs - f.atMs < RECENT_MS,
      );
      const last = theirs.at(-1);
      return last === undefined ? [] : [{ path, times: theirs.length, last: `${last.at}, ${last.how}` }];
    }),
  );
  return found.flat();
}
