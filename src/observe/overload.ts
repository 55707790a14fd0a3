import { humanDurationMs } from '../model/duration.js';
import { grouped } from '../model/words.js';
import type { FailoverResult, Overload, Trial, WorkloadSettings } from './result.js';

/** Below this share of the writes that were due, the clients did not keep up. */
const KEPT_UP_SHARE = 0.8;
/** Beyond this median from the due time no write waits where nothing is overloaded, in milliseconds. */
const SLOW_P50_MS = 200;
/**
 * How long before the fault is looked at, in milliseconds: all clients write by then. Earlier they connect, one after
 * the other, and less says nothing.
 */
const LOOKED_AT_MS = 500;

/** That the writes of a trial fell behind before the fault; null where they did not, or where that was not measured. */
export function overloadOf(
  { client }: Trial,
  { workload, fault }: { workload: WorkloadSettings | null; fault: string },
): Overload | null {
  const over = client?.overTime;
  // A server that is asked to end holds writes back by itself first, until its replicas have them (shutdown-timeout).
  if (over === undefined || workload === null || fault === 'stop') return null;
  const { fromMs, bucketMs, ok, errors, p50Ms } = over;
  const end = Math.floor(-fromMs / bucketMs);
  const begin = end - Math.ceil(LOOKED_AT_MS / bucketMs);
  // Of a long run the buckets are wider than what is looked at.
  if (begin < 0 || bucketMs > LOOKED_AT_MS) return null;
  const seconds = ((end - begin) * bucketMs) / 1000;
  const sum = (counts: readonly number[]): number => counts.slice(begin, end).reduce((a, b) => a + b, 0);
  // What was refused was sent as well.
  const sentPerS = Math.round((sum(ok) + sum(errors)) / seconds);
  const duePerS = Math.round(workload.ratePerS * (1 - workload.readRatio));
  const p50 = medianOf(p50Ms.slice(begin, end), ok.slice(begin, end));
  const isBehind = sentPerS < KEPT_UP_SHARE * duePerS || (p50 ?? 0) > SLOW_P50_MS;
  return isBehind ? { sentPerS, duePerS, p50Ms: p50 } : null;
}

/** The trial of a run that fell behind most; null where none did. */
export const worstOverload = ({
  trials,
  workload,
  fault,
}: Pick<FailoverResult, 'trials' | 'workload' | 'fault'>): Overload | null =>
  trials
    .flatMap((trial) => overloadOf(trial, { workload, fault }) ?? [])
    .toSorted((a, b) => a.sentPerS - b.sentPerS || (b.p50Ms ?? 0) - (a.p50Ms ?? 0))[0] ?? null;

/** Said where the writes fell behind before the fault; null where they kept up. */
export function overloadWords(result: Pick<FailoverResult, 'trials' | 'workload' | 'fault'>): string | null {
  const overload = worstOverload(result);
  if (overload === null) return null;
  const { sentPerS, duePerS, p50Ms } = overload;
  const sent = duePerS === 0 ? grouped(sentPerS) : `${grouped(sentPerS)} of ${grouped(duePerS)}`;
  const p50 = p50Ms === null ? [] : [`p50 ${humanDurationMs(p50Ms)}`];
  const isBehind = duePerS === 0 || sentPerS < duePerS || p50Ms === null;
  const words = [...(isBehind ? [`${sent} writes per second were sent`] : []), ...p50].join(', ');
  return `the test’s own clients could not keep up before the fault (${words}): your applications may see shorter times; run it again with a lower --rate, or on a less busy machine`;
}

/** The median of the buckets' medians, each as often as it has writes. */
function medianOf(medians: readonly (number | null)[], counts: readonly number[]): number | null {
  const known = medians
    .flatMap((ms, i) => (ms === null ? [] : [{ ms, count: counts[i] ?? 0 }]))
    .toSorted((a, b) => a.ms - b.ms);
  const half = known.reduce((n, { count }) => n + count, 0) / 2;
  let upTo = 0;
  for (const { ms, count } of known) {
    upTo += count;
    if (upTo >= half) return ms;
  }
  return null;
}
