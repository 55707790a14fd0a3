import type { LogLine, LogOptions, NodeHost } from '../drivers/node-host.js';
import { OperatorError } from '../errors.js';
import { redactLogLine } from '../model/conf.js';

export interface MergeOptions extends LogOptions {
  /** Told of each log that cannot be read, where others can; absent: that is thrown. */
  onUnreadable?: ((why: string) => void) | undefined;
}

/**
 * The logs of several nodes as one. What is there already comes merged by time; with `follow`, what is added comes
 * as it arrives. Lines without a time (a banner) stay behind the line that they followed. Secrets are redacted.
 */
export async function* mergedLogs(
  host: NodeHost,
  ids: readonly string[],
  options: MergeOptions,
): AsyncGenerator<LogLine> {
  for await (const line of merged(host, ids, options)) yield { ...line, text: redactLogLine(line.text) };
}

async function* merged(
  host: NodeHost,
  ids: readonly string[],
  options: MergeOptions,
): AsyncGenerator<LogLine> {
  const { follow, tail, onUnreadable, ...past } = options;
  const read = await Promise.allSettled(ids.map((id) => collect(host.logs(id, past))));
  const lost = read.filter((one) => one.status === 'rejected');
  const [first] = lost;
  if (first !== undefined && (onUnreadable === undefined || lost.length === read.length)) throw first.reason;
  for (const { reason } of lost) {
    if (!(reason instanceof OperatorError)) throw reason;
    onUnreadable?.([reason.message, reason.hint].filter(Boolean).join(': '));
  }
  const followFrom = read.map((one) => (one.status === 'fulfilled' ? one.value : null));
  const soFar = followFrom
    .flatMap((lines) => withTimes(lines ?? []))
    .sort((a, b) => a.at - b.at || a.order - b.order);
  for (const { line } of tail === undefined ? soFar : soFar.slice(Math.max(0, soFar.length - tail)))
    yield line;
  if (follow !== true) return;
  // Each node's stream starts again from its beginning: what was shown already is counted off.
  const streams = ids.flatMap((id, i) => {
    const lines = followFrom[i];
    return lines == null ? [] : [skip(host.logs(id, { ...past, follow: true }), lines.length)];
  });
  yield* race(streams);
}

async function collect(lines: AsyncIterable<LogLine>): Promise<LogLine[]> {
  const all: LogLine[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

async function* skip(lines: AsyncIterable<LogLine>, count: number): AsyncGenerator<LogLine> {
  let left = count;
  for await (const line of lines) {
    if (left > 0) left--;
    else yield line;
  }
}

function withTimes(lines: LogLine[]): { line: LogLine; at: number; order: number }[] {
  let at = 0;
  return lines.map((line, order) => {
    at = line.atMs ?? at;
    return { line, at, order };
  });
}

/** Whichever of several streams has something next. */
async function* race(streams: AsyncGenerator<LogLine>[]): AsyncGenerator<LogLine> {
  const waiting = new Map(streams.map((s) => [s, next(s)]));
  try {
    while (waiting.size > 0) {
      const { stream, result } = await Promise.race(waiting.values());
      if (result.done === true) waiting.delete(stream);
      else {
        waiting.set(stream, next(stream));
        yield result.value;
      }
    }
  } finally {
    await Promise.all(streams.map((s) => s.return(undefined).catch(() => {})));
  }
}

async function next(
  stream: AsyncGenerator<LogLine>,
): Promise<{ stream: AsyncGenerator<LogLine>; result: IteratorResult<LogLine> }> {
  return { stream, result: await stream.next() };
}
