import { scriptAt } from '../../host/script-file.js';
import type { Fields, GatheredSentinel, Got } from '../../model/gathered.js';

/** The names under which SENTINEL MASTER gives them. */
const SCRIPTS = ['notification-script', 'client-reconfig-script'];

/** Looks at the scripts that a sentinel is to call, where it is a process of this machine. Never rejects. */
export async function scriptsOf({
  masters,
  life,
}: Pick<GatheredSentinel, 'masters' | 'life'>): Promise<Got<Fields>> {
  if (!masters.ok) return masters;
  if (!life.ok) return life;
  if (life.value.kind !== 'process') return { ok: false, why: 'not asked: it runs in a container' };
  const paths = masters.value.flatMap((m) => SCRIPTS.flatMap((name) => m.fields[name] ?? []));
  const entries = [...new Set(paths)].map(async (path) => [path, await scriptAt(path)] as const);
  return { ok: true, value: Object.fromEntries(await Promise.all(entries)) };
}
