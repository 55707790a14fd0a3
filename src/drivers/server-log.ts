import { type FileHandle, open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { systemClock } from '../clock.js';
import { errnoOf } from '../errors.js';
import type { LogLine, LogOptions } from './node-host.js';

/** How often a followed log is read, in milliseconds. */
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

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const STAMP = /^\d+:[XCSM] (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d)\.(\d{3}) /;

/**
 * When a line of Redis's log was written, wall clock, milliseconds since 1970; null for banners and the like.
 * Format (server.c, serverLogRaw): `PID:ROLE DD Mon YYYY HH:MM:SS.mmm LEVEL text`, in the server's local time.
 * @internal Tested with lines of other versions.
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
 * Turns texts into lines and drops those older than `sinceMs`. A text without a time belongs to the one before it; the
 * texts before the first time are as old as that one.
 */
export function lineReader(node: string, sinceMs: number | undefined): (text: string) => LogLine | undefined {
  let recent = sinceMs === undefined;
  return (text) => {
    const atMs = logTimeMs(text);
    if (atMs !== null && sinceMs !== undefined) recent = atMs >= sinceMs;
    return recent ? { node, atMs, text } : undefined;
  };
}

const CHUNK_BYTES = 65_536;

/**
 * Reads what was added to a text file since the last read, line by line. A file that shrank or was replaced is read
 * from its beginning again.
 */
class GrowingFile {
  #offset = 0;
  #inode: number | undefined;
  #partial = '';
  #decoder = new StringDecoder('utf8');

  constructor(readonly path: string) {}

  /** The complete lines added since the last call; none where the file does not exist. */
  async *added(): AsyncGenerator<string> {
    const file = await openIfThere(this.path);
    if (file === undefined) return;
    try {
      const { size, ino } = await file.stat();
      if (ino !== this.#inode || size < this.#offset) this.#restart(ino);
      const chunk = Buffer.alloc(CHUNK_BYTES);
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        const lines = (this.#partial + this.#decoder.write(chunk.subarray(0, bytesRead))).split('\n');
        this.#partial = lines.pop() ?? '';
        yield* lines;
      }
    } finally {
      await file.close();
    }
  }

  /** The last line, where it is not terminated yet; returned once. */
  takeUnfinished(): string | undefined {
    const rest = this.#partial;
    this.#partial = '';
    return rest === '' ? undefined : rest;
  }

  #restart(inode: number): void {
    this.#inode = inode;
    this.#offset = 0;
    this.#partial = '';
    this.#decoder = new StringDecoder('utf8');
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
