import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import { injectText } from '../src/report/text/faults.js';
import { ownCluster } from './shared/runtime.js';
import { CUT_OFF } from './shared/verdict.js';

export default defineCommand({
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
    argument.required('FAULT', { summary: 'the name of a fault; sentinelctl faults lists them' }),
    argument.rest('TARGET', { summary: 'the nodes or links that it affects: see faults FAULT' }),
  ],
  options: {
    forMs: option.duration('--for <duration>', {
      summary: 'roll the fault back after this long',
      otherwise: 'until healed',
      minMs: 1,
      maxMs: 3_600_000,
      example: '10s',
      flagOnly: true,
    }),
    delayMs: option.duration('--delay <duration>', {
      summary: 'slow-network: added to the latency of every packet',
      otherwise: '100ms',
      minMs: 1,
      maxMs: 60_000,
      example: '100ms',
    }),
    jitterMs: option.duration('--jitter <duration>', {
      summary: 'slow-network: at most this much is added at random',
      otherwise: '0ms',
      minMs: 0,
      maxMs: 60_000,
      example: '50ms',
    }),
    dryRun: option.flag('--dry-run', { summary: 'print each action, and do nothing', flagOnly: true }),
    force: option.flag('--force', {
      summary: 'also when the cluster is not steady, and for more than a minority',
      flagOnly: true,
    }),
  },
  async run(context, { args: [fault, targets], options: { forMs = null, ...options } }) {
    const { runtime, name: cluster } = await ownCluster(context, 'inject');
    const { inject } = await import('../src/faults/inject.js');
    const result = await inject(runtime, {
      cluster,
      fault,
      targets,
      forMs,
      ...options,
    });
    return { ...result, told: !context.globals.quiet };
  },
  cutOff: CUT_OFF,
  render: injectText,
  toJson: ({ told: _, ...result }) => result,
});
