import type { DiagnoseOptions, DoctorResult, Finding } from '../../src/checks/index.js';
import type { Context } from '../../src/cli/context.js';
import type { Repair, Repaired } from '../../src/model/repair.js';
import { engineOf, ownCluster } from './engine.js';

/**
 * Does what the findings offer and is safe: of warnings and worse, of information only where its check was named by
 * `--only`, since there a trade-off is somebody's choice. Asks before each where there is somebody to ask.
 * Throws `attached` (3) for a cluster that is not ours.
 */
export async function fixFindings(
  context: Context,
  result: DoctorResult,
  { only }: DiagnoseOptions,
  dryRun: boolean,
): Promise<Repaired[]> {
  const cluster = await ownCluster(context, 'doctor --fix');
  const repairs = repairsIn(result.findings, only ?? []);
  if (repairs.length === 0) return [];
  const { repairAll } = await import('../../src/faults/repair.js');
  const { prompts, globals } = context;
  const confirm = async (does: string): Promise<boolean> =>
    prompts === null || globals.yes || (await prompts.confirm(`${does}?`, true));
  return repairAll(engineOf(context), { cluster, repairs, dryRun, confirm });
}

/** In the order of the findings, each once. */
export function repairsIn(findings: readonly Finding[], named: readonly string[]): Repair[] {
  const all = findings
    .flatMap((f) => [f, ...f.consequences])
    .filter((f) => f.severity !== 'info' || named.includes(f.id))
    .flatMap((f) => f.repairs);
  const seen = new Set<string>();
  return all.filter((repair) => {
    const key = JSON.stringify(repair);
    return !seen.has(key) && seen.add(key).size > 0;
  });
}
