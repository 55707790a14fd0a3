/**
 * Splits the engine's log stream into lines: frames of [stream, 0, 0, 0, length as big-endian uint32] and that many
 * bytes (moby, pkg/stdcopy). Returns complete lines of stdout and stderr in the order sent. docker-modem's demuxStream
 * writes to two streams without back-pressure, and a line of one could end up inside a line of the other.
 */
export function lineReader(): { feed(chunk: Uint8Array): string[]; end(): string[] } {
  let raw: Buffer = Buffer.alloc(0);
  const partial: Record<number, string> = {};
  const feed = (chunk: Uint8Array): string[] => {
    raw = Buffer.concat([raw, chunk]);
    const lines: string[] = [];
    while (raw.length >= 8) {
      const length = raw.readUInt32BE(4);
      if (raw.length < 8 + length) break;
      const stream = raw[0] ?? 1;
      const parts = ((partial[stream] ?? '') + raw.toString('utf8', 8, 8 + length)).split('\n');
      partial[stream] = parts.pop() ?? '';
      lines.push(...parts);
      raw = raw.subarray(8 + length);
    }
    return lines;
  };
  const end = (): string[] => Object.values(partial).filter((line) => line !== '');
  return { feed, end };
}

/** `2026-01-02T03:04:05.678901234Z text`, with the engine's time stamp. */
export function parseStamped(line: string): { stamp: string | null; atMs: number | null; text: string } {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) ?(.*)$/s.exec(line);
  const stamp = match?.[1];
  if (stamp === undefined) return { stamp: null, atMs: null, text: line.replace(/\r$/, '') };
  return { stamp, atMs: Date.parse(stamp), text: (match?.[2] ?? '').replace(/\r$/, '') };
}

/** One line of what the engine sends while it pulls or imports an image (moby, pkg/jsonmessage). */
export interface EngineMessage {
  status?: string;
  id?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
}

/**
 * Reads such a stream to its end. Throws what the engine reports as `error`, and what the connection throws.
 * docker-modem's followProgress ignores `error`, calls a cut connection a success, and throws outside of any promise
 * for a line that is not JSON.
 */
export async function readMessages(
  stream: NodeJS.ReadableStream,
  onMessage: (message: EngineMessage) => void = () => {},
): Promise<void> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line, onMessage);
  }
  take(rest, onMessage);
}

function take(line: string, onMessage: (message: EngineMessage) => void): void {
  if (line.trim() === '') return;
  const message = parse(line);
  if (message?.error !== undefined) throw new Error(message.error);
  if (message !== undefined) onMessage(message);
}

function parse(line: string): EngineMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as EngineMessage) : undefined;
  } catch {
    // A proxy or an engine that stops may cut a line; the other lines are still valid.
    return undefined;
  }
}
