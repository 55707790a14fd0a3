import { defineCommand } from '../src/cli/command.js';
import { option } from '../src/cli/option.js';
import { duration, integer } from '../src/config/parsers.js';
import { EXIT, usageError } from '../src/errors.js';
import type { FaultSpec } from '../src/failover/fault.js';
import { downAfterAnd, formatDurationMs } from '../src/model/duration.js';
import { freezeMs } from '../src/model/sentinel-timing.js';
import type { RejoinMode, WorkloadSettings } from '../src/observe/result.js';
import { sweepText } from '../src/report/text/sweep.js';
import { SWEEP_ROWS } from '../src/report/tsv.js';
import { confirmFor } from './shared/confirm.js';
import { CUT_OFF } from './shared/cut-off.js';
import { FAILOVER_OPTIONS, faultOf, freezeFor, VERBOSE } from './shared/failover-options.js';
import { meantMaster, ownCluster } from './shared/runtime.js';
import { EXIT_OF } from './shared/verdict.js';
import {
  clientLoginOf,
  clientLoginWords,
  WORKLOAD_OPTIONS,
  workloadLine,
  workloadOf,
} from './shared/workload-options.js';

/** The longest list of values: more would take hours. */
const MOST_VALUES = 12;

const OPTIONS = {
  downAfterMs: option.list('--down-after <list>', {
    summary: 'values of down-after-milliseconds to try, separated by commas',
    of: duration('--down-after', { minMs: 100, maxMs: 600_000, bare: true }, '1500,3s,5s'),
    show: formatDurationMs,
    most: MOST_VALUES,
    default: [1500, 3000, 5000],
  }),
  minReplicas: option.list('--min-replicas <list>', {
    summary: 'values of min-replicas-to-write to try, separated by commas',
    of: integer('--min-replicas', { min: 0, max: 9 }, 1),
    most: MOST_VALUES,
    default: [0, 1],
  }),
  maxLagMs: option.duration('--max-lag <duration>', {
    summary: 'min-replicas-max-lag during the sweep, in whole seconds',
    minMs: 1000,
    maxMs: 3_600_000,
    default: 10_000,
  }),
  trials: option.integer('--trials <n>', {
    summary: 'failovers for each combination',
    min: 1,
    max: 100,
    default: 5,
  }),
  ...FAILOVER_OPTIONS,
  forMs: freezeFor(`the longest ${downAfterAnd(freezeMs)}`),
  report: option.file('--report <path>', {
    summary: 'write the chart and the data: both into a directory, or one .html or .json file',
  }),
  verbose: VERBOSE,
  ...WORKLOAD_OPTIONS,
};

export default defineCommand({
  description:
    'Runs failovers with writing clients under every combination of down-after and min-replicas-to-write. Sets both at\n' +
    'run time at every sentinel and data node, and always restores the previous settings. Marks the best combinations (the\n' +
    'frontier): no other one is better in outage or loss without being worse in the other. A trial takes about\n' +
    'down-after + 20 s.',
  examples: [
    'sentinelctl sweep --down-after 1500,3000,5000 --min-replicas 0,1 --trials 5',
    'sentinelctl sweep --down-after 2s --min-replicas 0,1 --fault freeze --client-policy default --report sweep.html',
  ],
  options: OPTIONS,
  async run(context, { options }) {
    const own = await ownCluster(context, 'sweep');
    const clientLogin = await clientLoginOf(context, own.state, options);
    const { name: cluster } = own;
    const runtime = { ...own.runtime, clientLogin };
    const workload = workloadOf(options, own.state);
    if (workload === null) {
      throw usageError('no-clients', 'sweep needs clients: --clients 0 has no meaning here', {
        why: 'without clients there is no outage and no loss to measure',
        hint: '--clients 8',
      });
    }
    const { downAfterMs, minReplicas, trials, seed, rejoin } = options;
    const maxLagS = Math.ceil(options.maxLagMs / 1000);
    const fault = faultOf(options, freezeMs({ downAfterMs: Math.max(...downAfterMs) }));
    const combinations = downAfterMs.length * minReplicas.length;
    await confirmFor(
      context,
      own,
      () =>
        `${fault.name === 'freeze' ? 'freezes' : 'kills'} the master ${combinations * trials} times, ${trials} under each of ${combinations} combinations of settings, and restores it and the settings: each time writes stop for about down-after and 1 s more`,
    );
    const { noteWritten, planReports, writeReports } = await import('./shared/write-reports.js');
    const { SWEEP_FORMATS } = await import('../src/report/formats.js');
    const files = options.report === undefined ? [] : await planReports(options.report, SWEEP_FORMATS);
    const { runSweep } = await import('../src/failover/sweep/sweep.js');
    const result = await runSweep(runtime, own.state, {
      downAfterMs,
      minReplicas,
      maxLagS,
      trials,
      seed,
      fault,
      rejoin,
      workload,
      command: commandLineOf(cluster, meantMaster(context, own), {
        ...{ ...options, maxLagS, fault, workload },
        clientLogin: clientLoginWords(options),
      }),
    });
    await writeReports(result, files);
    noteWritten(context, files);
    return result;
  },
  cutOff: CUT_OFF,
  rows: SWEEP_ROWS,
  render: sweepText,
  exitCode: (result) => (result.restoration.restored ? EXIT_OF[result.outcome] : EXIT.notRestored),
});

interface SweepLine {
  downAfterMs: number[];
  minReplicas: number[];
  maxLagS: number;
  trials: number;
  seed: number;
  rejoin: RejoinMode;
  fault: FaultSpec;
  workload: WorkloadSettings;
  clientLogin: readonly string[];
}

/** The command line that runs it again, every value stated. */
function commandLineOf(cluster: string, masterName: string | null, said: SweepLine): string {
  const { fault, workload } = said;
  return [
    `sentinelctl sweep --cluster ${cluster}${masterName === null ? '' : ` --master-name ${masterName}`} ${settingsLine(said)}`,
    fault.name === 'freeze'
      ? `--fault freeze --for ${formatDurationMs(fault.forMs ?? 0)}`
      : `--rejoin ${said.rejoin}`,
    workloadLine(workload),
    ...said.clientLogin,
  ].join(' ');
}

const settingsLine = (said: Omit<SweepLine, 'rejoin' | 'fault' | 'workload' | 'clientLogin'>): string =>
  `--down-after ${said.downAfterMs.map(formatDurationMs).join(',')} --min-replicas ${said.minReplicas.join(',')} ` +
  `--max-lag ${said.maxLagS}s --trials ${said.trials} --seed ${said.seed}`;
