import { defineCommand } from '../src/cli/command.js';
import type { RecoverResult } from '../src/faults/recover.js';
import { recoverAllText, recoverText } from '../src/report/text/faults.js';
import { ALL_CLUSTERS } from './shared/all-clusters.js';
import { ownCluster, runtimeOf } from './shared/runtime.js';

export default defineCommand({
  description:
    'Reads the journal of the run that died → takes back in reverse order what it had begun → starts what is down → proves\n' +
    'that everyone agrees again. Also after a restart of the machine, and where somebody healed by hand. Nothing to do is\n' +
    'no error. It can be interrupted and run again. Scratch clusters of a chaos run that died are removed.',
  examples: ['sentinelctl recover', 'sentinelctl recover --all'],
  options: { all: ALL_CLUSTERS },
  async run(context, { options }): Promise<RecoverResult | { clusters: RecoverResult[] }> {
    const runtime = runtimeOf(context);
    const { removeAbandoned } = await import('../src/cluster/scratch.js');
    const removed = await removeAbandoned(runtime);
    const { cluster: named, clusterGiven } = context.globals;
    // Scratch clusters were all that there was here.
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
