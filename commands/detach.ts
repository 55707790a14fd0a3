import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { usedCluster } from '../src/config/paths.js';
import { detachText } from '../src/report/text/attach.js';
import { storeOf } from './shared/target.js';

export default defineCommand({
  description:
    'Forgets what attach wrote down on this machine. Nothing is asked of the cluster, and nothing changes there.',
  examples: ['sentinelctl detach staging'],
  arguments: [argument.required('NAME', { summary: 'the attached cluster', complete: 'cluster' })],
  async run(context, { args: [name] }) {
    const { detach } = await import('../src/cluster/attach.js');
    const store = storeOf(context);
    const wasUsed = (await usedCluster(store.home)) === name;
    return { ...(await detach(store, name)), wasUsed };
  },
  render: detachText,
  rows: { columns: ['cluster', 'servers', 'wasUsed'], of: (result) => [result] },
});
