import { describe, expect, it } from 'vitest';
import { lineReader, parseStamped } from '../../../../src/drivers/docker/engine/streams.js';

describe('a log stream', () => {
  const frame = (stream: number, text: string): Buffer => {
    const head = Buffer.alloc(8);
    head[0] = stream;
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };

  it('gives the same lines however it is cut', () => {
    const bytes = Buffer.concat([frame(1, 'één\nhal'), frame(2, 'error\n'), frame(1, 'f\nlast')]);
    for (const size of [1, 3, 8, 1000]) {
      const reader = lineReader();
      const lines: string[] = [];
      for (let at = 0; at < bytes.length; at += size)
        lines.push(...reader.feed(bytes.subarray(at, at + size)));
      expect([...lines, ...reader.end()]).toEqual(['één', 'error', 'half', 'last']);
    }
  });

  it('is stamped with nanoseconds, of which milliseconds are kept', () => {
    expect(parseStamped('2026-01-02T03:04:05.678901234Z 1:M 02 Jan * Ready')).toEqual({
      stamp: '2026-01-02T03:04:05.678901234Z',
      atMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
      text: '1:M 02 Jan * Ready',
    });
    expect(parseStamped('no stamp\r')).toEqual({ stamp: null, atMs: null, text: 'no stamp' });
  });
});
