import type { Screen, ScreenEvent } from '../cli/interactive.js';
import { interrupted } from '../cli/interrupts.js';
import {
  type Cursor,
  type Entry,
  type InputPage,
  inputLines,
  type ListPage,
  listLines,
  matching,
  underCursor,
} from './list-view.js';

/** A screen on which questions are asked, and what may change while one is open. */
export interface Conversation {
  screen: Screen;
  color: boolean;
  /** Ends every question from outside; its reason is what they reject with. */
  signal: AbortSignal;
  /** Calls the listener whenever what is shown may have changed, until the function that it returns is called. */
  onChange(listener: () => void): () => void;
}

type Key = Extract<ScreenEvent, { type: 'key' }>;

/** An answer, `undefined` for Esc, or null while there is none. */
type Answer<T> = { is: T | undefined } | null;

const BACK = { is: undefined };

/**
 * Shows a list until an entry is chosen; undefined for Esc and q. `page` is asked at every drawing. Where the entry
 * under the cursor disappears, the cursor goes to the entry `safe`, which must change nothing; from there, until a key is
 * pressed, to an urgent one that comes first. `at` is where it begins.
 */
export function pick<E extends Entry>(
  conversation: Conversation,
  page: () => ListPage<E>,
  { safe = '', at = null }: { safe?: string; at?: string | null } = {},
): Promise<E | undefined> {
  let cursor: Cursor = { key: at, typed: '' };
  let hasKey = false;
  const current = (): E | undefined => {
    const shown = underCursor(page(), cursor, safe);
    const [first] = page().entries;
    return !hasKey && shown?.key === safe && first?.urgent === true ? first : shown;
  };
  const move = (by: number): void => {
    const entries = matching(page().entries, cursor.typed);
    const at = entries.findIndex((e) => e.key === current()?.key);
    const next = entries[Math.max(0, Math.min(at + by, entries.length - 1))];
    if (next !== undefined) cursor = { ...cursor, key: next.key };
  };
  const find = (typed: string): void => {
    cursor = { key: matching(page().entries, typed)[0]?.key ?? null, typed };
  };
  const sizeOf = sizeFor(conversation);
  const onKey = (key: Key): Answer<E> => {
    hasKey = true;
    const half = Math.max(1, Math.floor(conversation.screen.rows / 2));
    switch (key.name) {
      case 'return': {
        const entry = current();
        return entry === undefined ? null : { is: entry };
      }
      case 'escape':
        if (cursor.typed === '') return BACK;
        cursor = { key: current()?.key ?? null, typed: '' };
        return null;
      case 'up':
        move(-1);
        return null;
      case 'down':
        move(1);
        return null;
      case 'pageup':
        move(-half);
        return null;
      case 'pagedown':
        move(half);
        return null;
      case 'home':
        move(-Infinity);
        return null;
      case 'end':
        move(Infinity);
        return null;
      case 'backspace':
        find(cursor.typed.slice(0, -1));
        return null;
    }
    if (key.name === 'q' && cursor.typed === '') return BACK;
    // No name has a slash: it begins a new search.
    if (key.text === '/') find('/');
    else if (key.text !== '') find(cursor.typed + key.text);
    return null;
  };
  return converse(
    conversation,
    () => {
      const shown = current();
      // It stays on its entry, also where another one comes first now.
      if (shown !== undefined && (hasKey || page().arrives !== true)) cursor = { ...cursor, key: shown.key };
      return listLines(page(), cursor, shown, sizeOf());
    },
    onKey,
  );
}

/**
 * Asks for a text; undefined for Esc. An empty one is not taken. `initial` is an answer that is there already: the first
 * character that is typed replaces it where it is an `example`, else it is edited.
 */
export function typeIn(
  conversation: Conversation,
  page: (typed: string) => InputPage,
  { initial = '', example = false }: { initial?: string; example?: boolean } = {},
): Promise<string | undefined> {
  let typed = initial;
  let isExample = example;
  const sizeOf = sizeFor(conversation);
  return converse(
    conversation,
    () => inputLines(page(typed), typed, sizeOf()),
    (key): Answer<string> => {
      if (key.name === 'escape') return BACK;
      if (key.name === 'return') return typed.trim() === '' ? null : { is: typed.trim() };
      if (key.name === 'backspace') typed = typed.slice(0, -1);
      else if (key.name === 'u' && key.ctrl) typed = '';
      else if (key.text === '') return null;
      else typed = isExample ? key.text : typed + key.text;
      isExample = false;
      return null;
    },
  );
}

const sizeFor =
  ({ screen, color }: Conversation) =>
  (): { columns: number; rows: number; color: boolean } => ({
    columns: screen.columns,
    rows: screen.rows,
    color,
  });

/** Draws at once, at every change and after every key, until a key is an answer; Ctrl-C is an interruption (130). */
function converse<T>(
  { screen, signal, onChange }: Conversation,
  lines: () => string[],
  onKey: (key: Key) => Answer<T>,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const releases: (() => void)[] = [];
    const end = (settle: () => void): void => {
      for (const release of releases.splice(0)) release();
      settle();
    };
    const fail = (error: unknown): void => end(() => reject(error));
    const draw = (): void => void screen.draw(lines()).catch(fail);
    const onAbort = (): void => fail(signal.reason);
    const onEvent = (event: ScreenEvent): void => {
      if (event.type === 'end' || (event.type === 'key' && event.ctrl && event.name === 'c')) {
        fail(interrupted());
        return;
      }
      const answer = event.type === 'key' ? onKey(event) : null;
      if (answer === null) draw();
      else end(() => resolve(answer.is));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    releases.push(() => signal.removeEventListener('abort', onAbort), screen.on(onEvent), onChange(draw));
    if (signal.aborted) onAbort();
    else draw();
  });
}
