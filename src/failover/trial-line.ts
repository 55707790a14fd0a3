import { humanDurationMs } from '../model/duration.js';
import { type MetricName, metricNamed } from '../observe/metrics.js';
import type { Reading } from '../observe/readings.js';
import type { Trial } from '../observe/result.js';

/**
 * A finished trial in a line: `no answer for 3.82 s, switch 5.10 s, 0 lost; redis-1 → redis-3`. What was interrupted, or
 * tested nothing, says that first; what was not measured is left out, and what never came is named.
 */
export function trialLine(trial: Trial): string {
  const { oldMaster, newMaster, cutShort, untested, broken = [], invariants } = trial;
  const read = (name: MetricName): Reading => metricNamed(name)?.read(trial) ?? 'unknown';
  const isOpen = cutShort === true || untested !== undefined;
  const wrong = invariants.flatMap(({ id, verdict }) =>
    verdict === 'holds' ? [] : [`${id} ${WORDS[verdict]}`],
  );
  const numbers = [
    ...timeWords('no answer for', 'no answer until the end', read('client.outageMs')),
    ...timeWords('switch', 'no sentinel switched', read('switchedMs')),
    ...lostWords(trial, read('ledger.lost')),
  ];
  const parts = [
    ...(cutShort === true ? ['interrupted'] : []),
    ...(untested === undefined ? [] : [untested]),
    ...(numbers.length === 0 ? [] : [numbers.join(', ')]),
    ...(isOpen && newMaster === null ? [] : [`${oldMaster.id} → ${newMaster?.id ?? 'no new master'}`]),
    ...(broken.length + wrong.length === 0
      ? []
      : [[...broken.map((limit) => `${limit} is broken`), ...wrong].join(', ')]),
  ];
  return parts.join('; ');
}

const WORDS = { violated: 'is violated', unknown: 'is unknown' } as const;

function timeWords(name: string, never: string, reading: Reading): string[] {
  if (reading === 'unknown') return [];
  return [reading === 'never' ? never : `${name} ${humanDurationMs(reading)}`];
}

/** What was written and could not be read back is not "0 lost". */
function lostWords({ ledger }: Trial, reading: Reading): string[] {
  if (ledger === undefined) return [];
  return [typeof reading === 'number' ? `${reading.toLocaleString('en')} lost` : 'losses unknown'];
}
