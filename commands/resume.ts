import { defineCommand } from '../src/cli/command.js';
import { actText } from '../src/report/text/act.js';
import { NODE } from './shared/node.js';
import { ownCluster } from './shared/runtime.js';

export default defineCommand({
  name: 'resume',
  summary: 'thaw a node that was paused',
  examples: ['sentinelctl resume redis-3', 'sentinelctl resume sentinel-1'],
  arguments: [NODE],
  async run(context, { args: [node = ''] }) {
    const { runtime, name: cluster } = await ownCluster(context, 'resume');
    const { act } = await import('../src/cluster/act.js');
    return act(runtime, { cluster, node, action: 'resume', asCrashed: false });
  },
  render: actText,
});
