import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import type { BaselineComparison } from '../src/failover/baseline.js';
import { METRICS_LINE, parseThreshold } from '../src/failover/thresholds.js';
import { downAfterAnd, formatDurationMs } from '../src/model/duration.js';
import { liveSettings } from '../src/model/sentinel-settings.js';
import {
  failoverGuardMs,
  freezeMs,
  nextFailoverMs,
  PING_PERIOD_MS,
  usualFailoverMs,
} from '../src/model/sentinel-timing.js';
import type { FailoverResult } from '../src/observe/result.js';
import { baselineText } from '../src/report/text/baseline.js';
import { failoverText } from '../src/report/text/failover.js';
import { FAILOVER_ROWS } from '../src/report/tsv.js';
import { verdictOf } from '../src/report/words/verdict.js';
import { confirmFor, failoverWords } from './shared/confirm.js';
import { CUT_OFF } from './shared/cut-off.js';
import {
  budgetFor,
  commandLineOf,
  contradiction,
  DEFAULT_RUN,
  FAILOVER_OPTIONS,
  faultOf,
  freezeFor,
  parseBudget,
  runAgain,
  VERBOSE,
  WRITE_REPORTS,
} from './shared/failover-options.js';
import { meantMaster, ownCluster } from './shared/runtime.js';
import { EXIT_OF } from './shared/verdict.js';
import { clientLoginOf, clientLoginWords, WORKLOAD_OPTIONS, workloadOf } from './shared/workload-options.js';

const OPTIONS = {
  ...FAILOVER_OPTIONS,
  signal: option.choice('--signal <signal>', ['KILL', 'TERM'], {
    summary: 'how it is killed: KILL like a crash, TERM like an orderly shutdown',
    otherwise: DEFAULT_RUN.signal,
  }),
  forMs: freezeFor(downAfterAnd(freezeMs)),
  restart: option.off('--no-restart', { summary: 'leave the killed master down' }),
  budget: option.value('--budget <limits>', {
    summary:
      'the longest acceptable outage of the clients and time to the first +switch-master: 7s for both, or outage=7s,switch=6s',
    otherwise: `switch: ${downAfterAnd(usualFailoverMs)}, and ${formatDurationMs(PING_PERIOD_MS)} more for a frozen master; outage: no limit`,
    parse: parseBudget,
  }),
  waitMs: option.duration('--wait <duration>', {
    summary: 'how long to wait for a failover',
    otherwise: `down-after + ${failoverGuardMs({ failoverTimeoutMs: 1 })} × failover-timeout + ${formatDurationMs(nextFailoverMs({ downAfterMs: 0 }))}`,
    minMs: 1,
    example: '60s',
  }),
  trials: option.integer('--trials <n>', {
    summary: 'number of failovers, one after the other, with each node as master in turn',
    min: 1,
    max: 1000,
    example: 5,
    default: DEFAULT_RUN.trials,
  }),
  thresholds: option.values('--threshold <expression>', {
    summary:
      "what must hold over all trials, such as 'switchedMs:p(95)<7000' or 'ledger.lost==0'; repeatable",
    parse: parseThreshold,
  }),
  baseline: option.file('--baseline <file>', { summary: 'compare with the report.json of an earlier run' }),
  report: option.file('--report <path>', { summary: WRITE_REPORTS }),
  verbose: VERBOSE,
  ...WORKLOAD_OPTIONS,
};

/** What `failover-test` shows. */
type FailoverTested = FailoverResult & { baseline?: BaselineComparison; writesPage: boolean };

export default defineCommand({
  description:
    'Checks that the cluster is steady → starts clients that write → takes the master down → follows every sentinel\n' +
    'and node until all agree and the replicas follow the new master → brings the old master back → waits until it is a\n' +
    'linked replica without lag → reads back every acknowledged write → judges. Always restores the old master, also\n' +
    'after an error or Ctrl-C. Exits 0 when everything holds, 1 when something does not, 2 when evidence is missing,\n' +
    `3 when the cluster is not steady.\n\n${METRICS_LINE}`,
  examples: [
    'sentinelctl failover-test',
    'sentinelctl failover-test --budget 8s --rejoin guarded --json',
    "sentinelctl failover-test --trials 3 --rejoin guarded --threshold 'ledger.lost:count<10' --report report --quiet",
  ],
  options: OPTIONS,
  async run(context, { options }): Promise<FailoverTested> {
    const own = await ownCluster(context, 'failover-test');
    const clientLogin = await clientLoginOf(context, own.state, options);
    const { name: cluster } = own;
    const runtime = { ...own.runtime, clientLogin };
    const { waitMs = null, trials, seed, thresholds } = options;
    if (!options.restart && trials > 1)
      throw contradiction(
        `--trials ${trials}`,
        '--no-restart',
        'the next trial would lack the master that stays down',
      );
    const workload = workloadOf(options, own.state);
    const budget = budgetFor(options.budget, workload !== null);
    const settings = {
      fault: faultOf(options),
      rejoin: options.restart ? options.rejoin : null,
      budget,
      waitMs,
      trials,
      seed,
      thresholds,
      workload,
      clientLogin: clientLoginWords(options),
    };
    const limits = { budgetMs: budget.switchMs, outageBudgetMs: budget.outageMs, workload };
    const { requireWay } = await import('../src/cluster/attached-live.js');
    const { abilityOf } = await import('../src/failover/fault.js');
    await requireWay(runtime, own.state.attached, 'the master', abilityOf(settings.fault));
    await confirmFor(context, own, async (seen) => {
      const { requireTime } = await import('../src/failover/budget.js');
      // A question is not asked about a run that is refused.
      await requireTime(runtime, { ...limits, waitMs }, async () =>
        liveSettings(seen.plan.spec, seen.snapshot),
      );
      return failoverWords(settings.fault, trials, settings.rejoin)(seen);
    });
    const { openBaseline } = await import('./shared/baseline.js');
    const { earlier, compare } = await openBaseline(options.baseline);
    const { runFailoverTest } = await import('../src/failover/run.js');
    const { openKeeper } = await import('./shared/keep-result.js');
    const keeper = await openKeeper(context, options.report);
    const command = commandLineOf(cluster, settings, meantMaster(context, own));
    const { clientLogin: _, ...played } = settings;
    const result = await runFailoverTest(runtime, own.state, {
      ...played,
      ...limits,
      command,
      onTrial: keeper.soFar,
    }).catch(async (error: unknown) => {
      await keeper.close(cluster);
      throw error;
    });
    const compared = compare(result);
    await keeper.final(result, earlier, compared.baseline ?? null);
    return { ...compared, writesPage: keeper.writesPage };
  },
  cutOff: CUT_OFF,
  insteadOf: { '--junit': '--report DIRECTORY # writes junit.xml there, beside the other reports' },
  render: (result, view) =>
    [
      failoverText(result, view, runAgain(result.command), result.baseline, result.writesPage),
      ...(result.baseline ? [baselineText(result.baseline, view)] : []),
    ].join('\n\n'),
  toJson: ({ writesPage: _, ...result }) => result,
  rows: FAILOVER_ROWS,
  exitCode: (result) => EXIT_OF[verdictOf(result, result.baseline)],
});
