import { formatDurationMs } from '../model/duration.js';

/** What `--budget` limits, in milliseconds; null where no limit was given. */
interface Limits {
  outageMs: number | null;
  switchMs: number | null;
}

/** As it is typed after `--budget`; a bare duration limits only the switch where no client runs. Null: no limit. */
export function budgetText({ outageMs, switchMs }: Limits, hasClients: boolean): string | null {
  if (outageMs === null && switchMs === null) return null;
  if (switchMs !== null && (outageMs === switchMs || (outageMs === null && !hasClients)))
    return formatDurationMs(switchMs);
  return [
    ...(outageMs === null ? [] : [`outage=${formatDurationMs(outageMs)}`]),
    ...(switchMs === null ? [] : [`switch=${formatDurationMs(switchMs)}`]),
  ].join(',');
}
