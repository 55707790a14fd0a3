import { defineCommand } from '../src/cli/command.js';
import { choice, duration } from '../src/config/parsers.js';
import { EXIT } from '../src/errors.js';
import type { FailoverResult, Rejoin, Verdict } from '../src/failover/result.js';
import { formatDurationMs } from '../src/model/duration.js';
import { failoverText } from '../src/report/failover.js';
import { engineOf, ownCluster } from './shared/engine.js';

const EXIT_OF: Record<Verdict, 0 | 1 | 2> = {
  holds: EXIT.ok,
  violated: EXIT.violated,
  unknown: EXIT.unknown,
};

export default defineCommand<FailoverResult>({
  name: 'failover-test',
  summary: 'kill the master, time the promotion phase by phase, prove the rejoin',
  description:
    'Looks whether the cluster is steady → kills the master → follows every sentinel and every node until all agree\n' +
    'and the replicas follow the new master → starts the old master → waits until it is a linked, caught-up replica\n' +
    '→ judges. The old master is put back whatever happens. Exits 0 when everything holds, 1 when something does\n' +
    'not, 2 when evidence is missing, 3 when the cluster is not steady.',
  examples: ['sentinelctl failover-test', 'sentinelctl failover-test --budget 8s --rejoin guarded --json'],
  options: [
    {
      flags: '--signal <signal>',
      summary: 'KILL as a crash, TERM as an orderly shutdown',
      choices: ['KILL', 'TERM'],
      parse: choice('--signal', ['KILL', 'TERM']),
      defaultText: 'KILL',
    },
    {
      flags: '--rejoin <how>',
      summary: 'how the old master comes back: as-crashed (as reality has it) or guarded (as a replica)',
      choices: ['as-crashed', 'guarded'],
      parse: choice('--rejoin', ['as-crashed', 'guarded']),
      defaultText: 'as-crashed',
    },
    { flags: '--no-restart', summary: 'leave the old master down' },
    {
      flags: '--budget <duration>',
      summary: 'from the fault to the first +switch-master',
      parse: duration('--budget', { minMs: 1 }, '7s'),
      defaultText: 'down-after + 2s',
    },
    {
      flags: '--wait <duration>',
      summary: 'how long a failover is waited for',
      parse: duration('--wait', { minMs: 1 }, '60s'),
      defaultText: 'down-after + failover-timeout + 10s',
    },
  ],
  async run(context, { options }) {
    const cluster = await ownCluster(context, 'failover-test');
    const signal = options.signal === 'TERM' ? 'SIGTERM' : 'SIGKILL';
    const rejoin =
      options.restart === false ? null : ((options.rejoin as Rejoin['mode'] | undefined) ?? 'as-crashed');
    const budgetMs = (options.budget as number | undefined) ?? null;
    const waitMs = (options.wait as number | undefined) ?? null;
    const { runFailoverTest } = await import('../src/failover/run.js');
    return runFailoverTest(engineOf(context), {
      cluster,
      signal,
      rejoin,
      budgetMs,
      waitMs,
      command: commandLine(cluster, { signal, rejoin, budgetMs, waitMs }),
    });
  },
  render: failoverText,
  exitCode: (result) => EXIT_OF[result.outcome],
});

/** The command line that runs this again, every value said. */
function commandLine(
  cluster: string,
  {
    signal,
    rejoin,
    budgetMs,
    waitMs,
  }: { signal: string; rejoin: string | null; budgetMs: number | null; waitMs: number | null },
): string {
  return [
    `sentinelctl failover-test --cluster ${cluster} --signal ${signal.replace('SIG', '')}`,
    rejoin === null ? '--no-restart' : `--rejoin ${rejoin}`,
    ...(budgetMs === null ? [] : [`--budget ${formatDurationMs(budgetMs)}`]),
    ...(waitMs === null ? [] : [`--wait ${formatDurationMs(waitMs)}`]),
  ].join(' ');
}
