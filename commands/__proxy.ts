import { readFile } from 'node:fs/promises';
import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import type { ProxyTask } from '../src/drivers/proxy-process.js';
import { readIfThere } from '../src/host/files.js';

/** How often it checks that its file still exists, in milliseconds; it ends when its cluster's directory is removed. */
const LOOK_EVERY_MS = 1000;

export default defineCommand({
  description:
    'Started by the fault slow-network, which writes its task to a file. Ends by itself when its time is over.',
  examples: ['sentinelctl __proxy --help'],
  arguments: [argument.required('FILE', { summary: 'the task, written by sentinelctl', complete: 'file' })],
  async run(context, { args: [path] }) {
    const task = JSON.parse(await readFile(path, 'utf8')) as ProxyTask;
    const { openDelayProxy } = await import('../src/drivers/delay-proxy.js');
    const { until } = await import('../src/until.js');
    const { LISTENING } = await import('../src/drivers/proxy-process.js');
    const proxy = await openDelayProxy(task, context.clock);
    try {
      await context.write(`${LISTENING}\n`);
      await until(async () => ((await readIfThere(path)) === undefined ? true : undefined), {
        clock: context.clock,
        everyMs: LOOK_EVERY_MS,
        deadlineMs: Math.max(0, task.endsAtMs - context.clock.wallMs()),
        signal: context.signal,
      });
      return { tag: task.tag };
    } finally {
      await proxy.close();
    }
  },
  render: ({ tag }) => `the proxy of ${tag} has ended`,
});
