import { defineCommand } from '../src/cli/command.js';
import { actText } from '../src/report/text/act.js';
import { NODE } from './shared/node.js';
import { ownCluster } from './shared/runtime.js';

export default defineCommand({
  name: 'start',
  summary: 'start a node, a data node as a replica of the master of this moment',
  description:
    'Guarded: an old master that is started as it was takes writes for about 10 s that are then lost. --as-crashed does that all the same.',
  examples: ['sentinelctl start redis-2', 'sentinelctl start redis-1 --as-crashed'],
  arguments: [NODE],
  options: [{ flags: '--as-crashed', summary: 'start it as it was when it went down', flagOnly: true }],
  async run(context, { args: [node = ''], options }) {
    const { runtime, name: cluster } = await ownCluster(context, 'start');
    const { act } = await import('../src/cluster/act.js');
    return act(runtime, { cluster, node, action: 'start', asCrashed: options.asCrashed === true });
  },
  render: actText,
});
