import { defineCommand } from '../src/cli/command.js';
import { actText } from '../src/report/text/act.js';
import { NODE } from './shared/node.js';
import { ownCluster } from './shared/runtime.js';

export default defineCommand({
  name: 'kill',
  summary: 'send SIGKILL to a node, as a crash would',
  description: 'A master that is killed is replaced after down-after; failover-test does that and times it.',
  examples: ['sentinelctl kill redis-2', 'sentinelctl kill master'],
  arguments: [NODE],
  async run(context, { args: [node = ''] }) {
    const { runtime, name: cluster } = await ownCluster(context, 'kill');
    const { act } = await import('../src/cluster/act.js');
    return act(runtime, { cluster, node, action: 'kill', asCrashed: false });
  },
  render: actText,
});
