import type { DoctorResult, Finding } from '../../src/checks/index.js';
import type { Context } from '../../src/cli/context.js';
import type { Repair, Repaired } from '../../src/model/repair.js';
import { type FixOptions, fixAgain } from './cut-off.js';
import { ownCluster } from './runtime.js';

/**
 * Applies the safe repairs of findings: of warnings and worse, and of information only if `--only` names its check,
 * since such a setting may be a deliberate trade-off. Asks before each on a terminal. Throws `attached` (3) for a
 * cluster that sentinelctl did not create.
 */
export async function fixFindings(
  context: Context,
  result: DoctorResult,
  options: FixOptions & { dryRun: boolean },
): Promise<Repaired[]> {
  const { only, dryRun } = options;
  const { runtime, state, name } = await ownCluster(context, 'doctor --fix');
  const repairs = repairsIn(result.findings, only);
  if (repairs.length === 0) return [];
  const [{ repairAll }, { sentenceOf }] = await Promise.all([
    import('../../src/faults/repair.js'),
    import('../../src/checks/index.js'),
  ]);
  const { prompts, globals, progress } = context;
  const confirm = async (does: string, repair: Repair): Promise<boolean> => {
    if (prompts === null || globals.yes) return true;
    // The user decides on the finding, so it is shown before the question.
    const why = allFindings(result.findings).find((f) => f.repairs.some((r) => isSame(r, repair)));
    if (why !== undefined) progress({ type: 'note', level: 'info', text: `${why.id}: ${sentenceOf(why)}` });
    return prompts.confirm(`${does}?`);
  };
  const again = fixAgain(name, options, state.plan.attached === true ? name : null);
  return repairAll(runtime, state, { repairs, dryRun, confirm, again });
}

/** In the order of the findings, each once. */
function repairsIn(findings: readonly Finding[], named: readonly string[]): Repair[] {
  const all = allFindings(findings)
    .filter((f) => f.severity !== 'info' || named.includes(f.id))
    .flatMap((f) => f.repairs);
  return all.filter((repair, i) => all.findIndex((other) => isSame(other, repair)) === i);
}

const allFindings = (findings: readonly Finding[]): Finding[] =>
  findings.flatMap((f) => [f, ...f.consequences]);

const isSame = (a: Repair, b: Repair): boolean => JSON.stringify(a) === JSON.stringify(b);
