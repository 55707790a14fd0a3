import type { LogLine, LogOptions, NodeHost } from '../drivers/node-host.js';
import { redactLogLine } from '../model/conf.js';

/**
 * The logs of several nodes as one. What is there already comes merged by time; with `follow`, what is added comes
 * as it arrives. Lines without a time (a banner) stay behind the line that they followed. Secrets are redacted.
 */
export async function* mergedLogs(
  host: NodeHost,
  ids: readonly string[],
  options: LogOptions,
): AsyncGenerator<LogLine> {
  for await (const line of merged(host, ids, options)) yield { ...line, text: redactLogLine(line.text) };
}

async function* merged(host: NodeHost, ids: readonly string[], options: LogOptions): AsyncGenerator<LogLine> {
  const { follow, tail, ...past } = options;
  const followFrom = await Promise.all(ids.map((id) => collect(host.logs(id, past))));
  const soFar = followFrom.flatMap(withTimes).sort((a, b) => a.at - b.at || a.order - b.order);
  for (const { line } of tail === undefined ? soFar : soFar.slice(Math.max(0, soFar.length - tail)))
    yield line;
  if (follow !== true) return;
  // Each node's stream starts again from its beginning: what was shown already is counted off.
  const streams = ids.map((id, i) =>
    skip(host.logs(id, { ...past, follow: true }), followFrom[i]?.length ?? 0),
  );
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
