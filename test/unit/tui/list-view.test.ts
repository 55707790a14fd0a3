import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import {
  type Cursor,
  type Entry,
  inputLines,
  type ListPage,
  listLines,
  type Size,
  underCursor,
} from '../../../src/tui/list-view.js';

const entry = (name: string, more: Partial<Entry> = {}): Entry => ({
  key: name,
  name,
  about: `about ${name}`,
  command: `sentinelctl ${name}`,
  ...more,
});
const page = (entries: Entry[]): ListPage => ({
  title: ['HEALTHY'],
  entries,
  empty: 'loading …',
  leaves: 'quits',
});
const MANY = page(
  Array.from({ length: 30 }, (_, i) => entry(`choice-${i + 1}`, { section: i < 10 ? 'First' : 'Second' })),
);
const drawn = (p: ListPage, cursor: Partial<Cursor> = {}, size: Partial<Size> = {}): string[] => {
  const at: Cursor = { key: null, typed: '', ...cursor };
  return listLines(p, at, underCursor(p, at, 'safe'), { color: false, columns: 80, rows: 24, ...size });
};

describe('a list on the whole screen', () => {
  it('shows sections, the cursor, what each entry does, and the command line of the current one', () => {
    const p = page([
      entry('Status', { section: 'Look' }),
      entry('Watch', { section: 'Look' }),
      entry('Down', { section: 'Cluster' }),
    ]);
    expect(drawn(p, { key: 'Watch' })).toEqual([
      'HEALTHY',
      '',
      'Look',
      '  Status  about Status',
      '❯ Watch   about Watch',
      'Cluster',
      '  Down    about Down',
      '',
      '$ sentinelctl Watch',
      'Enter runs it  q quits  2/3  a-z finds  ↑↓ choose',
    ]);
  });

  it('says in full what an entry does where there is no room for it beside the name', () => {
    const about = 'SIGKILL to redis-1; no writes until a replica is promoted; measured';
    const p = page([entry('Failover test', { about })]);
    expect(drawn(p, {}, { columns: 40 }).slice(2, 6)).toEqual([
      '❯ Failover test',
      '',
      'SIGKILL to redis-1; no writes until a',
      'replica is promoted; measured',
    ]);
  });

  it('wraps what an entry does beside its name, so that no word of it is lost', () => {
    const abouts = MANY.entries.map((e) => ({
      ...e,
      about: `${e.name} does something that takes ${'many '.repeat(12)}words`,
    }));
    for (const columns of [80, 100]) {
      const lines = drawn(page(abouts), { key: 'choice-15' }, { columns, rows: 200 });
      const all = lines.map((line) => line.slice(13).trim()).join(' ');
      for (const { about } of abouts) expect(all).toContain(about);
      // A list that does not fit is scrolled by lines, with the current entry in it.
      const low = drawn(page(abouts), { key: 'choice-29' }, { columns, rows: 14 });
      expect(low.some((line) => line.startsWith('❯ choice-29'))).toBe(true);
      expect(low).toHaveLength(14);
      // Only whole entries: below what says how many are above stands the name of one.
      const edge = low.findIndex((line) => line.startsWith('↑'));
      expect(low[edge + 1]).toMatch(/^[❯ ] choice-/);
    }
  });

  it('keeps the current entry in sight in a low window, and the command line too', () => {
    for (const at of [1, 5, 15, 29, 30]) {
      const lines = drawn(MANY, { key: `choice-${at}` }, { rows: 12, columns: 40 });
      expect(lines).toContain(`❯ choice-${at}`);
      expect(lines).toContain(`$ sentinelctl choice-${at}`);
      expect(lines).toHaveLength(12);
    }
  });

  it('says how many entries are above and below what it shows, at the edges', () => {
    const marks = (at: number): string[] =>
      drawn(MANY, { key: `choice-${at}` }, { rows: 12, columns: 40 }).filter((line) =>
        /^[↑↓] \d+ more$/.test(line),
      );
    const shown = (at: number): number =>
      drawn(MANY, { key: `choice-${at}` }, { rows: 12, columns: 40 }).filter((line) =>
        /^[❯ ] choice-/.test(line),
      ).length;
    for (const at of [1, 15, 30]) {
      const hidden = marks(at).reduce((sum, mark) => sum + Number(/\d+/.exec(mark)?.[0]), 0);
      expect(hidden + shown(at)).toBe(30);
    }
    expect(marks(1)).toEqual([expect.stringMatching(/^↓/)]);
    expect(marks(15)).toEqual([expect.stringMatching(/^↑/), expect.stringMatching(/^↓/)]);
    expect(marks(30)).toEqual([expect.stringMatching(/^↑/)]);
  });

  it.each([
    [40, 12],
    [80, 24],
    [120, 40],
    [200, 60],
  ])('is never wider or higher than a window of %i × %i', (columns, rows) => {
    const long = page([...MANY.entries, entry('very long '.repeat(30), { about: 'and more '.repeat(40) })]);
    for (const cursor of [{}, { key: 'choice-17' }, { key: 'very long '.repeat(30) }, { typed: 'choice' }]) {
      const lines = drawn(long, cursor, { columns, rows });
      expect(lines.length).toBeLessThanOrEqual(rows);
      expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([]);
    }
  });

  it('shows only what contains what was typed, and says so where nothing does', () => {
    const found = drawn(MANY, { typed: 'choice-2' });
    expect(found).toContain('❯ choice-2   about choice-2');
    expect(found).not.toContain('  choice-1   about choice-1');
    expect(found.at(-1)).toBe('find: choice-2  Esc clears, q then quits  1/11');
    expect(drawn(MANY, { typed: 'x' })).toContain('nothing contains "x"');
    const hiding = { ...MANY, hidden: [{ name: 'Failover test', why: 'the cluster is not HEALTHY' }] };
    expect(drawn(hiding, { typed: 'fail' })).toContain(
      'Failover test: not offered now: the cluster is not HEALTHY',
    );
    expect(drawn(page([]))).toContain('loading …');
  });

  it('puts first what begins with what was typed: kil is not the test that kills', () => {
    const list = page([entry('Failover test: kills the master'), entry('Kill a node …')]);
    expect(underCursor(list, { key: null, typed: 'kil' }, '')?.name).toBe('Kill a node …');
  });

  it('the cursor stays on its entry, and goes to the one that changes nothing where that is gone', () => {
    const list = page([entry('first'), entry('safe'), entry('other')]);
    const at = (key: string | null): string | undefined => underCursor(list, { key, typed: '' }, 'safe')?.key;
    expect(at(null)).toBe('first');
    expect(at('other')).toBe('other');
    expect(at('gone')).toBe('safe');
  });
});

describe('a question that is answered by typing', () => {
  it('shows what was typed, and the command line that it makes', () => {
    const asked = {
      title: ['No cluster exists.'],
      question: 'A name:',
      command: 'sentinelctl up --cluster b',
    };
    expect(inputLines(asked, 'b', { color: false, columns: 60, rows: 12 })).toEqual([
      'No cluster exists.',
      'A name: b█',
      '$ sentinelctl up --cluster b',
      'Enter runs it  Esc back',
    ]);
  });
});
