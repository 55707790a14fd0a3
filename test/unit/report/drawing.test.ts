import { describe, expect, it } from 'vitest';
import { plain, widthOf, wrap } from '../../../src/report/plain-text.js';
import { axis, bar } from '../../../src/report/text/bar.js';
import { table } from '../../../src/report/text/table.js';
import { plainView } from './lines.js';

describe('wrap', () => {
  it('breaks at spaces, and in a word only where it must', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('one two three', 8, 2)).toEqual(['one two', '  three']);
    expect(wrap('abcdefghij k', 4, 1)).toEqual(['abcd', ' efg', ' hij', ' k']);
    expect(wrap('', 10)).toEqual(['']);
    expect(wrap('  indented text', 10, 2)).toEqual(['  indented', '  text']);
  });

  it('keeps the name of a command on one line, where there is room', () => {
    const text = 'what was injected is rolled back by sentinelctl recover, and nothing else';
    expect(wrap(text, 50)).toEqual([
      'what was injected is rolled back by',
      'sentinelctl recover, and nothing else',
    ]);
    expect(wrap('sentinelctl recover', 12)).toEqual(['sentinelctl', 'recover']);
  });

  it('counts wide characters as two columns', () => {
    expect(wrap('日本語日本語', 6)).toEqual(['日本語', '日本語']);
    expect(widthOf('\u001b[31m日本\u001b[39m')).toBe(4);
  });
});

describe('plain', () => {
  it('takes out what a terminal would obey', () => {
    expect(plain('a\u001b[31mb\u001b[0m\nc\u0007\u202ed')).toBe('a b c d');
  });
});

describe('table', () => {
  const columns = [
    { title: 'NAME' },
    { title: 'SIZE', align: 'right' as const, drop: 1 },
    { title: 'NOTE', drop: 2 },
  ];
  const rows = [
    ['日本', '10', 'wide'],
    ['abc', '7', 'narrow'],
  ];

  it('aligns by display width', () => {
    expect(table(columns, rows, plainView(40)).split('\n')).toEqual([
      'NAME  SIZE  NOTE',
      '日本    10  wide',
      'abc      7  narrow',
    ]);
  });

  it('leaves out the least important column first', () => {
    expect(table(columns, rows, plainView(12)).split('\n')[0]).toBe('NAME  SIZE');
    expect(table(columns, rows, plainView(6)).split('\n')[0]).toBe('NAME');
  });

  it('puts rows one under the other when even the indispensable columns do not fit', () => {
    const text = table(
      [{ title: 'NAME' }, { title: 'WHERE' }],
      [['redis-1', '127.0.0.1:6379']],
      plainView(18),
    );
    expect(text.split('\n')).toEqual(['redis-1', '  WHERE  127.0.0.1', '         :6379']);
  });
});

describe('the time axis', () => {
  it('draws a stretch where it was', () => {
    expect(bar({ fromMs: 0, toMs: 50 }, 100, 10)).toBe('█████');
    expect(bar({ fromMs: 50, toMs: 100 }, 100, 10)).toBe('     █████');
    expect(bar({ fromMs: 0, toMs: 25 }, 100, 10)).toBe('██▌');
  });

  it('never draws nothing, nor beyond the end', () => {
    expect(bar({ fromMs: 30, toMs: 30 }, 100, 10)).toBe('   ▏');
    expect(bar({ fromMs: 100, toMs: 100 }, 100, 10)).toBe('         █');
    expect(bar({ fromMs: 90, toMs: 400 }, 100, 10)).toHaveLength(10);
  });

  it('is as wide as the bars', () => {
    expect(axis('17.66 s', 20)).toBe('0 ────────── 17.66 s');
    expect(widthOf(axis('17.66 s', 8))).toBeLessThanOrEqual(8);
  });
});
