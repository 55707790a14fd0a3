import { defineCommand } from '../src/cli/command.js';
import type { Watch } from '../src/faults/guard.js';
import { runtimeOf } from './shared/runtime.js';

export default defineCommand<{ cluster: string; watch: Watch }>({
  name: '__guard',
  summary: 'heal a cluster whose run has died when its time has come',
  description: 'Runs beside inject --for, and ends with it. Started by sentinelctl itself.',
  examples: ['sentinelctl __guard 0123456789abcdef'],
  hidden: true,
  arguments: [{ name: 'JOURNAL', summary: 'the id of the journal that it watches over', required: true }],
  async run(context, { args: [id = ''] }) {
    const { cluster } = context.globals;
    const { watchOver } = await import('../src/faults/guard.js');
    return { cluster, watch: await watchOver(runtimeOf(context), cluster, id) };
  },
  render: ({ cluster, watch }) =>
    watch === 'closed' ? `${cluster}: nothing to guard` : `${cluster}: healed`,
});
