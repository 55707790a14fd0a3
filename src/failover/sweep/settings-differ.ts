import { formatDurationMs } from '../../model/duration.js';
import type { FailoverResult, WorkloadSettings } from '../../observe/result.js';

/** A setting that is not the same in two runs, as words. */
export interface SettingDifference {
  setting: string;
  baseline: string;
  now: string;
  /** True where the two then do not measure the same thing. */
  decisive: boolean;
}

/** null where the run does not tell: that differs from nothing. */
type Setting = [name: string, decisive: boolean, of: (result: FailoverResult) => string | null];

const ofWorkload =
  (of: (workload: WorkloadSettings) => string | number) =>
  ({ workload }: FailoverResult): string =>
    workload === null ? 'no workload' : String(of(workload));

const rejoinModes = ({ trials }: FailoverResult): string | null => {
  // Where no failover came there was nothing to rejoin, whatever had been asked for; an interrupted trial does not tell.
  const returned = trials.filter((t) => t.newMaster !== null && t.cutShort !== true);
  const modes = returned.map((t) => t.rejoin?.mode ?? 'left down');
  return modes.length === 0 ? null : [...new Set(modes)].sort().join(', ');
};

/** What decides on what is measured; then what is merely worth saying: another engine or driver may be the question. */
const SETTINGS: readonly Setting[] = [
  [
    'fault',
    true,
    (r) => (r.faultForMs === null ? r.fault : `${r.fault} for ${formatDurationMs(r.faultForMs)}`),
  ],
  ['down-after', true, (r) => formatDurationMs(r.config.downAfterMs)],
  ['failover-timeout', true, (r) => formatDurationMs(r.config.failoverTimeoutMs)],
  ['quorum', true, (r) => String(r.config.quorum)],
  ['parallel-syncs', true, (r) => String(r.config.parallelSyncs)],
  ['rejoin', true, rejoinModes],
  ['clients', true, ofWorkload((w) => w.clients)],
  ['rate', true, ofWorkload((w) => (w.ratePerS === 0 ? 'as fast as possible' : `${w.ratePerS}/s`))],
  ['pipeline', true, ofWorkload((w) => w.pipeline)],
  ['read ratio', true, ofWorkload((w) => w.readRatio)],
  ['read from', true, ofWorkload((w) => w.readFrom)],
  ['client policy', true, ofWorkload((w) => w.policy)],
  ['driver', false, (r) => r.driver],
  ['engine', false, (r) => `${r.engine.name} ${r.engine.version}`],
];

/** Every setting in which two runs differ. */
export function settingsThatDiffer(earlier: FailoverResult, later: FailoverResult): SettingDifference[] {
  return SETTINGS.flatMap(([setting, decisive, of]) => {
    const [baseline, now] = [of(earlier), of(later)];
    return baseline === null || now === null || baseline === now
      ? []
      : [{ setting, baseline, now, decisive }];
  });
}
