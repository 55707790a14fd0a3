import { defineCommand } from '../src/cli/command.js';
import { actText } from '../src/report/text/act.js';
import { NODE } from './shared/node.js';
import { ownCluster } from './shared/runtime.js';

export default defineCommand({
  name: 'pause',
  summary: 'freeze a node: it keeps its connections and answers nothing',
  examples: ['sentinelctl pause redis-3', 'sentinelctl pause sentinel-1'],
  arguments: [NODE],
  async run(context, { args: [node = ''] }) {
    const { runtime, name: cluster } = await ownCluster(context, 'pause');
    const { act } = await import('../src/cluster/act.js');
    return act(runtime, { cluster, node, action: 'pause', asCrashed: false });
  },
  render: actText,
});
