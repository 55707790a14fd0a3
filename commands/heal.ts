import { defineCommand } from '../src/cli/command.js';
import type { RecoverResult } from '../src/faults/recover.js';
import { recoverAllText, recoverText } from '../src/report/text/faults.js';
import { ownCluster, runtimeOf } from './shared/runtime.js';

export default defineCommand<RecoverResult | { clusters: RecoverResult[] }>({
  name: 'heal',
  summary: 'take back what inject left in effect',
  description:
    'Takes back in reverse order, looks whether it is gone, and proves that everyone agrees again. Nothing to do is no error.',
  examples: ['sentinelctl heal', 'sentinelctl heal --all'],
  options: [{ flags: '--all', summary: 'every cluster known here', flagOnly: true }],
  async run(context, { options }) {
    const runtime = runtimeOf(context);
    if (options.all === true) {
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
