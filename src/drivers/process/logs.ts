import { systemClock } from '../../clock.js';
import type { LogLine, LogOptions } from '../node-host.js';
import { GrowingFile } from './log-file.js';
import { lineReader } from './log-line.js';

/** How often a followed log is looked at, in milliseconds. */
const FOLLOW_EVERY_MS = 100;

/** The lines of a node's log file; with `follow`, until the signal aborts, also across truncation and replacement. */
export async function* readLog(
  node: string,
  path: string,
  options: LogOptions = {},
): AsyncGenerator<LogLine> {
  const { tail, sinceMs, follow = false, signal } = options;
  const file = new GrowingFile(path);
  const read = lineReader(node, sinceMs);

  const past: LogLine[] = [];
  const keep = (line: LogLine | undefined): void => {
    if (line === undefined || tail === 0) return;
    past.push(line);
    if (tail !== undefined && past.length > tail) past.shift();
  };
  if (tail === undefined) {
    for await (const text of file.added()) {
      if (signal?.aborted) return;
      const line = read(text);
      if (line !== undefined) yield line;
    }
  } else {
    for await (const text of file.added()) keep(read(text));
  }
  if (!follow) {
    const rest = file.takeUnfinished();
    if (rest !== undefined) keep(read(rest));
  }
  yield* past;

  while (follow && (await nap(signal))) {
    for await (const text of file.added()) {
      const line = read(text);
      if (line !== undefined) yield line;
    }
  }
}

/** False once the signal has aborted, which ends a followed log without an error. */
async function nap(signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await systemClock.sleep(FOLLOW_EVERY_MS, signal);
    return signal?.aborted !== true;
  } catch (error) {
    if (signal?.aborted) return false;
    throw error;
  }
}
