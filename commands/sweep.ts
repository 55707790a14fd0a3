import { defineCommand, type OptionDef } from '../src/cli/command.js';
import { choice, duration, integer } from '../src/config/parsers.js';
import { EXIT, usageError } from '../src/errors.js';
import { formatDurationMs } from '../src/model/duration.js';
import type { RejoinMode, Verdict } from '../src/observe/result.js';
import type { SweepResult } from '../src/observe/sweep-result.js';
import { sweepText } from '../src/report/text/sweep.js';
import { faultOf, withoutDefaults } from './shared/failover-options.js';
import { ownCluster } from './shared/runtime.js';
import { WORKLOAD_OPTIONS, workloadLine, workloadOf } from './shared/workload-options.js';

const DEFAULT = {
  downAfterMs: [1500, 3000, 5000],
  minReplicas: [0, 1],
  maxLagMs: 10_000,
  trials: 5,
  seed: 1,
};
/** More of them would take hours. */
const MOST_VALUES = 12;

const UNSAID = [
  `--down-after ${DEFAULT.downAfterMs.map(formatDurationMs).join(',')}`,
  `--min-replicas ${DEFAULT.minReplicas.join(',')}`,
  `--max-lag ${DEFAULT.maxLagMs / 1000}s`,
  `--trials ${DEFAULT.trials}`,
  `--seed ${DEFAULT.seed}`,
  '--rejoin as-crashed',
];

const EXIT_OF: Record<Verdict, 0 | 1 | 2> = {
  holds: EXIT.ok,
  violated: EXIT.violated,
  unknown: EXIT.unknown,
};

const OPTIONS: readonly OptionDef[] = [
  {
    flags: '--down-after <list>',
    summary: 'values of down-after-milliseconds to try, separated by commas',
    parse: listOf(
      '--down-after',
      duration('--down-after', { minMs: 100, maxMs: 600_000, bare: true }, '1500,3s,5s'),
    ),
    defaultText: DEFAULT.downAfterMs.map(formatDurationMs).join(','),
  },
  {
    flags: '--min-replicas <list>',
    summary: 'values of min-replicas-to-write to try, separated by commas',
    parse: listOf('--min-replicas', integer('--min-replicas', { min: 0, max: 9 }, 1)),
    defaultText: DEFAULT.minReplicas.join(','),
  },
  {
    flags: '--max-lag <duration>',
    summary: 'min-replicas-max-lag meanwhile, in whole seconds',
    parse: duration('--max-lag', { minMs: 1000, maxMs: 3_600_000 }, '10s'),
    defaultText: '10s',
  },
  {
    flags: '--trials <n>',
    summary: 'failovers for each combination',
    parse: integer('--trials', { min: 1, max: 100 }, DEFAULT.trials),
    defaultText: String(DEFAULT.trials),
  },
  {
    flags: '--seed <n>',
    summary: 'chooses who takes over in which trial',
    parse: integer('--seed', { min: 0, max: 2 ** 31 - 1 }, DEFAULT.seed),
    defaultText: String(DEFAULT.seed),
  },
  {
    flags: '--fault <fault>',
    summary: 'what happens to the master: kill it, or freeze it for a while',
    choices: ['kill', 'freeze'],
    parse: choice('--fault', ['kill', 'freeze']),
    defaultText: 'kill',
  },
  {
    flags: '--for <duration>',
    summary: 'how long it is frozen',
    parse: duration('--for', { minMs: 1, maxMs: 600_000 }, '12s'),
    defaultText: 'the longest down-after + 10s',
  },
  {
    flags: '--rejoin <how>',
    summary: 'how a killed master comes back: as-crashed (as reality has it) or guarded (as a replica)',
    choices: ['as-crashed', 'guarded'],
    parse: choice('--rejoin', ['as-crashed', 'guarded']),
    defaultText: 'as-crashed',
  },
  {
    flags: '--report <path>',
    summary: 'write the chart and the data: a directory, or a .html or .json file',
    complete: 'file',
  },
  ...WORKLOAD_OPTIONS,
];

export default defineCommand<SweepResult>({
  name: 'sweep',
  summary: 'measure the outage and the loss of writes under several settings',
  description:
    'Plays failovers with writing clients under every combination of down-after and min-replicas-to-write, set at run\n' +
    'time at every sentinel and data node, and puts the settings back whatever happens. Shows which combinations are\n' +
    'on the frontier: none is as good in outage and loss, and better in one. A trial takes about down-after + 20 s.',
  examples: [
    'sentinelctl sweep --down-after 1500,3000,5000 --min-replicas 0,1 --trials 5',
    'sentinelctl sweep --down-after 2s --min-replicas 0,1 --fault freeze --client-policy default --report sweep.html',
  ],
  options: OPTIONS,
  async run(context, { options }) {
    const { runtime, name: cluster } = await ownCluster(context, 'sweep');
    const workload = workloadOf(options);
    if (workload === null) {
      throw usageError('no-clients', '--clients 0 has no meaning here', {
        why: 'without clients there is neither an outage nor a loss to measure',
        hint: '--clients 8',
      });
    }
    const downAfterMs = (options.downAfter as number[] | undefined) ?? DEFAULT.downAfterMs;
    const minReplicas = (options.minReplicas as number[] | undefined) ?? DEFAULT.minReplicas;
    const maxLagS = Math.ceil(((options.maxLag as number | undefined) ?? DEFAULT.maxLagMs) / 1000);
    const trials = (options.trials as number | undefined) ?? DEFAULT.trials;
    const seed = (options.seed as number | undefined) ?? DEFAULT.seed;
    const fault = faultOf(options, Math.max(...downAfterMs));
    const rejoin = (options.rejoin as RejoinMode | undefined) ?? 'as-crashed';
    const { planSweepReports, writeSweep } = await import('./shared/write-sweep.js');
    const paths = options.report === undefined ? [] : await planSweepReports(options.report as string);
    const { runSweep } = await import('../src/failover/sweep/sweep.js');
    const result = await runSweep(runtime, {
      cluster,
      downAfterMs,
      minReplicas,
      maxLagS,
      trials,
      seed,
      fault,
      rejoin,
      workload,
      command: [
        `sentinelctl sweep --cluster ${cluster}`,
        `--down-after ${downAfterMs.map(formatDurationMs).join(',')} --min-replicas ${minReplicas.join(',')} --max-lag ${maxLagS}s`,
        `--trials ${trials} --seed ${seed}`,
        fault.name === 'freeze'
          ? `--fault freeze --for ${formatDurationMs(fault.forMs)}`
          : `--rejoin ${rejoin}`,
        workloadLine(workload),
      ].join(' '),
    });
    await writeSweep(result, paths);
    if (paths.length > 0)
      context.progress({ type: 'note', level: 'info', text: `written: ${paths.join(', ')}` });
    return result;
  },
  cutOff:
    'left at once: what was injected may be in effect\n→ sentinelctl recover puts it back; sentinelctl status shows it',
  render: (result, view) => sweepText(result, view, withoutDefaults(result.command, UNSAID)),
  exitCode: (result) => (result.restoration.restored ? EXIT_OF[result.outcome] : EXIT.notRestored),
});

/** Several values, each once, in the order in which they were given. */
function listOf(name: string, parse: (text: string) => number): (text: string) => number[] {
  return (text) => {
    const values = [...new Set(text.split(',').map((part) => parse(part.trim())))];
    if (values.length <= MOST_VALUES) return values;
    throw usageError('bad-value', `${name}: ${values.length} values are too many`, {
      why: `the most is ${MOST_VALUES}`,
    });
  };
}
