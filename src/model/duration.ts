const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Parses `250ms`, `5s`, `1.5s`, `2m`, `1h`, or a bare number of milliseconds; `undefined` when it is none of these. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  const unit = UNIT_MS[match?.[2] ?? 'ms'];
  if (match?.[1] === undefined || unit === undefined) return undefined;
  const ms = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** The shortest exact way to write a duration: 5000 → `5s`, 1500 → `1.5s`, 250 → `250ms`, 120000 → `2m`. */
export function formatDurationMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return `${Math.round(ms) / 1000}s`;
}

/** `down-after + 10s`: what a duration of sentinel-timing.ts adds to down-after, for help. */
export const downAfterAnd = (of: (settings: { downAfterMs: number }) => number): string =>
  `down-after + ${formatDurationMs(of({ downAfterMs: 0 }))}`;

/** For people, where the value is an estimate: `84 ms`, `102 s`, `2 min 5 s`; after "about". */
export const roughDurationMs = (ms: number): string =>
  ms < 1000 || ms >= 120_000 ? humanDurationMs(ms) : `${Math.round(ms / 1000)} s`;

/** `about 27 s left`, `about 2 min 5 s left`: an estimate, at least a second. */
export const aboutLeft = (ms: number): string => `about ${roughDurationMs(Math.max(1000, ms))} left`;

/** For people: `84 ms`, `6.29 s`, `2 min 5 s`. */
export function humanDurationMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(2)} s`;
  const s = Math.round(ms / 1000);
  return `${Math.floor(s / 60)} min ${s % 60} s`;
}
