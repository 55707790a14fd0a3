import type { Container, ContainerLogsOptions } from 'dockerode';
import { systemClock } from '../../../clock.js';
import type { LogLine, LogOptions } from '../../node-host.js';
import type { Engine } from '../engine/engine.js';
import { engineError, statusOf } from '../engine/errors.js';
import { lineReader, parseStamped } from '../engine/streams.js';
import type { Connected } from './containers.js';

/** How often a stopped node is checked again while its log is followed, in milliseconds. */
const LOOK_AGAIN_MS = 200;

/**
 * A node's log as the engine kept it, across restarts. The engine ends a followed log when the container stops; it is
 * then followed again from the last line seen.
 */
export async function* readLogs(
  { engine, containers }: Connected,
  node: string,
  options: LogOptions,
): AsyncGenerator<LogLine> {
  const { follow = false, signal, tail, sinceMs } = options;
  let last: string | null = null;
  for (;;) {
    const container = await containers.find(node);
    if (container === undefined || signal?.aborted) return;
    const isFirst = last === null;
    const from = last === null ? sinceMs : Date.parse(last);
    const asked: ContainerLogsOptions = {
      stdout: true,
      stderr: true,
      timestamps: true,
      ...(tail !== undefined && isFirst && { tail }),
      ...(from !== undefined && { since: (Math.floor(from) / 1000).toFixed(3) }),
    };
    try {
      for await (const line of readOnce(engine, container, asked, follow, signal)) {
        const { stamp, atMs, text } = parseStamped(line);
        // `since` counts milliseconds here, stamps nanoseconds: so lines that were already seen come again.
        if (stamp !== null && last !== null && !isFirst && stamp <= last) continue;
        if (stamp !== null) last = stamp;
        yield { node, atMs, text };
      }
    } catch (error) {
      if (signal?.aborted || statusOf(error) === 404) return;
      throw engineError(error, engine.target, `read the log of ${node}`);
    }
    if (!follow) return;
    const slept = await systemClock.sleep(LOOK_AGAIN_MS, signal).then(
      () => true,
      () => false,
    );
    if (!slept) return;
  }
}

async function* readOnce(
  engine: Engine,
  container: Container,
  asked: ContainerLogsOptions,
  follow: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const reader = lineReader();
  const handle = engine.streams.getContainer(container.id);
  if (!follow) {
    yield* reader.feed(await handle.logs({ ...asked, follow: false }));
    yield* reader.end();
    return;
  }
  const stream = (await handle.logs({
    ...asked,
    follow: true,
    ...(signal && { abortSignal: signal }),
  })) as unknown as (AsyncIterable<Uint8Array> & { destroy(): void }) | undefined;
  if (stream === undefined) return;
  const stop = (): void => stream.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of stream) yield* reader.feed(chunk);
    yield* reader.end();
  } finally {
    signal?.removeEventListener('abort', stop);
    stream.destroy();
  }
}
