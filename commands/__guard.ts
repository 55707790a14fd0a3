import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { runtimeOf } from './shared/runtime.js';

export default defineCommand({
  description: 'Runs beside inject --for, and ends with it. Started by sentinelctl itself.',
  examples: ['sentinelctl __guard 0123456789abcdef'],
  arguments: [argument.required('JOURNAL', { summary: 'the id of the journal that it watches' })],
  async run(context, { args: [id] }) {
    const { cluster } = context.globals;
    const { watchOver } = await import('../src/faults/guard.js');
    return { cluster, watch: await watchOver(runtimeOf(context), cluster, id) };
  },
  render: ({ cluster, watch }) =>
    watch === 'closed' ? `${cluster}: nothing to guard` : `${cluster}: healed`,
});
