import { defineCommand } from '../src/cli/command.js';
import type { RecoverResult } from '../src/faults/recover.js';
import { recoverAllText, recoverText } from '../src/report/text/faults.js';
import { ALL_CLUSTERS } from './shared/all-clusters.js';
import { ownCluster, runtimeOf } from './shared/runtime.js';

export default defineCommand({
  description:
    'Reads the journal of the interrupted run → rolls its changes back in reverse order → starts the nodes that are down →\n' +
    'proves that all sentinels agree again. Also works after a reboot, and after a manual repair. Exits 0 when there is\n' +
    'nothing to do. Can be interrupted and run again. Removes the scratch clusters of an interrupted chaos run.',
  examples: ['sentinelctl recover', 'sentinelctl recover --all'],
  options: { all: ALL_CLUSTERS },
  async run(context, { options }): Promise<RecoverResult | { clusters: RecoverResult[] }> {
    const runtime = runtimeOf(context);
    const { removeAbandoned } = await import('../src/cluster/scratch.js');
    const removed = await removeAbandoned(runtime);
    const { cluster: named, clusterGiven } = context.globals;
    // The default cluster need not exist when scratch clusters were removed.
    const isAll = removed.length > 0 && !clusterGiven && !(await runtime.store.list()).includes(named);
    if (options.all || isAll) {
      const { recoverAll } = await import('../src/faults/heal.js');
      return { clusters: await recoverAll(runtime, 'recover') };
    }
    const { name: cluster } = await ownCluster(context, 'recover');
    const { recover } = await import('../src/faults/recover.js');
    return recover(runtime, cluster, 'recover');
  },
  render: (result, view) =>
    'clusters' in result ? recoverAllText(result.clusters, view) : recoverText(result, view),
});
