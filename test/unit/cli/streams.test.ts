import { describe, expect, it } from 'vitest';
import { ClosedPipe, columnsOf, safeStream, wantsColor } from '../../../src/cli/streams.js';
import { MemoryOutput } from '../../helpers/world.js';

const terminal = new MemoryOutput(true);
const pipe = new MemoryOutput(false);

describe('colour', () => {
  it.each([
    [terminal, {}, undefined, true],
    [pipe, {}, undefined, false],
    [terminal, { NO_COLOR: '1' }, undefined, false],
    [terminal, { NO_COLOR: '' }, undefined, true],
    [terminal, { TERM: 'dumb' }, undefined, false],
    [pipe, { FORCE_COLOR: '1' }, undefined, true],
    [pipe, { FORCE_COLOR: '' }, undefined, true],
    [terminal, { FORCE_COLOR: '0' }, undefined, false],
    [pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, undefined, true],
    [pipe, { NO_COLOR: '1' }, true, true],
    [terminal, { FORCE_COLOR: '1' }, false, false],
  ])('case %#', (stream, env, flag, wanted) => expect(wantsColor(stream, env, flag)).toBe(wanted));
});

describe('width', () => {
  it("is the terminal's, else COLUMNS, else 80, and never nothing", () => {
    expect(columnsOf(terminal, { COLUMNS: '40' })).toBe(80);
    expect(columnsOf(pipe, { COLUMNS: '40' })).toBe(40);
    expect(columnsOf(pipe, {})).toBe(80);
    expect(columnsOf(pipe, { COLUMNS: 'wide' })).toBe(80);
    expect(columnsOf(pipe, { COLUMNS: '1' })).toBe(20);
  });
});

describe('safeStream', () => {
  it('is the same wrapper for the same stream, with one listener', () => {
    const stream = new MemoryOutput(false);
    expect(safeStream(stream)).toBe(safeStream(stream));
    expect(stream.listenerCount('error')).toBe(1);
  });

  it('says ClosedPipe from the first EPIPE on', async () => {
    const stream = new MemoryOutput(false);
    stream._write = (_chunk, _encoding, done: (error?: Error) => void) =>
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    const safe = safeStream(stream);
    await expect(safe.write('a')).rejects.toBeInstanceOf(ClosedPipe);
    expect(safe.closed).toBe(true);
    await expect(safe.write('b')).rejects.toBeInstanceOf(ClosedPipe);
  });
});
