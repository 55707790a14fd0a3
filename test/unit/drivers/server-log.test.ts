import { appendFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogLine, LogOptions } from '../../../src/drivers/node-host.js';
import { logTimeMs, readLog } from '../../../src/drivers/server-log.js';
import { tempDir } from '../../helpers/temp-dir.js';

const at = (seconds: number): string => `4711:M 22 Nov 2025 13:03:0${seconds}.250`;
const LOG = [`${at(1)} # one`, `${at(2)} * two`, '   _._  banner é', `${at(3)} * three`]
  .map((l) => `${l}\n`)
  .join('');

async function textsOf(path: string, options?: LogOptions): Promise<string[]> {
  const texts: string[] = [];
  for await (const line of readLog('redis-1', path, options)) texts.push(line.text.replace(/^.*[#*] /, ''));
  return texts;
}

describe('logTimeMs', () => {
  it('reads local time to the millisecond, and nothing where there is none', () => {
    expect(logTimeMs(`${at(1)} # Sentinel ID is x`)).toBe(new Date(2025, 10, 22, 13, 3, 1, 250).getTime());
    expect(logTimeMs('12:signal-handler (1763816581) Received SIGTERM')).toBeNull();
    expect(logTimeMs('1:X 01 Foo 2025 00:00:00.000 * x')).toBeNull();
    expect(logTimeMs('')).toBeNull();
  });
});

describe('readLog', () => {
  it('keeps lines whole, the last one too where it has no end', async () => {
    const path = join(await tempDir(), 'server.log');
    await writeFile(path, `${LOG}last words`);
    const lines: LogLine[] = [];
    for await (const line of readLog('redis-1', path)) lines.push(line);
    expect(lines.map((line) => line.text)).toEqual([...LOG.trim().split('\n'), 'last words']);
    expect(lines[2]).toEqual({ node: 'redis-1', atMs: null, text: '   _._  banner é' });
  });

  it('gives the last lines, and those since a time with what belongs to them', async () => {
    const path = join(await tempDir(), 'server.log');
    await writeFile(path, LOG);
    expect(await textsOf(path, { tail: 1 })).toEqual(['three']);
    expect(await textsOf(path, { tail: 0 })).toEqual([]);
    const sinceMs = logTimeMs(`${at(2)} * `) ?? 0;
    expect(await textsOf(path, { sinceMs })).toEqual(['two', '   _._  banner é', 'three']);
    expect(await textsOf(path, { sinceMs, tail: 2 })).toEqual(['   _._  banner é', 'three']);
    expect(await textsOf(path, { sinceMs: sinceMs + 1 })).toEqual(['three']);
  });

  it('is empty where there is no log', async () => {
    expect(await textsOf(join(await tempDir(), 'none'))).toEqual([]);
  });

  it('reads characters that lie across two chunks', async () => {
    const path = join(await tempDir(), 'server.log');
    const line = 'é'.repeat(50_000);
    await writeFile(path, `x${line}\n`);
    expect(await textsOf(path)).toEqual([`x${line}`]);
  });

  it('follows what is added, across truncation and replacement, until its signal aborts', async () => {
    const path = join(await tempDir(), 'server.log');
    const stop = new AbortController();
    await writeFile(path, LOG);
    const seen: string[] = [];
    for await (const line of readLog('redis-1', path, { tail: 1, follow: true, signal: stop.signal })) {
      const text = line.text.replace(/^.*[#*] /, '');
      seen.push(text);
      if (text === 'three') {
        // The first half alone is not a line yet; the file may be read between the two.
        await appendFile(path, 'half');
        await appendFile(path, ' and half\n');
      } else if (text === 'half and half') {
        await truncate(path);
        await appendFile(path, 'cut\n');
      } else if (text === 'cut') {
        await writeFile(`${path}.new`, 'the file is another and longer than what was there\n');
        await rename(`${path}.new`, path);
      } else stop.abort();
    }
    expect(seen).toEqual([
      'three',
      'half and half',
      'cut',
      'the file is another and longer than what was there',
    ]);
  });

  it('ends at once where the signal has aborted already', async () => {
    const path = join(await tempDir(), 'server.log');
    await writeFile(path, LOG);
    expect(await textsOf(path, { tail: 1, follow: true, signal: AbortSignal.abort() })).toEqual(['three']);
  });
});
