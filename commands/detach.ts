import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { detachText } from '../src/report/text/attach.js';
import { storeOf } from './shared/runtime.js';

export default defineCommand({
  description:
    'Forgets what attach wrote down on this machine. Nothing is asked of the cluster, and nothing changes there.',
  examples: ['sentinelctl detach staging'],
  arguments: [argument.required('NAME', { summary: 'the attached cluster', complete: 'cluster' })],
  async run(context, { args: [name] }) {
    const { detach } = await import('../src/cluster/attach.js');
    return detach(storeOf(context), name);
  },
  render: detachText,
});
