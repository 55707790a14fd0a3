/**
 * Takes the engine's log stream apart: frames of [stream, 0, 0, 0, length as big-endian uint32] and that many bytes
 * (moby, pkg/stdcopy). Feed it chunks as they come; it answers complete lines, stdout and stderr in the order sent.
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

/** `2026-01-02T03:04:05.678901234Z text` as the engine stamps it. */
export function parseStamped(line: string): { stamp: string | null; atMs: number | null; text: string } {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) ?(.*)$/s.exec(line);
  const stamp = match?.[1];
  if (stamp === undefined) return { stamp: null, atMs: null, text: line.replace(/\r$/, '') };
  return { stamp, atMs: Date.parse(stamp), text: (match?.[2] ?? '').replace(/\r$/, '') };
}
