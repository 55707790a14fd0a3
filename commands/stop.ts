import { defineCommand } from '../src/cli/command.js';
import { actText } from '../src/report/text/act.js';
import { NODE } from './shared/node.js';
import { ownCluster } from './shared/runtime.js';

export default defineCommand({
  name: 'stop',
  summary: 'stop a node in an orderly way',
  description: 'SIGTERM, and SIGKILL when it has not ended after 15 s.',
  examples: ['sentinelctl stop redis-3', 'sentinelctl stop sentinel-1'],
  arguments: [NODE],
  async run(context, { args: [node = ''] }) {
    const { runtime, name: cluster } = await ownCluster(context, 'stop');
    const { act } = await import('../src/cluster/act.js');
    return act(runtime, { cluster, node, action: 'stop', asCrashed: false });
  },
  render: actText,
});
