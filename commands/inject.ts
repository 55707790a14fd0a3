import { argument } from '../src/cli/argument.js';
import { defineCommand } from '../src/cli/command.js';
import { asks } from '../src/cli/confirm.js';
import { option } from '../src/cli/option.js';
import { SLOW_NETWORK } from '../src/faults/catalogue/fault.js';
import { formatDurationMs } from '../src/model/duration.js';
import { injectText } from '../src/report/text/faults.js';
import { INJECT_ROWS } from '../src/report/tsv.js';
import { faultNames, faultTargets } from './shared/completions.js';
import { confirmFor } from './shared/confirm.js';
import { CUT_OFF } from './shared/cut-off.js';
import { ownCluster } from './shared/runtime.js';
import { codeOfLoss } from './shared/verdict.js';

export default defineCommand({
  description:
    'Checks that the cluster is steady → records how to roll the fault back → injects it. With --for it waits, prints what\n' +
    'happens, and rolls the fault back afterwards or at Ctrl-C. Without --for the fault stays active: heal rolls it back,\n' +
    'and other commands that change the cluster are refused until then. sentinelctl faults lists the faults. kill, stop\n' +
    'and pause act on one node without these checks and without a journal.',
  examples: [
    'sentinelctl inject replica-kill --for 2s',
    'sentinelctl inject freeze redis-3 --for 1s',
    'sentinelctl inject misconf --dry-run',
  ],
  arguments: [
    argument.required('FAULT', {
      summary: 'the name of a fault; sentinelctl faults lists them',
      complete: faultNames,
    }),
    argument.rest('TARGET', {
      summary: 'the nodes or links that it affects: see faults FAULT',
      complete: { after: faultTargets },
    }),
  ],
  options: {
    forMs: option.duration('--for <duration>', {
      summary: 'roll the fault back after this long',
      otherwise: 'until heal',
      minMs: 1,
      maxMs: 3_600_000,
      example: '10s',
      flagOnly: true,
    }),
    delayMs: option.duration('--delay <duration>', {
      summary: 'slow-network: added to the latency of every packet',
      otherwise: formatDurationMs(SLOW_NETWORK.delayMs),
      minMs: 1,
      maxMs: 60_000,
      example: '100ms',
    }),
    jitterMs: option.duration('--jitter <duration>', {
      summary: 'slow-network: at most this much is added at random',
      otherwise: formatDurationMs(SLOW_NETWORK.jitterMs),
      minMs: 0,
      maxMs: 60_000,
      example: '50ms',
    }),
    dryRun: option.flag('--dry-run', { summary: 'print each action, and do nothing', flagOnly: true }),
    force: option.flag('--force', {
      summary: 'inject also when the cluster is not steady, or when it affects more than a minority',
      flagOnly: true,
    }),
  },
  async run(context, { args: [fault, targets], options: { forMs = null, ...options } }) {
    const own = await ownCluster(context, `inject ${fault}`);
    const { inject } = await import('../src/faults/inject.js');
    const request = { fault, targets, forMs, ...options };
    const isSaid = !options.dryRun && asks(context);
    if (isSaid) {
      const plan = await inject(own.runtime, own.state, { ...request, dryRun: true });
      const until =
        plan.forMs === null
          ? 'until heal rolls it back'
          : plan.forMs === 0
            ? 'once'
            : `for ${formatDurationMs(plan.forMs)}`;
      const does = plan.acts.map((act) => act.does).join('; ');
      await confirmFor(context, own, () => `${fault}, ${until}: ${does}; ${plan.impact}`);
    }
    const result = await inject(own.runtime, own.state, { ...request, isSaid });
    return { ...result, shown: !context.globals.quiet };
  },
  cutOff: CUT_OFF,
  render: injectText,
  rows: INJECT_ROWS,
  exitCode: (result) => codeOfLoss(result),
  toJson: ({ shown: _, ...result }) => result,
});
