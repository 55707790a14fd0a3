import type { Context } from '../../src/cli/context.js';
import { endRun, noteRun } from '../../src/cluster/store/history.js';
import { stateHome } from '../../src/config/paths.js';
import type { BaselineComparison } from '../../src/failover/baseline.js';
import { recordRun, runRecordOf } from '../../src/failover/record-run.js';
import type { FailoverResult } from '../../src/observe/result.js';
import { FAILOVER_FORMATS } from '../../src/report/formats.js';
import { noteWritten, planReports, writeReports } from './write-reports.js';

/** Where a run's result goes. */
export interface Keeper {
  /** Whether the HTML report is among what it writes. */
  writesPage: boolean;
  /** Between trials: the result so far, in the machine-readable formats, so that a killed run leaves it. */
  soFar(result: FailoverResult): Promise<void>;
  /** The whole result, in every format that was asked for, and into the history. */
  final(
    result: FailoverResult,
    baseline: FailoverResult | null,
    comparison: BaselineComparison | null,
  ): Promise<void>;
  /** The run ended without a result. */
  close(cluster: string): Promise<void>;
}

/** Checks the destination before anything is done. Throws what planReports does. */
export async function openKeeper(context: Context, destination: string | undefined): Promise<Keeper> {
  const home = stateHome(context.env);
  const files = destination === undefined ? [] : await planReports(destination, FAILOVER_FORMATS);
  const machine = files.filter(({ format }) => files.length === 1 || format.id === 'json');
  let isNoted = false;
  return {
    writesPage: files.some(({ format }) => format.id === 'html'),
    async soFar(result) {
      const cut = { ...result, complete: false };
      await noteRun(home, result.cluster, runRecordOf(cut));
      isNoted = true;
      await writeReports(cut, machine);
    },
    async final(result, baseline, comparison) {
      await recordRun(home, result);
      await endRun(home, result.cluster);
      await writeReports(result, files, baseline, comparison);
      noteWritten(context, files);
    },
    async close(cluster) {
      // What another process noted is not ours to remove.
      if (isNoted) await endRun(home, cluster);
    },
  };
}
