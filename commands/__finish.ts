import { defineCommand } from '../src/cli/command.js';

export default defineCommand({
  description:
    'Runs beside switchover, which gives it its task by a pipe, and ends with it. Started by sentinelctl itself.',
  examples: ['sentinelctl __finish --help'],
  async run(context) {
    const { standBy } = await import('../src/switchover/guard.js');
    return { finish: await standBy(context.clock) };
  },
  render: ({ finish }) => finish,
});
