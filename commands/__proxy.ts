import { readFile } from 'node:fs/promises';
import { defineCommand } from '../src/cli/command.js';
import type { ProxyTask } from '../src/drivers/proxy-process.js';
import { readIfThere } from '../src/host/files.js';

/** How often it looks whether its file is still there, in milliseconds: with its cluster's directory it goes too. */
const LOOK_EVERY_MS = 1000;

export default defineCommand({
  name: '__proxy',
  summary: 'delay what is sent to a node, until it is ended',
  description:
    'Started by the fault slow-network, with what it is to do in a file. Ends itself when its time is over.',
  examples: ['sentinelctl __proxy --help'],
  arguments: [{ name: 'FILE', summary: 'what to do, written by sentinelctl', required: true }],
  hidden: true,
  async run(context, { args }) {
    const [path = ''] = args;
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
