import type { Gathered } from '../../model/gathered.js';
import type { Check } from '../check.js';
import { chosen, type DiagnoseOptions, type DoctorResult, resultOf } from '../diagnose.js';
import { fold } from '../fold.js';
import { runChecks } from '../run.js';
import type { Project } from './project.js';
import { confSyntax, confUnknown } from './rules/syntax.js';
import { RULES } from './rules.js';

export type { Project } from './project.js';

/** Checks that only files can show; `explain` knows them too. */
export const FILE_CHECKS: readonly Check[] = [confSyntax.words, confUnknown.words];

/**
 * The checks that files can show, looking at files: ids, words, severities and causes are those of the checks of a
 * running cluster (`checks`), only what they look at is another.
 */
export function staticChecks(project: Project, checks: readonly Check[]): Check[] {
  const judges = new Map(RULES.map((rule) => [rule.id, rule.judge]));
  return [...FILE_CHECKS, ...checks].flatMap((check) => {
    const judge = judges.get(check.id);
    return judge === undefined ? [] : [{ ...check, overTime: false, live: () => judge(project) }];
  });
}

/** Judges configuration and compose files. Pure; `readProject` reads them. */
export function staticDiagnosis(
  project: Project,
  checks: readonly Check[],
  options: DiagnoseOptions = {},
): DoctorResult {
  const all = staticChecks(project, checks);
  const ran = runChecks(NOTHING, chosen(all, options));
  const folded = fold(ran.findings, all, new Set(project.servers.map((s) => s.id)));
  // What was not read was not judged: said, never passed.
  const unread = project.unread.map((why) => ({ id: 'files', why }));
  return resultOf(nameOf(project), folded, ran.checked.length, [...ran.skipped, ...unread], null, options);
}

/** The files, as they were given. */
function nameOf({ compose, servers }: Project): string {
  const configs = servers.filter((s) => s.service === null).map((s) => s.id);
  return [...(compose === null ? [] : [compose]), ...configs].join(', ');
}

/** No cluster was asked: these checks look at files. */
const NOTHING: Gathered = {
  takenAtMs: 0,
  cluster: '',
  own: false,
  driver: 'attached',
  masterName: null,
  sentinels: [],
  nodes: [],
  host: {
    ephemeralPorts: { ok: false, why: 'not asked' },
    openFilesLimit: { ok: false, why: 'not asked' },
    overcommitMemory: { ok: false, why: 'not asked' },
    transparentHugePages: { ok: false, why: 'not asked' },
  },
  lookups: [],
  watched: null,
  app: null,
};
