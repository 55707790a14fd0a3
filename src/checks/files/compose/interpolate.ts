type Lookup = (name: string) => string | undefined;

/**
 * Puts the environment into a compose file's text (compose-spec, 12-interpolation): `$X`, `${X}`, `${X-y}` where X is
 * not set, `${X:-y}` where it is empty too, `${X+y}`, `${X:+y}`, `${X?why}`, `${X:?why}`, nested, `$$` for a dollar.
 * In the place of what is missing stands what `missing` gives.
 */
export function interpolate(text: string, lookup: Lookup, missing: (name: string) => string): string {
  let result = '';
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    if (rest.startsWith('$$')) {
      result += '$';
      at += 2;
      continue;
    }
    const bare = /^\$([A-Za-z_]\w*)/.exec(rest);
    if (bare !== null) {
      result += environmentValue(bare[1] ?? '', lookup, missing);
      at += bare[0].length;
      continue;
    }
    const end = rest.startsWith('${') ? closing(rest) : -1;
    const braced = /^([A-Za-z_]\w*)(?:(:?[-+?])([\s\S]*))?$/.exec(end < 0 ? '' : rest.slice(2, end));
    if (braced === null) {
      result += text.charAt(at);
      at++;
      continue;
    }
    const [, name = '', operator, other = ''] = braced;
    result += substituted(name, operator, other, lookup, missing);
    at += end + 1;
  }
  return result;
}

function substituted(
  name: string,
  operator: string | undefined,
  other: string,
  lookup: Lookup,
  missing: (name: string) => string,
): string {
  const value = lookup(name);
  const there = operator?.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  switch (operator?.at(-1)) {
    case '-':
      return there ? (value ?? '') : interpolate(other, lookup, missing);
    case '+':
      return there ? interpolate(other, lookup, missing) : '';
    default:
      return there ? (value ?? '') : environmentValue(name, lookup, missing);
  }
}

function environmentValue(name: string, lookup: Lookup, missing: (name: string) => string): string {
  const value = lookup(name);
  return value ?? missing(name);
}

/** Where the brace that `${` opens is closed; -1 where it is not. */
function closing(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.startsWith('${', i)) depth++;
    else if (text.charAt(i) === '}' && --depth === 0) return i;
  }
  return -1;
}

/** An `.env` file as compose reads it: `NAME=value` lines, `#` for comments, quotes around a value taken off. */
export function parseDotenv(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match === null) continue;
    const [, name = '', raw = ''] = match;
    const quoted = /^(["'])(.*)\1/.exec(raw);
    pairs.set(name, quoted === null ? raw.replace(/\s+#.*$/, '') : (quoted[2] ?? ''));
  }
  return pairs;
}
