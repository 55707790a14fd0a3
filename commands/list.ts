import { defineCommand } from '../src/cli/command.js';
import { listText } from '../src/report/text/list.js';
import { LIST_ROWS } from '../src/report/tsv.js';
import { runtimeOf } from './shared/runtime.js';

export default defineCommand({
  examples: ['sentinelctl list', 'sentinelctl list --output tsv'],
  async run(context) {
    const { listClusters } = await import('../src/cluster/list.js');
    return { clusters: await listClusters(runtimeOf(context)) };
  },
  render: ({ clusters }, view) => listText(clusters, view),
  rows: LIST_ROWS,
});
