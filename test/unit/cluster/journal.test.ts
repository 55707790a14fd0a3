import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  appendRecord,
  beginJournal,
  type JournalHead,
  leftUnfinished,
  parseJournal,
  readJournal,
  requireFinished,
  runUnderWay,
} from '../../../src/cluster/store/journal.js';
import { openStore } from '../../../src/cluster/store/state.js';
import { ownIdentity } from '../../../src/host/process-identity.js';
import { tempDir } from '../../helpers/temp-dir.js';

const ACT = { act: 'pause', node: 'redis-1' };
const HEAD: JournalHead = {
  id: 'abc',
  what: 'inject freeze',
  owner: { pid: 1, startTime: 'long ago' },
  keep: false,
  atMs: 1_700_000_000_000,
  healByMs: null,
};
const opened = JSON.stringify({ type: 'opened', version: 1, ...HEAD });
const planned = JSON.stringify({ type: 'planned', n: 1, act: ACT });

/** Where the journal of the cluster `c` is. */
const pathOf = ({ dirOf }: ReturnType<typeof openStore>): string => join(dirOf('c'), 'journal.ndjson');

async function place(head: JournalHead | null = HEAD) {
  const store = openStore(await tempDir());
  await mkdir(store.dirOf('c'), { recursive: true });
  if (head !== null) await beginJournal(store, 'c', head);
  return store;
}

describe('parseJournal', () => {
  it('tells how far each act is', () => {
    const text = [opened, planned, '{"type":"done","n":1}', '{"type":"planned","n":2,"act":{}}', ''].join(
      '\n',
    );
    expect(parseJournal(text)?.steps).toEqual([
      { n: 1, act: ACT, state: 'done' },
      { n: 2, act: {}, state: 'planned' },
    ]);
    expect(parseJournal(`${text}{"type":"undone","n":1}\n`)?.steps[0]?.state).toBe('undone');
    expect(parseJournal(text)?.closed).toBe(false);
    expect(parseJournal(`${text}{"type":"closed"}\n`)?.closed).toBe(true);
  });

  it.each(Array.from({ length: planned.length - 1 }, (_, i) => i + 1))(
    'leaves out a last line that was cut off after %i bytes',
    (bytes) => expect(parseJournal(`${opened}\n${planned.slice(0, bytes)}`)?.steps).toEqual([]),
  );

  it('goes on after a line that was cut off', () => {
    const text = `${opened}\n${planned.slice(0, 20)}\n${planned}\n`;
    expect(parseJournal(text)?.steps).toEqual([{ n: 1, act: ACT, state: 'planned' }]);
  });

  it.each(['', '{', 'null\n', `${planned}\n`, opened.replace('"version":1', '"version":2')])(
    'is null for %j, which does not begin as a journal does',
    (text) => expect(parseJournal(text)).toBeNull(),
  );
});

describe('parseJournal guesses at nothing: it is null', () => {
  it.each([
    ['a line of another program', 'garbage'],
    ['a record of another kind', '{"type":"moved","n":1}'],
    ['what was done without having been planned', '{"type":"done","n":2}'],
    ['an act undone without having been planned', '{"type":"undone","n":2}'],
  ])('with %s in it', (_, line) => expect(parseJournal(`${opened}\n${planned}\n${line}\n`)).toBeNull());

  it('but one that is closed is done with', () =>
    expect(parseJournal(`${opened}\ngarbage\n{"type":"closed"}\n`)?.closed).toBe(true));

  it('but zeros, as a power cut leaves them, are a line that was cut off', () =>
    expect(parseJournal(`${opened}\n${planned}\n\0\0\0`)?.steps).toHaveLength(1));
});

