import { describe, expect, it } from 'vitest';
import type { ScreenEvent } from '../../../src/cli/interactive.js';
import { frame, openScreen, pressedKey } from '../../../src/tui/screen.js';
import { memoryWorld } from '../../helpers/world.js';

describe('a frame', () => {
  const bare = (lines: string[], columns = 10, rows = 4): string =>
    frame(lines, { columns, rows }).replaceAll('\x1b', '^');

  it('starts at the top, clears behind each line and below the last, and nothing before it is written', () => {
    expect(bare(['one', 'two'])).toBe('^[?2026h^[Hone^[K\r\ntwo^[K\r\n^[J^[?2026l');
  });

  it('never clears the last character of a full line, coloured or not', () => {
    expect(bare(['1234567890'])).toContain('1234567890\r\n');
    expect(bare(['\x1b[31m1234567890\x1b[39m'])).toContain('^[31m1234567890^[39m\r\n');
    expect(bare(['日本日本日'])).toContain('日本日本日\r\n');
  });

  it('leaves out what is below the window, and never scrolls', () => {
    expect(bare(['1', '2', '3', '4', '5'])).toBe('^[?2026h^[H1^[K\r\n2^[K\r\n3^[K\r\n4^[K^[?2026l');
  });
});

describe('the screen', () => {
  it('takes the terminal over and gives it back as it was, once', async () => {
    const world = memoryWorld({ tty: true });
    const raw: boolean[] = [];
    Object.assign(world.stdin, { setRawMode: (on: boolean) => raw.push(on) });
    const screen = await openScreen(world);
    expect(world.stdout.text).toBe('\x1b[?1049h\x1b[?25l\x1b[?7l');
    // What a process that ends in the middle writes last.
    expect([...world.lastWords]).toEqual(['\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l']);
    await screen.draw(['hello']);
    await screen.close();
    await screen.close();
    await screen.draw(['too late']);
    expect(world.stdout.text.endsWith('\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l')).toBe(true);
    expect(world.stdout.text.split('\x1b[?1049l')).toHaveLength(2);
    expect(world.lastWords.size).toBe(0);
    expect(raw).toEqual([true, false]);
    expect(world.stdin.isPaused()).toBe(true);
    expect(world.stdout.listenerCount('resize')).toBe(0);
  });

  it('tells of keys and of another size, while there is a listener', async () => {
    const world = memoryWorld({ tty: true });
    const screen = await openScreen(world);
    const seen: ScreenEvent[] = [];
    const stop = screen.on((event) => seen.push(event));
    world.stdin.write('q');
    world.stdin.write('\x03');
    world.stdin.write('\r');
    world.stdout.emit('resize');
    await expect.poll(() => seen.length, { interval: 5 }).toBe(4);
    stop();
    world.stdout.emit('resize');
    expect(seen).toEqual(
      expect.arrayContaining([
        { type: 'key', name: 'q', ctrl: false, text: 'q' },
        { type: 'key', name: 'c', ctrl: true, text: '' },
        { type: 'key', name: 'return', ctrl: false, text: '' },
        { type: 'resize' },
      ]),
    );
    expect(seen).toHaveLength(4);
    await screen.close();
  });

  it('takes a line feed, as which an Enter from before raw mode arrives, for Enter', async () => {
    const world = memoryWorld({ tty: true });
    const screen = await openScreen(world);
    const names: string[] = [];
    screen.on((event) => void (event.type === 'key' && names.push(event.name)));
    world.stdin.write('\n');
    await expect.poll(() => names, { interval: 5 }).toEqual(['return']);
    await screen.close();
  });

  it('writes a frame once, and the same one again only in a window of another size', async () => {
    const world = memoryWorld({ tty: true });
    const screen = await openScreen(world);
    const written = async (lines: string[]): Promise<string> => {
      const before = world.stdout.text.length;
      await screen.draw(lines);
      return world.stdout.text.slice(before);
    };
    expect(await written(['one'])).toContain('one');
    expect(await written(['one'])).toBe('');
    expect(await written(['two'])).toContain('two');
    world.stdout.emit('resize');
    expect(await written(['two'])).toContain('two');
    await screen.close();
  });

  it('says when the terminal is gone', async () => {
    const world = memoryWorld({ tty: true });
    const screen = await openScreen(world);
    const seen: ScreenEvent[] = [];
    screen.on((event) => seen.push(event));
    world.stdin.end();
    await expect.poll(() => seen, { interval: 5 }).toEqual([{ type: 'end' }]);
    await screen.close();
  });
});

describe('a prompt for one key', () => {
  const NAMES = ['return', 'space', 'escape'];

  it('stands there only when keys are read already', async () => {
    const world = memoryWorld({ tty: true });
    const order: string[] = [];
    Object.assign(world.stdin, {
      setRawMode: (on: boolean) => order.push(`raw ${on}: ${world.stderr.text}`),
    });
    const pressed = pressedKey(world, { prompt: 'Enter: menu', names: NAMES }, new AbortController().signal);
    world.stdin.write('\r');
    expect(await pressed).toBe(true);
    expect(order).toEqual(['raw true: ', 'raw false: Enter: menu']);
  });

  it('takes what was typed before it stood there; q leaves', async () => {
    for (const [typed, isTaken] of [
      ['\n', true],
      [' ', true],
      ['xq', false],
    ] as const) {
      const world = memoryWorld({ tty: true });
      world.stdin.write(typed);
      const pressed = pressedKey(world, { prompt: '', names: NAMES }, new AbortController().signal);
      expect(await pressed).toBe(isTaken);
    }
  });
});
