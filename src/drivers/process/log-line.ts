import type { LogLine } from '../node-host.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const STAMP = /^\d+:[XCSM] (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d)\.(\d{3}) /;

/**
 * When a line of Redis's log was written, wall clock, milliseconds since 1970; null for banners and the like.
 * Format (server.c, serverLogRaw): `PID:ROLE DD Mon YYYY HH:MM:SS.mmm LEVEL text`, in the server's local time.
 */
export function logTimeMs(text: string): number | null {
  const [, day, monthName, year, hours, minutes, seconds, millis] = STAMP.exec(text) ?? [];
  const month = MONTHS.indexOf(monthName ?? '');
  if (month === -1) return null;
  const local = new Date(
    Number(year),
    month,
    Number(day),
    Number(hours),
    Number(minutes),
    Number(seconds),
    Number(millis),
  );
  return local.getTime();
}

/**
 * Turns texts into lines and drops what is older than `sinceMs`. A text without a time goes with the one before it;
 * what comes before the first time is as old as that.
 */
export function lineReader(node: string, sinceMs: number | undefined): (text: string) => LogLine | undefined {
  let recent = sinceMs === undefined;
  return (text) => {
    const atMs = logTimeMs(text);
    if (atMs !== null && sinceMs !== undefined) recent = atMs >= sinceMs;
    return recent ? { node, atMs, text } : undefined;
  };
}
