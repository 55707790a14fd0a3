import type { FailoverResult } from '../observe/result.js';

/**
 * Every raw event of every trial, one JSON document a line: `{ trial, at, atMs, source, name, message }`. `trial`
 * counts from 1, `atMs` is monotonic from that trial's fault, `at` the same moment on the wall clock, to line it up
 * with logs. Empty when there are no events, else ends with a line break.
 */
export function eventsNdjson({ trials }: Pick<FailoverResult, 'trials'>): string {
  const lines = trials.flatMap(({ faultAt, events }, i) =>
    events.map(({ atMs, source, name, message }) =>
      JSON.stringify({ trial: i + 1, at: wallTime(faultAt, atMs), atMs, source, name, message }),
    ),
  );
  return lines.map((line) => `${line}\n`).join('');
}

/** ISO 8601 in UTC; null when the fault's time is not a date. */
function wallTime(faultAt: string, atMs: number): string | null {
  const at = Date.parse(faultAt) + atMs;
  return Number.isFinite(at) ? new Date(at).toISOString() : null;
}
