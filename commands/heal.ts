import { defineCommand } from '../src/cli/command.js';
import type { RecoverResult } from '../src/faults/recover.js';
import { recoverAllText, recoverText } from '../src/report/text/faults.js';
import { ALL_CLUSTERS } from './shared/all-clusters.js';
import { ownCluster, runtimeOf } from './shared/runtime.js';

export default defineCommand({
  description:
    'Rolls the faults back in reverse order, checks that each is gone, and proves that all sentinels agree again. Exits 0 when there is nothing to do.',
  examples: ['sentinelctl heal', 'sentinelctl heal --all'],
  options: { all: ALL_CLUSTERS },
  async run(context, { options }): Promise<RecoverResult | { clusters: RecoverResult[] }> {
    const runtime = runtimeOf(context);
    if (options.all) {
      const { recoverAll } = await import('../src/faults/heal.js');
      return { clusters: await recoverAll(runtime, 'heal') };
    }
    const { name: cluster } = await ownCluster(context, 'heal');
    const { recover } = await import('../src/faults/recover.js');
    return recover(runtime, cluster, 'heal');
  },
  render: (result, view) =>
    'clusters' in result ? recoverAllText(result.clusters, view) : recoverText(result, view),
});
