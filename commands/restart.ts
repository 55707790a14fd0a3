import { defineCommand } from '../src/cli/command.js';
import { actText } from '../src/report/text/act.js';
import { NODE } from './shared/node.js';
import { ownCluster } from './shared/runtime.js';

export default defineCommand({
  name: 'restart',
  summary: 'stop a node and start it again, guarded as start is',
  description:
    'A master that keeps nothing on disk is started again only after another one was promoted: back inside down-after it would be empty, and its replicas would copy that.',
  examples: ['sentinelctl restart redis-3', 'sentinelctl restart master'],
  arguments: [NODE],
  options: [{ flags: '--as-crashed', summary: 'start it as it was when it went down', flagOnly: true }],
  async run(context, { args: [node = ''], options }) {
    const { runtime, name: cluster } = await ownCluster(context, 'restart');
    const { act } = await import('../src/cluster/act.js');
    return act(runtime, {
      cluster,
      node,
      action: 'restart',
      asCrashed: options.asCrashed === true,
    });
  },
  render: actText,
});
