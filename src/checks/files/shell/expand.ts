import { BadScript, partEnd } from './lex.js';

/** Stands before text that only the running container knows: `$(hostname -i)`. */
export const OPEN = '\uE000';

/** Signs within such text that would split it, and what stands for them. */
const HIDDEN: readonly (readonly [sign: string, hidden: string])[] = [
  [' ', '\u00a0'],
  ["'", '\uE001'],
  ['"', '\uE002'],
  ['\n', '\uE003'],
];

/** Text that only the running container knows, in one piece. */
export const openText = (text: string): string =>
  OPEN + HIDDEN.reduce((changed, [sign, hidden]) => changed.replaceAll(sign, hidden), text);

/** A variable that the ways through a script leave with different values. It is not one that is not set. */
export const differing = (name: string): string => openText(`$${name}?`);

/** Whether a word is nothing but such a variable. */
export const isDiffering = (word: string): boolean => new RegExp(`^${OPEN}\\$\\w+\\?$`).test(word);

/** The same as it is written. */
export const writtenText = (text: string): string =>
  HIDDEN.reduce((changed, [sign, hidden]) => changed.replaceAll(hidden, sign), text.replaceAll(OPEN, ''));

/** A variable's value; undefined where it is not set. */
export type Lookup = (name: string) => string | undefined;

/** A word as the shell makes one or several of it: expansions, splitting at blanks, quotes taken off. */
export function expandWord(raw: string, lookup: Lookup): string[] {
  const fields: string[] = [];
  let current: string | null = null;
  const add = (text: string): void => {
    current = (current ?? '') + text;
  };
  for (let at = 0; at < raw.length; ) {
    const end = partEnd(raw, at);
    const part = raw.slice(at, end);
    if (part.startsWith("'")) add(part.slice(1, -1));
    else if (part.startsWith('"')) add(expandText(part.slice(1, -1), lookup, true));
    else if (part.startsWith('\\')) add(part.charAt(1) === '\n' ? '' : part.charAt(1));
    else if (part.startsWith('$') || part.startsWith('`')) {
      const { text, end: after } = expansion(raw, at, lookup);
      const pieces = text.startsWith(OPEN) ? [text] : text.split(/[ \t\n]+/);
      pieces.forEach((piece, i) => {
        if (i > 0 && current !== null) {
          fields.push(current);
          current = null;
        }
        if (piece !== '') add(piece);
      });
      at = after;
      continue;
    } else add(part);
    at = end;
  }
  if (current !== null) fields.push(current);
  return fields;
}

/** The same without splitting: a value of an assignment, a file of a redirection. */
export const expandOne = (raw: string, lookup: Lookup): string => {
  let text = '';
  for (let at = 0; at < raw.length; ) {
    const end = partEnd(raw, at);
    const part = raw.slice(at, end);
    if (part.startsWith("'")) text += part.slice(1, -1);
    else if (part.startsWith('"')) text += expandText(part.slice(1, -1), lookup, true);
    else if (part.startsWith('\\')) text += part.charAt(1) === '\n' ? '' : part.charAt(1);
    else if (part.startsWith('$') || part.startsWith('`')) {
      const expanded = expansion(raw, at, lookup);
      text += expanded.text;
      at = expanded.end;
      continue;
    } else text += part;
    at = end;
  }
  return text;
};

/** Text between double quotes, or of a here-document: quotes are plain characters, variables are replaced. */
export function expandText(raw: string, lookup: Lookup, inQuotes = false): string {
  let text = '';
  for (let at = 0; at < raw.length; ) {
    const char = raw.charAt(at);
    if (char === '\\') {
      const next = raw.charAt(at + 1);
      const isEscape = next === '$' || next === '`' || next === '\\' || (inQuotes && next === '"');
      if (next === '\n') at += 2;
      else {
        text += isEscape ? next : char;
        at += isEscape ? 2 : 1;
      }
    } else if (char === '$' || char === '`') {
      const expanded = expansion(raw, at, lookup);
      text += expanded.text;
      at = expanded.end;
    } else {
      text += char;
      at++;
    }
  }
  return text;
}

