/** A word of a script as it is written, quotes and expansions included, or an operator. */
export interface Token {
  kind: 'word' | 'operator';
  raw: string;
  /** From 1, within the script. */
  line: number;
  /** The number of what is redirected, as in `2>`. */
  descriptor?: true;
  /** The text of the here-document, at its `<<`. */
  here?: HereDocument;
}

export interface HereDocument {
  text: string;
  /** Whether variables are replaced in it: its delimiter has no quotes. */
  expand: boolean;
  line: number;
}

const OPERATORS = ['&&', '||', ';;', '<<<', '>>', '>&', '<&', '&>', '>|', ';', '&', '|', '(', ')', '<', '>'];

/** Text that is not a script as far as scripts are read here: a quote or a bracket that is not closed. */
export class BadScript extends Error {}

/** Splits a script into words and operators (POSIX shell, 2.3), without expanding anything. Throws BadScript. */
export function lex(script: string): Token[] {
  const tokens: Token[] = [];
  const pending: { token: Token; delimiter: string; strip: boolean }[] = [];
  let at = 0;
  let line = 1;
  while (at < script.length) {
    const char = script.charAt(at);
    if (char === '\n') {
      tokens.push({ kind: 'operator', raw: '\n', line });
      at++;
      line++;
      for (const { token, delimiter, strip } of pending.splice(0)) {
        const { lines, end } = hereLines(script, at, delimiter.replace(/['"\\]/g, ''), strip);
        token.here = { text: lines.map((l) => `${l}\n`).join(''), expand: !/['"\\]/.test(delimiter), line };
        line += script.slice(at, end).split('\n').length - 1;
        at = end;
      }
    } else if (script.startsWith('\\\n', at)) {
      at += 2;
      line++;
    } else if (/\s/.test(char)) at++;
    else if (char === '#') at = lineEnd(script, at);
    else if (script.startsWith('<<', at) && !script.startsWith('<<<', at)) {
      const strip = script.charAt(at + 2) === '-';
      at += strip ? 3 : 2;
      while (/[ \t]/.test(script.charAt(at))) at++;
      const end = wordEnd(script, at);
      const token: Token = { kind: 'operator', raw: '<<', line };
      tokens.push(token);
      pending.push({ token, delimiter: script.slice(at, end), strip });
      at = end;
    } else {
      const operator = OPERATORS.find((o) => script.startsWith(o, at));
      const isPattern = tokens.at(-1)?.raw === '=~';
      const end = isPattern
        ? patternEnd(script, at)
        : operator === undefined
          ? wordEnd(script, at)
          : at + operator.length;
      const raw = script.slice(at, end);
      // `2>`: a number that stands close to it is a part of a redirection.
      const isNumber = /^\d$/.test(raw) && /[<>]/.test(script.charAt(end));
      tokens.push({
        kind: operator === undefined || isPattern ? 'word' : 'operator',
        raw,
        line,
        ...(isNumber && { descriptor: true as const }),
      });
      line += raw.split('\n').length - 1;
      at = end;
    }
  }
  // A script may end with the last line of its here-document.
  for (const { token } of pending) token.here = { text: '', expand: false, line };
  return tokens;
}

const lineEnd = (script: string, at: number): number => {
  const end = script.indexOf('\n', at);
  return end === -1 ? script.length : end;
};

/** The lines up to the delimiter, or to the end; `<<-` takes tabs off their beginnings. */
function hereLines(
  script: string,
  start: number,
  delimiter: string,
  strip: boolean,
): { lines: string[]; end: number } {
  const lines: string[] = [];
  for (let at = start; at < script.length; ) {
    const end = lineEnd(script, at);
    const raw = script.slice(at, end);
    const text = strip ? raw.replace(/^\t+/, '') : raw;
    if (text === delimiter) return { lines, end: Math.min(end, script.length) };
    lines.push(text);
    at = end + 1;
  }
  return { lines, end: script.length };
}

/** Where a word ends: quotes, `$(…)`, `${…}` and backquotes keep what is in them together. */
function wordEnd(script: string, start: number): number {
  let at = start;
  while (at < script.length && !/[\s;&|()<>]/.test(script.charAt(at))) at = partEnd(script, at);
  if (at === start) throw new BadScript(`unexpected ${script.charAt(start)}`);
  return at;
}

/** Where the regular expression behind `=~` ends: brackets are part of it. */
function patternEnd(script: string, start: number): number {
  let at = start;
  while (at < script.length && !/\s/.test(script.charAt(at))) at = partEnd(script, at);
  return at;
}

/** The end of one character, or of the quote or expansion that begins with it. */
export function partEnd(script: string, at: number): number {
  const char = script.charAt(at);
  if (char === '\\') return Math.min(at + 2, script.length);
  if (char === "'") return closedBy(script, at, "'");
  if (char === '`') return closedBy(script, at, '`');
  if (char === '"') {
    let i = at + 1;
    while (i < script.length && script.charAt(i) !== '"') {
      i = script.charAt(i) === "'" ? i + 1 : partEnd(script, i);
    }
    if (i >= script.length) throw new BadScript('a quote is not closed');
    return i + 1;
  }
  if (script.startsWith('$(', at)) return nested(script, at + 1, '(', ')');
  if (script.startsWith('${', at)) return nested(script, at + 1, '{', '}');
  return at + 1;
}

function closedBy(script: string, at: number, quote: string): number {
  const end = script.indexOf(quote, at + 1);
  if (end === -1) throw new BadScript('a quote is not closed');
  return end + 1;
}

function nested(script: string, open: number, opening: string, closing: string): number {
  let depth = 0;
  for (let at = open; at < script.length; ) {
    const char = script.charAt(at);
    if (char === opening) depth++;
    if (char === closing && --depth === 0) return at + 1;
    at = char === opening || char === closing ? at + 1 : partEnd(script, at);
  }
  throw new BadScript('a bracket is not closed');
}
