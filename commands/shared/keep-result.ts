import type { Context } from '../../src/cli/context.js';
import { stateHome } from '../../src/config/paths.js';
import { recordRun } from '../../src/failover/record-run.js';
import type { FailoverResult } from '../../src/observe/result.js';
import { planReports, writeFiles } from './write-reports.js';

/** Where a run's result goes. */
export interface Keeper {
  /** Between trials: what there is so far, so that a run that is killed leaves it. Only what a machine reads. */
  soFar(result: FailoverResult): Promise<void>;
  /** The whole, in every format that was asked for, and into the history. */
  final(result: FailoverResult): Promise<void>;
}

/** Looks at the destination before anything is done, so that a bad one costs nothing. Throws what planReports does. */
export async function openKeeper(context: Context, destination: string | undefined): Promise<Keeper> {
  const plan = destination === undefined ? null : await planReports(destination);
  const machine = plan?.files.filter(({ format }) => plan.files.length === 1 || format.id === 'json') ?? [];
  return {
    soFar: (result) => writeFiles({ ...result, complete: false }, machine),
    async final(result) {
      await recordRun(stateHome(context.env), result);
      if (plan === null) return;
      await writeFiles(result, plan.files);
      const text = `written: ${plan.files.map((f) => f.path).join(', ')}`;
      context.progress({ type: 'note', level: 'info', text });
    },
  };
}