function expansion(raw: string, at: number, lookup: Lookup): { text: string; end: number } {
  const bare = /^\$([A-Za-z_]\w*|\d)/.exec(raw.slice(at));
  if (bare !== null) return { text: lookup(bare[1] ?? '') ?? OPEN + bare[0], end: at + bare[0].length };
  if (raw.charAt(at) === '$' && !/[({@*#?$!-]/.test(raw.charAt(at + 1))) return { text: '$', end: at + 1 };
  if (/^\$[@*]/.test(raw.slice(at))) return { text: lookup('@') ?? '', end: at + 2 };
  if (/^\$[#?$!-]/.test(raw.slice(at))) return { text: OPEN + raw.slice(at, at + 2), end: at + 2 };
  const end = partEnd(raw, at);
  const whole = raw.slice(at, end);
  const sum = arithmetic(whole, lookup);
  if (sum !== undefined) return { text: sum, end };
  // What a command prints is asked for by the command as it is written.
  if (!whole.startsWith('${')) return { text: lookup(whole) ?? openText(whole), end };
  return { text: parameter(whole, lookup), end };
}

/** `$((A + B))` of whole numbers that are known; undefined for anything else. */
function arithmetic(whole: string, lookup: Lookup): string | undefined {
  const [, left = '', sign = '+', right = '0'] =
    /^\$\(\(\s*\$?(\w+)\s*(?:([-+*])\s*\$?(\w+)\s*)?\)\)$/.exec(whole) ?? [];
  const [a = Number.NaN, b = Number.NaN] = [left, right].map((word) => {
    const value = /^\d+$/.test(word) ? word : lookup(word);
    return value !== undefined && /^\d+$/.test(value) ? Number(value) : Number.NaN;
  });
  const sum = sign === '+' ? a + b : sign === '-' ? a - b : a * b;
  return Number.isNaN(sum) ? undefined : String(sum);
}

/** `${X}`, `${X:-y}`, `${X-y}`, `${X:+y}`, `${X:=y}`, `${X:?y}`, `${X[1]}`, `${X##*-}`, `${X%-*}`, `${X/a/b}`. */
function parameter(whole: string, lookup: Lookup): string {
  const match = /^\$\{([A-Za-z_]\w*(?:\[\d\])?|\d|@)(?:(:?[-+=?]|##?|%%?|\/\/?)([\s\S]*))?\}$/.exec(whole);
  if (match === null) return OPEN + whole;
  const [, name = '', operator = '', argument = ''] = match;
  const value = lookup(name);
  const isThere = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  switch (operator.at(-1)) {
    case undefined:
      return value ?? OPEN + whole;
    case '-':
    case '=':
      return isThere ? (value ?? '') : expandOne(argument, lookup);
    case '+':
      return isThere ? expandOne(argument, lookup) : '';
    case '?':
      if (!isThere) throw new BadScript(`${name} is not set`);
      return value ?? '';
    default:
      return value === undefined || value.includes(OPEN)
        ? OPEN + whole
        : trimmed(value, operator, expandOne(argument, lookup));
  }
}

/** A value without what a pattern matches at its beginning (`#`) or end (`%`), or with that replaced (`/`). */
function trimmed(value: string, operator: string, argument: string): string {
  if (operator.startsWith('/')) {
    const [from = '', to = ''] = argument.split('/');
    const pattern = new RegExp(globSource(from, '.*?'), operator === '//' ? 'gs' : 's');
    return from === '' ? value : value.replace(pattern, () => to);
  }
  const isLongest = operator.length === 2;
  if (operator.startsWith('#'))
    return value.replace(new RegExp(`^${globSource(argument, isLongest ? '.*' : '.*?')}`, 's'), '');
  // The shortest end is after the longest beginning.
  const match = new RegExp(`^(${isLongest ? '.*?' : '.*'})${globSource(argument, '.*')}$`, 's').exec(value);
  return match?.[1] ?? value;
}

/** A shell pattern as a regular expression; `many` is what `*` stands for. */
export const globSource = (pattern: string, many: string): string =>
  pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', many)
    .replaceAll('?', '.');
