import { OPEN } from './expand.js';

/** What one `sed` expression does to a line: another line, or null where it is deleted. */
export type SedEdit = (line: string, number: number, isLast: boolean) => string | null;

/** Signs that stand for values which are not known here: where a pattern has one, what it matches is not known either. */
const UNKNOWN = /[\uE100-\uE1FF]/;
/** As a pod's variable of a Secret, or of the pod itself, is written (kube/pod.ts). */
const FILLED_IN = new RegExp(`${OPEN}\\([^)]*\\)`, 'g');
const FIRST_UNKNOWN = 0xe100;

/**
 * The same of a script in which such values are put in: each line gets them back as they are written. A value
 * with a slash would end the command in the container; that is not looked at.
 */
export function sedEditsWith(script: string, extended: boolean): SedEdit[] | undefined {
  const values: string[] = [];
  const masked = script.replace(FILLED_IN, (value) =>
    String.fromCharCode(FIRST_UNKNOWN + values.push(value) - 1),
  );
  if (masked.includes(OPEN)) return undefined;
  const edits = sedEdits(masked, extended);
  const shown = (line: string | null): string | null =>
    line?.replace(new RegExp(UNKNOWN, 'g'), (sign) => values[sign.charCodeAt(0) - FIRST_UNKNOWN] ?? sign) ??
    null;
  return edits?.map(
    (edit): SedEdit =>
      (line, number, isLast) =>
        shown(edit(line, number, isLast)),
  );
}

/** What a `sed` script does; undefined where it is more than substitutions, deletions, and lines that are added. */
function sedEdits(script: string, extended: boolean): SedEdit[] | undefined {
  const edits: SedEdit[] = [];
  for (let rest = script.trim(); rest !== ''; rest = rest.replace(/^[\s;]+/, '')) {
    const one = sedCommand(rest, extended);
    if (one === undefined) return undefined;
    edits.push(one.edit);
    rest = rest.slice(one.length);
  }
  return edits;
}

function sedCommand(text: string, extended: boolean): { edit: SedEdit; length: number } | undefined {
  const address = /^(?:(\d+)|(\$)|\/((?:\\.|[^/\\])*)\/)?\s*/.exec(text);
  const [matched = '', number, last, pattern] = address ?? [];
  if (UNKNOWN.test(pattern ?? '')) return undefined;
  const where = pattern === undefined ? null : expressionOf(pattern, extended, '');
  if (where === undefined) return undefined;
  const isHere = (line: string, at: number, isLast: boolean): boolean =>
    number !== undefined ? at === Number(number) : last !== undefined ? isLast : (where?.test(line) ?? true);
  const only =
    (edit: (line: string) => string | null): SedEdit =>
    (line, at, isLast) =>
      isHere(line, at, isLast) ? edit(line) : line;
  const rest = text.slice(matched.length);
  if (rest.startsWith('d')) return { edit: only(() => null), length: matched.length + 1 };
  const added = /^([aic])\s*\\?\s*(.*)/s.exec(rest);
  if (added !== null) {
    const [whole, command, given = ''] = added;
    const edit = only((line) =>
      command === 'a' ? `${line}\n${given}` : command === 'i' ? `${given}\n${line}` : given,
    );
    return { edit, length: matched.length + whole.length };
  }
  if (!rest.startsWith('s')) return undefined;
  const parts = substitution(rest);
  if (parts === undefined || UNKNOWN.test(parts.from)) return undefined;
  const expression = expressionOf(parts.from, extended, parts.flags);
  if (expression === undefined) return undefined;
  const by = (line: string): string =>
    line.replace(expression, (...found: unknown[]) => replacement(parts.to, found));
  return { edit: only(by), length: matched.length + parts.length };
}

/** `s/FROM/TO/FLAGS`, with any sign in the place of the slash. */
function substitution(text: string): { from: string; to: string; flags: string; length: number } | undefined {
  const sign = text.charAt(1);
  const parts: string[] = [''];
  let at = 2;
  for (; at < text.length && parts.length < 3; at++) {
    const char = text.charAt(at);
    if (char === '\\') {
      const next = text.charAt(++at);
      parts.push((parts.pop() ?? '') + (next === sign ? next : `\\${next}`));
    } else if (char === sign) parts.push('');
    else parts.push((parts.pop() ?? '') + char);
  }
  const [from, to] = parts;
  if (from === undefined || to === undefined || parts.length < 3) return undefined;
  const flags = /^[gIi]*/.exec(text.slice(at))?.[0] ?? '';
  return { from, to, flags, length: at + flags.length };
}

/** A basic or extended regular expression as one of JavaScript; undefined where it is not valid there. */
function expressionOf(pattern: string, extended: boolean, flags: string): RegExp | undefined {
  const swapped = extended
    ? pattern
    : pattern.replace(/\\([(){}+?|])|([(){}+?|])/g, (_, escaped?: string, plain?: string) =>
        escaped !== undefined ? escaped : `\\${plain}`,
      );
  const js = swapped.replaceAll('[[:space:]]', '\\s').replaceAll('[[:digit:]]', '\\d');
  try {
    // A `$` within a pattern is plain, as in s/$NAME/value/.
    return new RegExp(
      js.replace(/\$(?=[A-Za-z_{\\])/g, '\\$'),
      `${/g/.test(flags) ? 'g' : ''}${/i/i.test(flags) ? 'i' : ''}`,
    );
  } catch {
    return undefined;
  }
}

const replacement = (to: string, found: unknown[]): string =>
  to.replace(/\\(\d)|\\n|\\(.)|&/g, (whole, group?: string, escaped?: string) => {
    if (whole === '&') return String(found[0]);
    if (whole === '\\n') return '\n';
    return group === undefined ? (escaped ?? '') : String(found[Number(group)] ?? '');
  });
