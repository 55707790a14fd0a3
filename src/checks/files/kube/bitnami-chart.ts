import { shellWords } from '../compose/words.js';
import { openText } from '../shell/expand.js';

/*
 * What the start scripts of Bitnami's charts make at the first start: bitnami/charts, redis and valkey,
 * templates/scripts-configmap.yaml. They ask the sentinels for the master: at the first start none answers, and the
 * first pod makes itself the master. Everything that such a script does besides is taken from its own lines.
 */

/** A start script of the chart in a pod, and what it finds there. */
export interface ChartScript {
  text: string;
  /** The pod's name and the one of the first pod of its workload. */
  pod: string;
  firstPod: string;
  env: ReadonlyMap<string, { value: string }>;
}

/** Lines, each with its number within the script, from 0. */
export interface MadeLine {
  words: string[];
  at: number;
}

/** What it starts: the lines that it adds to the mounted file, or the options; or why that is not understood. */
export type ChartStart =
  | { kind: 'sentinel'; added: MadeLine[]; options: MadeLine[] }
  | { kind: 'redis'; addedTo: Map<string, MadeLine[]>; options: MadeLine[] }
  | { why: string };

/** A line that changes a configuration, and those of the chart itself. */
const WRITES = />\s*"?\S*\.conf\b|\bsed\b.* -i|replace_in_file|_conf_(set|add) |\btee\b/;
const KNOWN =
  /^\s*(echo|printf) ("|\$'\\n'"\$@").* >> "?\/opt\/bitnami\/[\w/-]*\.conf"?$|^\s*replace_in_file ".*" "\^#\*\\s\*\$\{key\} \.\*"|^\s*sentinel_conf_set "sentinel monitor" |^\s*sentinel_conf_add "sentinel known-(sentinel|replica|slave) /;

class NotUnderstood extends Error {}

/** Whether a text is one of these scripts: it uses the shell libraries of the images. */
export const isChartScript = (text: string): boolean =>
  /^\s*\. \/opt\/bitnami\/scripts\/lib\w+\.sh$/m.test(text);

export function chartStart(kind: 'sentinel' | 'redis', given: ChartScript): ChartStart {
  const script = { ...given, text: given.text.replace(/^[ \t]*#.*$/gm, '') };
  try {
    const other = script.text.split('\n').find((line) => WRITES.test(line) && !KNOWN.test(line));
    if (other !== undefined) throw new NotUnderstood(`it has a line of its own: ${other.trim()}`);
    const values = valuesOf(script);
    return kind === 'sentinel' ? sentinelStart(script, values) : nodeStart(script, values);
  } catch (error) {
    if (error instanceof NotUnderstood) return { why: error.message };
    throw error;
  }
}

type Values = (text: string) => string;

/** The values of the names and calls that these scripts use. */
function valuesOf({ text, pod, firstPod, env }: ChartScript): Values {
  if (env.get('REDIS_EXTERNAL_MASTER_HOST')?.value || env.get('VALKEY_EXTERNAL_PRIMARY_HOST')?.value)
    throw new NotUnderstood('the master is outside of this chart');
  const fullName = fullNames(text);
  const port = (type: string): string | undefined =>
    new RegExp(`"${type}"\\)\\s*echo (\\d+)`).exec(text)?.[1];
  const given = (name: string): string | undefined => {
    if (name === 'HOSTNAME') return pod;
    if (name === 'SERVPORT') return port('SENTINEL');
    if (/^(REDIS|VALKEY)PORT$/.test(name)) return port('REDIS') ?? port('VALKEY');
    if (/_(MASTER|PRIMARY)_HOST$/.test(name)) return fullName(firstPod);
    if (/_(MASTER|PRIMARY)_PORT_NUMBER$/.test(name)) return port('REDIS') ?? port('VALKEY');
    const file = env.get(`${name}_FILE`)?.value;
    return env.get(name)?.value ?? (file && openText(`(file ${file})`));
  };
  const replaced = (whole: string, name: string): string => {
    const value = given(name);
    if (value === undefined) throw new NotUnderstood(`${whole} is not known`);
    return value;
  };
  return (raw) =>
    raw
      .replace(/\$\(get_full_hostname "?\$\{?HOSTNAME\}?"?\)/g, () => fullName(pod))
      .replace(/\$\(host_id "?\$\{?HOSTNAME\}?"?\)/g, () => openText(`(id of ${pod})`))
      .replace(/\$\{(\w+)\}|\$(\w+)/g, (whole, braced?: string, bare?: string) =>
        replaced(whole, braced ?? bare ?? ''),
      )
      .replace(/\$\(.*/g, (whole) => {
        throw new NotUnderstood(`${whole} is not known`);
      });
}

/** What `get_full_hostname` prints for a pod, where that is its name and fixed text. */
function fullNames(text: string): (pod: string) => string {
  const body = /get_full_hostname\(\) \{\n([\s\S]*?)\n\s*\}\n/.exec(text)?.[1] ?? '';
  const [, suffix = ''] = /(?:echo|full_hostname=) ?"\$\{hostname\}\.([^"]+)"/.exec(body) ?? [];
  const [, headless = ''] = /^\s*HEADLESS_SERVICE="([^"$]+)"/m.exec(text) ?? [];
  const end = /^\$\{?HEADLESS_SERVICE\}?$/.test(suffix) ? headless : suffix;
  if (end === '' || /[$`]|getent/.test(end) || /getent|\$\(/.test(body))
    throw new NotUnderstood('the name that get_full_hostname makes of a pod is not known');
  return (pod) => `${pod}.${end}`;
}

/** `echo "LINE" >> FILE` and `printf "\nLINE" VALUE… >> FILE`: the line's words by the file's name. */
function addedLines(text: string, values: Values, role: Role): { file: string; line: MadeLine }[] {
  return linesFor(text, role, /^\s*(echo|printf) "[^"]/).flatMap(({ raw, at }) => {
    const [, command, rest = '', file = ''] =
      /^\s*(echo|printf) (".*) >> "?\/opt\/bitnami\/[\w/-]*\/([\w-]+\.conf)"?$/.exec(raw) ?? [];
    if (command === undefined) return [];
    const [format = '', ...args] = quoted(rest);
    let next = 0;
    const whole = format.replace(/^\\n/, '').replace(/%s/g, () => args[next++] ?? '');
    const words = whole.split(' ').filter(Boolean).map(values);
    return words.length === 0 ? [] : [{ file, line: { words, at } }];
  });
}

/** Words in double quotes, of which a `$(…)` may have quotes of its own. */
const quoted = (text: string): string[] =>
  [...text.matchAll(/"((?:\$\([^)]*\)|[^"])*)"/g)].map((match) => match[1] ?? '').map(joined);

/** A call is one word, as `$(host_id "$HOSTNAME")`. */
const joined = (text: string): string =>
  text.replace(/\$\((\w+) "?\$\{?HOSTNAME\}?"?\)/g, '$($1\u00a0$HOSTNAME)');

function sentinelStart({ text }: ChartScript, given: Values): ChartStart {
  const values: Values = (raw) => given(raw.replaceAll('\u00a0', ' '));
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.includes('sentinel_conf_set "sentinel monitor"'));
  const [, name, host, port, quorum] =
    /monitor" "(\S+) "(\$\w+)" "(\$\w+)" (\d+)"/.exec(lines[at] ?? '') ?? [];
  if (name === undefined || host === undefined || port === undefined || quorum === undefined)
    throw new NotUnderstood('no line of it says what is monitored');
  if (!/^\s*cp \S*\/mounted-etc\/sentinel\.conf /m.test(text))
    throw new NotUnderstood('the file that it begins with is not known');
  const monitor = { words: ['sentinel', 'monitor', name, values(host), values(port), quorum], at };
  return {
    kind: 'sentinel',
    added: [monitor, ...addedLines(text, values, 'master').map(({ line }) => line)],
    options: optionsOf(text, values, 'master'),
  };
}

function nodeStart({ text, pod, firstPod }: ChartScript, given: Values): ChartStart {
  const values: Values = (raw) => given(raw.replaceAll('\u00a0', ' '));
  const role = pod === firstPod ? 'master' : 'replica';
  const addedTo = new Map<string, MadeLine[]>();
  for (const { file, line } of addedLines(text, values, role))
    addedTo.set(file, [...(addedTo.get(file) ?? []), line]);
  if (!/^\s*exec (redis|valkey)-server "\$\{ARGS\[@\]\}"$/m.test(text))
    throw new NotUnderstood('what it starts is not known');
  return { kind: 'redis', addedTo, options: optionsOf(text, values, role) };
}

/** The words of `ARGS=(…)` and `ARGS+=(…)`, of those that a pod with this role comes to. */
const optionsOf = (text: string, values: Values, role: Role): MadeLine[] =>
  linesFor(text, role, /^\s*ARGS\+?=\(/).map(({ raw, at }) => ({
    words: shellWords(/\((.*)\)/.exec(raw)?.[1] ?? '').map(values),
    at,
  }));

type Role = 'master' | 'replica';

/** The lines like a pattern to which a pod with this role comes. Throws where that depends on more. */
function linesFor(text: string, role: Role, pattern: RegExp): { raw: string; at: number }[] {
  /** Whether the branches around a line are taken; null where that is not known. */
  const taken: (boolean | null)[] = [];
  return text.split('\n').flatMap((raw, at) => {
    if (/^\s*if .*then$/.test(raw)) taken.push(isRole(raw, role));
    else if (/^\s*if /.test(raw) && !/\bfi$/.test(raw)) taken.push(null);
    else if (/^\s*elif /.test(raw)) taken.splice(-1, 1, null);
    else if (/^\s*else$/.test(raw)) taken.push(negated(taken.pop() ?? null));
    else if (/^\s*fi$/.test(raw)) taken.pop();
    if (
      !pattern.test(raw) ||
      !/^\s*ARGS|>> "?\/opt\/bitnami\/\S*\.conf"?$/.test(raw) ||
      taken.includes(false)
    )
      return [];
    if (taken.includes(null))
      throw new NotUnderstood('a line of its configuration depends on more than the pod');
    return [{ raw, at }];
  });
}

const negated = (taken: boolean | null): boolean | null => (taken === null ? null : !taken);

/** Whether a condition that compares the replication mode, alone, holds. */
function isRole(line: string, role: Role): boolean | null {
  const modes = [...line.matchAll(/\[\[ "\$\w+_REPLICATION_MODE" ==? "(\w+)" \]\]/g)].map((m) => m[1]);
  if (modes.length === 0 || (line.match(/\[\[/g) ?? []).length !== modes.length || line.includes('&&'))
    return null;
  return modes.some((mode) =>
    (role === 'master' ? /^(master|primary)$/ : /^(slave|replica)$/).test(mode ?? ''),
  );
}
