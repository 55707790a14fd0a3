const HEX = /^[0-9a-fA-F]{2}$/;
const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };
/** No quote, nothing that is not ASCII, and of blanks those alone of which each kind ends a word. */
const PLAIN = /^[ \t!#-&(-~]*$/;
const SPACE = /[ \t\n\v\f\r]/;

/**
 * Splits a configuration line as Redis does (sds.c, sdssplitargs): blanks between; in double quotes `\xHH`, `\n`,
 * `\r`, `\t`, `\b`, `\a` and any other escaped character as itself; in single quotes only `\'`. A quote may begin
 * within a word, and must be followed by a blank or the end. undefined for quotes that are not balanced.
 */
export function splitArgs(line: string): string[] | undefined {
  if (PLAIN.test(line)) return line.split(/[ \t]+/).filter((word) => word !== '');
  // As bytes, one character each: `\xHH` may be part of a letter.
  const text = Buffer.from(line, 'utf8').toString('latin1');
  const args: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && SPACE.test(text.charAt(at))) at++;
    if (at >= text.length) return args;
    const word = readWord(text, at);
    if (word === undefined) return undefined;
    args.push(Buffer.from(word.value, 'latin1').toString('utf8'));
    at = word.end;
  }
}

function readWord(text: string, start: number): { value: string; end: number } | undefined {
  let value = '';
  let quote = '';
  for (let at = start; ; at++) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    if (char === '') return quote === '' ? { value, end: at } : undefined;
    if (quote === '') {
      if (char === ' ' || char === '\n' || char === '\r' || char === '\t') return { value, end: at };
      if (char === '"' || char === "'") quote = char;
      else value += char;
    } else if (char === quote) {
      return next === '' || SPACE.test(next) ? { value, end: at + 1 } : undefined;
    } else if (char === '\\' && quote === "'" && next === "'") {
      value += "'";
      at++;
    } else if (char === '\\' && quote === '"' && next === 'x' && HEX.test(text.slice(at + 2, at + 4))) {
      value += String.fromCharCode(Number.parseInt(text.slice(at + 2, at + 4), 16));
      at += 3;
    } else if (char === '\\' && quote === '"' && next !== '') {
      value += ESCAPES[next] ?? next;
      at++;
    } else value += char;
  }
}