describe('the file', () => {
  it('is its owner’s alone, and each record is a line of it', async () => {
    const store = await place();
    await appendRecord(store, 'c', { type: 'planned', n: 1, act: ACT });
    expect(await readFile(pathOf(store), 'utf8')).toBe(`${opened}\n${planned}\n`);
    expect((await readJournal(store, 'c'))?.head).toEqual(HEAD);
  });

  it('is gone on with after a record that was cut off', async () => {
    const store = await place();
    await appendFile(pathOf(store), planned.slice(0, 30));
    await appendRecord(store, 'c', { type: 'planned', n: 1, act: ACT });
    expect((await readJournal(store, 'c'))?.steps).toHaveLength(1);
  });

  it('that is not a journal is refused by its path', async () => {
    const store = await place(null);
    const path = pathOf(store);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'something else\n');
    await expect(readJournal(store, 'c')).rejects.toMatchObject({
      code: 'journal-unreadable',
      exitCode: 3,
      why: expect.stringContaining(path),
    });
  });
});

describe('an unfinished journal', () => {
  it('refuses what would change the cluster, and says recover', async () => {
    const store = await place();
    await appendRecord(store, 'c', { type: 'planned', n: 1, act: ACT });
    await expect(requireFinished(store, 'c')).rejects.toMatchObject({
      code: 'unfinished-journal',
      exitCode: 3,
      message: '"inject freeze" was interrupted, and cluster "c" is not restored',
      why: expect.stringContaining('1 action is not rolled back yet'),
      hint: 'sentinelctl recover --cluster c',
    });
  });

  it('says heal where it was left on purpose', async () => {
    const store = await place({ ...HEAD, keep: true });
    await expect(requireFinished(store, 'c')).rejects.toMatchObject({ hint: 'sentinelctl heal --cluster c' });
  });

  it('is none once it is closed, or where there never was one', async () => {
    const store = await place();
    await appendRecord(store, 'c', { type: 'closed' });
    await expect(requireFinished(store, 'c')).resolves.toBeUndefined();
    await expect(requireFinished(await place(null), 'c')).resolves.toBeUndefined();
  });

  it('is none where all repairs that it began are done: nothing is proved after them', async () => {
    const store = await place({ ...HEAD, proof: false });
    await appendRecord(store, 'c', { type: 'planned', n: 1, act: ACT });
    await expect(requireFinished(store, 'c')).rejects.toMatchObject({ code: 'unfinished-journal' });
    await appendRecord(store, 'c', { type: 'undone', n: 1 });
    await expect(requireFinished(store, 'c')).resolves.toBeUndefined();
    expect(await leftUnfinished(store, 'c')).toBeNull();
    // With a proof to come, the same steps are unfinished.
    const proving = await place();
    await appendRecord(proving, 'c', { type: 'planned', n: 1, act: ACT });
    await appendRecord(proving, 'c', { type: 'undone', n: 1 });
    await expect(requireFinished(proving, 'c')).rejects.toMatchObject({ code: 'unfinished-journal' });
  });

  it('of a run that is between two repairs is still shown as active', async () => {
    const store = await place({ ...HEAD, proof: false, owner: await ownIdentity() });
    expect(await runUnderWay(store, 'c')).toMatchObject({ what: 'inject freeze', acts: [] });
  });

  it('is shown by status once its run is gone, and not while it is active', async () => {
    expect(await leftUnfinished(await place(), 'c')).toEqual({
      what: 'inject freeze',
      keep: false,
      since: '2023-11-14T22:13:20.000Z',
    });
    expect(await leftUnfinished(await place({ ...HEAD, owner: await ownIdentity() }), 'c')).toBeNull();
  });

  it('of an active run is shown by status with what is in effect, and not as another one’s', async () => {
    const owner = await ownIdentity();
    const store = await place({ ...HEAD, owner });
    for (const n of [1, 2]) await appendRecord(store, 'c', { type: 'planned', n, act: ACT });
    await appendRecord(store, 'c', { type: 'undone', n: 2 });
    expect(await runUnderWay(store, 'c')).toEqual({
      what: 'inject freeze',
      pid: process.pid,
      since: '2023-11-14T22:13:20.000Z',
      acts: [`${ACT.act} of ${ACT.node}`],
    });
    expect(await runUnderWay(await place(), 'c')).toBeNull();
  });

  it('that cannot be read is shown by status as well', async () => {
    const store = await place();
    await appendFile(pathOf(store), 'garbage\n');
    expect(await leftUnfinished(store, 'c')).toEqual({ unreadable: pathOf(store) });
  });
});
