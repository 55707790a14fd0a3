import { defineCommand } from '../src/cli/command.js';
import { duration } from '../src/config/parsers.js';
import type { InjectResult } from '../src/faults/inject.js';
import { injectText } from '../src/report/text/faults.js';
import { ownCluster } from './shared/runtime.js';

const MOST_MS = 3_600_000;

export default defineCommand<InjectResult & { told: boolean }>({
  name: 'inject',
  summary: 'inject a fault; with --for it is taken back in the end',
  description:
    'Looks whether the cluster is steady → writes down how to take it back → does it. With --for it stays, tells what\n' +
    'happens, and heals in the end or at Ctrl-C. Without it the fault is left in effect: heal takes it back, and other\n' +
    'commands that change the cluster refuse until then. faults lists what there is.',
  examples: [
    'sentinelctl inject replica-kill --for 2s',
    'sentinelctl inject freeze redis-3 --for 1s',
    'sentinelctl inject misconf --dry-run',
  ],
  arguments: [
    { name: 'FAULT', summary: 'a name that faults lists', required: true },
    { name: 'TARGET', summary: 'what it hits: see faults FAULT', required: false, variadic: true },
  ],
  options: [
    {
      flags: '--for <duration>',
      summary: 'take it back after so long',
      parse: duration('--for', { minMs: 1, maxMs: MOST_MS }, '10s'),
      defaultText: 'until healed',
      flagOnly: true,
    },
    {
      flags: '--delay <duration>',
      summary: 'slow-network: how much longer everything takes',
      parse: duration('--delay', { minMs: 1, maxMs: 60_000 }, '100ms'),
      defaultText: '100ms',
    },
    {
      flags: '--jitter <duration>',
      summary: 'slow-network: up to so much more',
      parse: duration('--jitter', { minMs: 0, maxMs: 60_000 }, '50ms'),
      defaultText: '0ms',
    },
    { flags: '--dry-run', summary: 'print exactly what would be done, and do nothing', flagOnly: true },
    {
      flags: '--force',
      summary: 'also where the cluster is not steady, and beyond a minority',
      flagOnly: true,
    },
  ],
  async run(context, { args: [fault = '', ...targets], options }) {
    const { runtime, name: cluster } = await ownCluster(context, 'inject');
    const { inject } = await import('../src/faults/inject.js');
    const result = await inject(runtime, {
      cluster,
      fault,
      targets,
      forMs: (options.for as number | undefined) ?? null,
      delayMs: options.delay as number | undefined,
      jitterMs: options.jitter as number | undefined,
      dryRun: options.dryRun === true,
      force: options.force === true,
    });
    return { ...result, told: !context.globals.quiet };
  },
  cutOff:
    'left at once: what was injected may be in effect\n→ sentinelctl recover puts it back; sentinelctl status shows it',
  render: injectText,
  toJson: ({ told: _, ...result }) => result,
});
