import { defineCommand, type OptionDef } from '../src/cli/command.js';
import { choice, duration, integer } from '../src/config/parsers.js';
import { EXIT } from '../src/errors.js';
import type { BaselineComparison } from '../src/failover/baseline.js';
import type { Threshold } from '../src/failover/thresholds.js';
import type { FailoverResult, RejoinMode, Verdict } from '../src/observe/result.js';
import { baselineText } from '../src/report/text/baseline.js';
import { failoverText } from '../src/report/text/failover.js';
import { budgetWarning, commandLineOf, DEFAULT_RUN, faultOf, runAgain } from './shared/failover-options.js';
import { ownCluster } from './shared/runtime.js';
import { thresholdOption } from './shared/threshold-option.js';
import { WORKLOAD_OPTIONS, workloadOf } from './shared/workload-options.js';

const EXIT_OF: Record<Verdict, 0 | 1 | 2> = {
  holds: EXIT.ok,
  violated: EXIT.violated,
  unknown: EXIT.unknown,
};

const OPTIONS: readonly OptionDef[] = [
  {
    flags: '--fault <fault>',
    summary: 'what happens to the master: kill it, or freeze it for a while',
    choices: ['kill', 'freeze'],
    parse: choice('--fault', ['kill', 'freeze']),
    defaultText: 'kill',
  },
  {
    flags: '--signal <signal>',
    summary: 'how it is killed: KILL as a crash, TERM as an orderly shutdown',
    choices: ['KILL', 'TERM'],
    parse: choice('--signal', ['KILL', 'TERM']),
    defaultText: DEFAULT_RUN.signal,
  },
  {
    flags: '--for <duration>',
    summary: 'how long it is frozen',
    parse: duration('--for', { minMs: 1, maxMs: 600_000 }, '12s'),
    defaultText: 'down-after + 10s',
  },
  {
    flags: '--rejoin <how>',
    summary: 'how a killed master comes back: as-crashed (as reality has it) or guarded (as a replica)',
    choices: ['as-crashed', 'guarded'],
    parse: choice('--rejoin', ['as-crashed', 'guarded']),
    defaultText: DEFAULT_RUN.rejoin,
  },
  { flags: '--no-restart', summary: 'leave the killed master down' },
  {
    flags: '--budget <duration>',
    summary: 'from the fault to the first +switch-master',
    parse: duration('--budget', { minMs: 1 }, '7s'),
    defaultText: 'down-after + 2s, and 1s more for a frozen master',
  },
  {
    flags: '--wait <duration>',
    summary: 'how long a failover is waited for',
    parse: duration('--wait', { minMs: 1 }, '60s'),
    defaultText: 'down-after + failover-timeout + 10s',
  },
  {
    flags: '--trials <n>',
    summary: 'how many failovers, one after the other, each node master in turn',
    parse: integer('--trials', { min: 1, max: 1000 }, 5),
    defaultText: String(DEFAULT_RUN.trials),
  },
  {
    flags: '--seed <n>',
    summary: 'chooses who takes over in which trial',
    parse: integer('--seed', { min: 0, max: 2 ** 31 - 1 }, DEFAULT_RUN.seed),
    defaultText: String(DEFAULT_RUN.seed),
  },
  thresholdOption,
  { flags: '--baseline <file>', summary: 'compare with an earlier run’s report.json', complete: 'file' },
  {
    flags: '--report <path>',
    summary:
      'write reports: a directory gets all of them, a file the one of its ending (html, json, ndjson, xml, md)',
    complete: 'file',
  },
  ...WORKLOAD_OPTIONS,
];

export default defineCommand<FailoverResult & { baseline?: BaselineComparison }>({
  name: 'failover-test',
  summary: 'kill the master, time the promotion phase by phase, prove the rejoin',
  description:
    'Looks whether the cluster is steady → starts clients that write → takes the master down → follows every\n' +
    'sentinel and every node until all agree and the replicas follow the new master → brings the old master back →\n' +
    'waits until it is a linked, caught-up replica → reads back every promised write → judges. The old master is put\n' +
    'back whatever happens. Exits 0 when everything holds, 1 when something does not, 2 when evidence is missing,\n' +
    '3 when the cluster is not steady.',
  examples: [
    'sentinelctl failover-test',
    'sentinelctl failover-test --budget 8s --rejoin guarded --json',
    "sentinelctl failover-test --trials 2 --threshold 'ledger.lost==0' --report report",
  ],
  options: OPTIONS,
  async run(context, { options }) {
    const { runtime, name: cluster, state } = await ownCluster(context, 'failover-test');
    const { downAfterMs } = state.plan.spec;
    const settings = {
      fault: faultOf(options, downAfterMs),
      rejoin:
        options.restart === false ? null : ((options.rejoin as RejoinMode | undefined) ?? DEFAULT_RUN.rejoin),
      budgetMs: (options.budget as number | undefined) ?? null,
      waitMs: (options.wait as number | undefined) ?? null,
      trials: (options.trials as number | undefined) ?? DEFAULT_RUN.trials,
      seed: (options.seed as number | undefined) ?? DEFAULT_RUN.seed,
      thresholds: (options.threshold as Threshold[] | undefined) ?? [],
      workload: workloadOf(options),
    };
    const warning = budgetWarning(settings.budgetMs, downAfterMs);
    if (warning !== null) context.progress({ type: 'note', level: 'warning', text: warning });
    const { openBaseline } = await import('./shared/baseline.js');
    const compare = await openBaseline(options.baseline as string | undefined);
    const { runFailoverTest } = await import('../src/failover/run.js');
    const { openKeeper } = await import('./shared/keep-result.js');
    const keeper = await openKeeper(context, options.report as string | undefined);
    const command = commandLineOf(cluster, settings);
    const result = await runFailoverTest(runtime, {
      ...settings,
      cluster,
      command,
      onTrial: keeper.soFar,
    });
    await keeper.final(result);
    return compare(result);
  },
  cutOff:
    'left at once: what was injected may be in effect\n→ sentinelctl recover puts it back; sentinelctl status shows it',
  render: (result, view) =>
    [
      failoverText(result, view, runAgain(result.command)),
      ...(result.baseline ? [baselineText(result.baseline, view)] : []),
    ].join('\n\n'),
  // Worse than the run it was held against is an expectation that does not hold; not comparable is merely said.
  exitCode: (result) =>
    result.outcome === 'holds' && result.baseline?.outcome === 'violated'
      ? EXIT.violated
      : EXIT_OF[result.outcome],
});
