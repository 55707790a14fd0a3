import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import { EXIT } from '../src/errors.js';
import { formatDurationMs } from '../src/model/duration.js';
import { SWITCHOVER_METHODS } from '../src/observe/switchover-result.js';
import { switchoverText } from '../src/report/text/switchover.js';
import { SWITCHOVER_ROWS } from '../src/report/tsv.js';
import { MAX_GAP_MS } from '../src/switchover/options.js';
import { confirmFor } from './shared/confirm.js';
import { CUT_OFF } from './shared/cut-off.js';
import { contradiction } from './shared/failover-options.js';
import { ownCluster } from './shared/runtime.js';
import { EXIT_OF } from './shared/verdict.js';
import { DEFAULT_WORKLOAD } from './shared/workload-options.js';

export default defineCommand({
  description:
    'Moves the master to a replica without losing a write: checks the preconditions → sends every command once in a form\n' +
    'that changes nothing → holds writes back → waits until the replica has everything → promotes it → demotes the old\n' +
    'master, and tells the sentinels → proves that all agree. Writes usually wait for about 20 ms. Given up before the\n' +
    'promotion, everything is as it was. Exits 0 when no write was lost and none waited too long, 1 when not, 2 when\n' +
    'evidence is missing, 3 when it is refused or given up and nothing was changed, 4 when a person must look.',
  examples: [
    'sentinelctl switchover --dry-run',
    'sentinelctl switchover --to redis-2',
    'sentinelctl switchover --trials 3 --max-gap 300ms --json',
  ],
  options: {
    to: option.text('--to <node>', {
      summary: 'the node that becomes the master',
      otherwise: 'the replica that Sentinel would promote',
      complete: 'node',
    }),
    dryRun: option.flag('--dry-run', {
      summary:
        'print every precondition with its evidence, send every command in a form that changes nothing, and stop',
      flagOnly: true,
    }),
    maxGapMs: option.duration('--max-gap <duration>', {
      summary: 'the longest acceptable time that a client waits for a write',
      minMs: 1,
      otherwise: `${formatDurationMs(MAX_GAP_MS.direct)}, by Sentinel ${formatDurationMs(MAX_GAP_MS.sentinel)}`,
      example: '300ms',
    }),
    method: option.choice('--method <method>', SWITCHOVER_METHODS, {
      summary:
        'direct: message by message; sentinel: by SENTINEL FAILOVER in a pause; coordinated: by Valkey 9.1.1 itself',
      otherwise: 'direct, where a sentinel has a peer',
    }),
    without: option.text('--without <sentinel>', {
      summary: 'leave out a sentinel that does not answer; it hears of the new master when it runs again',
      complete: 'node',
    }),
    trials: option.integer('--trials <n>', {
      summary: 'number of switchovers, one after the other, with each node as master in turn',
      min: 1,
      max: 1000,
      default: 1,
      example: 3,
    }),
    clients: option.integer('--clients <n>', {
      summary: 'clients that write meanwhile; 0: none',
      min: 0,
      max: 1000,
      otherwise: `${DEFAULT_WORKLOAD.clients}, on an attached cluster 0`,
      example: 8,
    }),
  },
  async run(context, { options }) {
    const { to = null, method = null, without = null, trials, dryRun, maxGapMs = null } = options;
    if (dryRun && trials > 1) throw contradiction(`--trials ${trials}`, '--dry-run');
    const own = await ownCluster(context, 'switchover');
    const { clients = own.state.attached === undefined ? DEFAULT_WORKLOAD.clients : 0 } = options;
    const workload = clients === 0 || dryRun ? null : { ...DEFAULT_WORKLOAD, clients };
    if (!dryRun)
      await confirmFor(context, own, async (seen) => {
        const { masterOf } = await import('../src/cluster/impact.js');
        const from = masterOf(seen)?.id ?? 'its node';
        return `moves the master from ${from} to ${to ?? 'a replica'}: writes wait for about 20 ms, none is lost`;
      });
    const { runSwitchover } = await import('../src/switchover/run.js');
    return runSwitchover(own.runtime, own.state, { to, method, without, trials, dryRun, maxGapMs, workload });
  },
  cutOff: CUT_OFF,
  render: switchoverText,
  rows: SWITCHOVER_ROWS,
  exitCode: ({ dryRun, outcome }) => (dryRun && outcome === 'violated' ? EXIT.refused : EXIT_OF[outcome]),
});
