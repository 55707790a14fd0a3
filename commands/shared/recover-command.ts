import { type CommandDef, defineCommand } from '../../src/cli/command.js';
import type { RecoverResult } from '../../src/faults/recover.js';
import { recoverAllText, recoverText } from '../../src/report/text/faults.js';
import { RECOVER_ROWS } from '../../src/report/tsv.js';
import { ALL_CLUSTERS } from './all-clusters.js';
import { CUT_OFF } from './cut-off.js';
import { ownCluster, runtimeOf } from './runtime.js';

/** `recover`, and `heal`, its other name. */
export const recoverCommand = (name: 'recover' | 'heal'): CommandDef =>
  defineCommand({
    description:
      'heal and recover are two names of one command. It reads the journal of the fault that inject left active, or of the\n' +
      'interrupted run → rolls the changes back in reverse order → starts the nodes that are down → proves that all sentinels\n' +
      'agree again → removes the keys of the run. Also works after a reboot, and after a manual repair. Exits 0 when there is\n' +
      'nothing to do. Can be interrupted and run again. Removes the scratch clusters of an interrupted chaos run.',
    examples: [`sentinelctl ${name}`, `sentinelctl ${name} --all`],
    options: { all: ALL_CLUSTERS },
    async run(context, { options }): Promise<RecoverResult | { clusters: RecoverResult[] }> {
      const runtime = runtimeOf(context);
      const { removeAbandoned } = await import('../../src/cluster/scratch.js');
      const removed = await removeAbandoned(runtime);
      const { cluster: named, clusterGiven } = context.globals;
      // The default cluster need not exist when scratch clusters were removed.
      const isAll = removed.length > 0 && !clusterGiven && !(await runtime.store.list()).includes(named);
      if (options.all || isAll) {
        const { recoverAll } = await import('../../src/faults/recover-all.js');
        return { clusters: await recoverAll(runtime, name) };
      }
      const { state } = await ownCluster(context, name);
      const { recover } = await import('../../src/faults/recover.js');
      return recover(runtime, state, name);
    },
    cutOff: CUT_OFF,
    render: (result, view) =>
      'clusters' in result ? recoverAllText(result.clusters, view) : recoverText(result, view),
    rows: RECOVER_ROWS,
  });
