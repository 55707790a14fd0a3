import type { Screen, ScreenEvent } from '../../src/cli/interactive.js';

/** A screen on which keys are pressed by hand. */
export interface FakeScreen extends Screen {
  happens(event: ScreenEvent): void;
  /** Presses keys by Node's names; a single character is typed. */
  press(...names: string[]): void;
  listeners(): number;
  /** The lines that were drawn last. */
  shown(): readonly string[];
}

export const key = (name: string, ctrl = false): ScreenEvent => ({
  type: 'key',
  name,
  ctrl,
  text: name.length === 1 && !ctrl ? name : '',
});

export function fakeScreen(): FakeScreen {
  const listeners = new Set<(event: ScreenEvent) => void>();
  let lines: readonly string[] = [];
  const screen: FakeScreen = {
    columns: 80,
    rows: 24,
    draw(next) {
      lines = next;
      return Promise.resolve();
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => Promise.resolve(),
    happens: (event) => {
      for (const listener of [...listeners]) listener(event);
    },
    press: (...names) => {
      for (const name of names) screen.happens(key(name));
    },
    listeners: () => listeners.size,
    shown: () => lines,
  };
  return screen;
}
