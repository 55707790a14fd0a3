import { defineCommand } from '../src/cli/command.js';
import { actText } from '../src/report/text/act.js';
import { engineOf, ownCluster } from './shared/engine.js';
import { NODE } from './shared/node.js';

export default defineCommand({
  name: 'pause',
  summary: 'freeze a node: it keeps its connections and answers nothing',
  examples: ['sentinelctl pause redis-3', 'sentinelctl pause sentinel-1'],
  arguments: [NODE],
  async run(context, { args: [node = ''] }) {
    const cluster = await ownCluster(context, 'pause');
    const { act } = await import('../src/cluster/act.js');
    return act(engineOf(context), { cluster, node, action: 'pause', asCrashed: false });
  },
  render: actText,
});
