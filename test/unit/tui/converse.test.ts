import { describe, expect, it } from 'vitest';
import { EXIT, OperatorError } from '../../../src/errors.js';
import { type Conversation, pick, typeIn } from '../../../src/tui/converse.js';
import type { Entry, ListPage } from '../../../src/tui/list-view.js';
import { type FakeScreen, fakeScreen, key } from '../../helpers/fake-screen.js';

const pageOf = (...names: string[]): ListPage => ({
  title: [],
  entries: names.map((name) => ({ key: name, name, about: '', command: name })),
  empty: '',
  leaves: 'quits',
});

function conversation(signal = new AbortController().signal): {
  screen: FakeScreen;
  on: Conversation;
  changed(): void;
  open(): number;
} {
  const screen = fakeScreen();
  const listeners = new Set<() => void>();
  const on: Conversation = {
    screen,
    color: false,
    signal,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const changed = (): void => {
    for (const listener of [...listeners]) listener();
  };
  return { screen, on, changed, open: () => listeners.size + screen.listeners() };
}

const keyOf = async (picked: Promise<Entry | undefined>): Promise<string | undefined> => (await picked)?.key;

describe('a list', () => {
  it.each([
    [[], 'one'],
    [['down'], 'two'],
    [['down', 'down', 'down', 'down'], 'three'],
    [['end'], 'three'],
    [['end', 'up', 'up', 'up', 'up'], 'one'],
    [['end', 'home'], 'one'],
    [['pagedown'], 'three'],
    [['t'], 'two'],
    [['t', 'down'], 'three'],
    [['t', 'h'], 'three'],
    [['t', 'x', 'backspace'], 'two'],
    [['t', 'escape'], 'two'],
  ])('the keys %j and Enter choose %s', async (keys, chosen) => {
    const { screen, on, open } = conversation();
    const picked = pick(on, () => pageOf('one', 'two', 'three'));
    screen.press(...keys, 'return');
    expect(await keyOf(picked)).toBe(chosen);
    expect(open()).toBe(0);
  });

  it.each([
    ['before a key is pressed', [], 'fix'],
    ['unless the cursor was moved', ['down'], 'two'],
  ])('begins on what arrives first, %s', async (_, keys, chosen) => {
    const { screen, on, changed } = conversation();
    let page: ListPage = { ...pageOf('one', 'two'), arrives: true };
    const picked = pick(on, () => page);
    screen.press(...keys);
    page = pageOf('fix', 'one', 'two');
    changed();
    // From then on it stays.
    page = pageOf('other', 'fix', 'one', 'two');
    changed();
    screen.press('return');
    expect(await keyOf(picked)).toBe(chosen);
  });

  it.each([['escape'], ['q']])('%s leaves it', async (name) => {
    const { screen, on, open } = conversation();
    const picked = pick(on, () => pageOf('one'));
    screen.press(name);
    expect(await picked).toBeUndefined();
    expect(open()).toBe(0);
  });

  it('q is a letter where something was typed before', async () => {
    const { screen, on } = conversation();
    const picked = pick(on, () => pageOf('one', 'seq'));
    screen.press('e', 'q', 'return');
    expect(await keyOf(picked)).toBe('seq');
  });

  it('nothing is chosen where nothing is found', async () => {
    const { screen, on } = conversation();
    const picked = pick(on, () => pageOf('one'));
    screen.press('x', 'return', 'escape', 'return');
    expect(await keyOf(picked)).toBe('one');
  });

  it('the cursor stays on its entry when another one appears above it, so that Enter runs what it was on', async () => {
    const { screen, on, changed } = conversation();
    let page = pageOf('Status', 'Down');
    const picked = pick(on, () => page, { safe: 'Status' });
    page = pageOf('Doctor', 'Status', 'Down');
    changed();
    expect(screen.shown()).toContain('❯ Status');
    screen.press('return');
    expect(await keyOf(picked)).toBe('Status');
  });

  it.each([
    ['until a key is pressed', [], 'Fix: start redis-2'],
    ['unless the cursor was moved', ['down', 'up'], 'Status'],
    ['unless it is on what was chosen', ['down'], 'Down'],
  ])('the cursor goes to what is wrong from the entry that changes nothing, %s', async (_, keys, chosen) => {
    const { screen, on, changed } = conversation();
    const [fix, ...healthy] = pageOf('Fix: start redis-2', 'Status', 'Down').entries;
    let page: ListPage = { ...pageOf(), entries: healthy };
    const picked = pick(on, () => page, { safe: 'Status' });
    screen.press(...keys);
    page = { ...page, entries: [{ ...fix, urgent: true } as Entry, ...healthy] };
    changed();
    expect(screen.shown()).toContain(`❯ ${chosen}`);
    screen.press('return');
    expect(await keyOf(picked)).toBe(chosen);
  });

  it('the cursor goes to what changes nothing when its entry disappears', async () => {
    const { screen, on, changed } = conversation();
    let page = pageOf('Fix: start redis-2', 'Down', 'Status');
    const picked = pick(on, () => page, { safe: 'Status' });
    page = pageOf('Down', 'Status');
    changed();
    screen.press('return');
    expect(await keyOf(picked)).toBe('Status');
  });

  it('begins at the top once the list arrives', async () => {
    const { screen, on, changed } = conversation();
    let page = pageOf();
    const picked = pick(on, () => page);
    screen.press('return', 'down');
    page = pageOf('one', 'two');
    changed();
    screen.press('return');
    expect(await keyOf(picked)).toBe('one');
  });

  it.each([
    ['Ctrl-C', key('c', true)],
    ['a terminal that is gone', { type: 'end' }],
  ] as const)('%s is an interruption', async (_, event) => {
    const { screen, on, open } = conversation();
    const picked = pick(on, () => pageOf('one'));
    screen.happens(event);
    await expect(picked).rejects.toMatchObject({ exitCode: EXIT.interrupted });
    expect(open()).toBe(0);
  });

  it('ends with the reason of a signal', async () => {
    const stop = new AbortController();
    const { on, open } = conversation(stop.signal);
    const picked = pick(on, () => pageOf('one'));
    const reason = new OperatorError({ code: 'terminated', message: 'ended by SIGTERM', exitCode: 143 });
    stop.abort(reason);
    await expect(picked).rejects.toBe(reason);
    await expect(pick(on, () => pageOf('one'))).rejects.toBe(reason);
    expect(open()).toBe(0);
  });
});

describe('a question that is answered by typing', () => {
  const page = (typed: string): { title: string[]; question: string; command: string } => ({
    title: [],
    question: 'A name:',
    command: `up ${typed}`,
  });

  it('takes what was typed, corrected, and never nothing', async () => {
    const { screen, on, open } = conversation();
    const answer = typeIn(on, page);
    screen.press('return', 'o', 'q', 'x', 'backspace');
    expect(screen.shown()).toContain('$ up oq');
    screen.press('return');
    expect(await answer).toBe('oq');
    expect(open()).toBe(0);
  });

  it('Esc leaves it, Ctrl-U clears it', async () => {
    const { screen, on } = conversation();
    const cleared = typeIn(on, page, { initial: 'localhost' });
    screen.happens(key('u', true));
    screen.press('h', 'return');
    expect(await cleared).toBe('h');
    const edited = typeIn(on, page, { initial: 'localhost' });
    screen.press('x', 'return');
    expect(await edited).toBe('localhostx');
    const left = typeIn(on, page, { initial: 'localhost' });
    screen.press('escape');
    expect(await left).toBeUndefined();
  });

  it('what is typed replaces an example, which Enter takes and backspace edits', async () => {
    const { screen, on } = conversation();
    const example = { initial: 'localhost', example: true };
    const replaced = typeIn(on, page, example);
    screen.press('up', 'a', 'b', 'return');
    expect(await replaced).toBe('ab');
    const taken = typeIn(on, page, example);
    screen.press('return');
    expect(await taken).toBe('localhost');
    const edited = typeIn(on, page, example);
    screen.press('backspace', 'x', 'return');
    expect(await edited).toBe('localhosx');
  });
});
