import { defineCommand } from '../src/cli/command.js';
import { actText } from '../src/report/text/act.js';
import { engineOf, ownCluster } from './shared/engine.js';
import { NODE } from './shared/node.js';

export default defineCommand({
  name: 'kill',
  summary: 'send SIGKILL to a node, as a crash would',
  description: 'A master that is killed is replaced after down-after; failover-test does that and times it.',
  examples: ['sentinelctl kill redis-2', 'sentinelctl kill master'],
  arguments: [NODE],
  async run(context, { args: [node = ''] }) {
    const cluster = await ownCluster(context, 'kill');
    const { act } = await import('../src/cluster/act.js');
    return act(engineOf(context), { cluster, node, action: 'kill', asCrashed: false });
  },
  render: actText,
});
