import { defineCommand } from '../src/cli/command.js';
import { actText } from '../src/report/text/act.js';
import { engineOf, ownCluster } from './shared/engine.js';
import { NODE } from './shared/node.js';

export default defineCommand({
  name: 'stop',
  summary: 'stop a node in an orderly way',
  description: 'SIGTERM, and SIGKILL when it has not ended after 15 s.',
  examples: ['sentinelctl stop redis-3', 'sentinelctl stop sentinel-1'],
  arguments: [NODE],
  async run(context, { args: [node = ''] }) {
    const cluster = await ownCluster(context, 'stop');
    const { act } = await import('../src/cluster/act.js');
    return act(engineOf(context), { cluster, node, action: 'stop', asCrashed: false });
  },
  render: actText,
});
