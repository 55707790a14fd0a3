import { OPEN } from './expand.js';
import {
  baseName,
  type Content,
  type Machine,
  NotFollowed,
  type Segment,
  type Status,
  segment,
} from './machine.js';
import { type SedEdit, sedEditsWith } from './sed.js';

type Builtin = (machine: Machine, args: string[], line: number) => Promise<Status> | Status;

/** Programs that change nothing that matters to a server's configuration, and those whose answer is not known. */
const NOTHING = new Set([
  'set',
  'true',
  ':',
  'mkdir',
  'chown',
  'chmod',
  'chgrp',
  'touch',
  'sleep',
  'ulimit',
  'umask',
  'trap',
  'wait',
  'sysctl',
  'install',
  'id',
  'ls',
  'date',
  'shift',
  'rm',
  'ln',
  'break',
  'continue',
  'unset',
  'find',
  'sync',
  'adduser',
  'addgroup',
  'apk',
  'apt-get',
  'pwd',
  'kill',
]);
const ANSWERS = new Set([
  'redis-cli',
  'valkey-cli',
  'nc',
  'ping',
  'getent',
  'nslookup',
  'dig',
  'curl',
  'wget',
  'grep',
  'awk',
  'head',
  'tail',
  'cut',
  'tr',
  'sort',
  'xargs',
  'false',
  'command',
  'which',
  'wait-for-it.sh',
  'wait-for-it',
  'redis-benchmark',
]);

const BUILTINS: Readonly<Record<string, Builtin>> = {
  export: assign,
  local: assign,
  readonly: assign,
  declare: assign,
  echo(machine, args, line) {
    const flags = /^-[neE]+$/.test(args[0] ?? '') ? (args[0] ?? '') : '';
    const text = args.slice(flags === '' ? 0 : 1).join(' ');
    const shown = flags.includes('e') ? text.replaceAll('\\n', '\n').replaceAll('\\t', '\t') : text;
    machine.output.push(segment(`${shown}${flags.includes('n') ? '' : '\n'}`, machine.place, line));
    return true;
  },
  printf(machine, args, line) {
    const [format = '', ...values] = args;
    const plain = format.replaceAll('\\n', '\n').replaceAll('\\t', '\t');
    const holes = (plain.match(/%[sd]/g) ?? []).length;
    const rounds = holes === 0 ? 1 : Math.max(1, Math.ceil(values.length / holes));
    const text = Array.from({ length: rounds }, (_, r) => {
      let i = r * holes;
      return plain.replace(/%[sd]/g, () => values[i++] ?? '');
    }).join('');
    machine.output.push(segment(text, machine.place, line));
    return true;
  },
  seq(machine, args, line) {
    const [first, last] = args.length === 1 ? [1, Number(args[0])] : [Number(args[0]), Number(args[1])];
    const isPlain =
      args.length <= 2 && Number.isInteger(first) && Number.isInteger(last) && last - first < 1000;
    if (!isPlain) throw new NotFollowed(line, 'seq is not followed');
    for (let i = first; i <= last; i++) machine.output.push(segment(`${i}\n`, machine.place, line));
    return true;
  },
  async cat(machine, args, line) {
    machine.output.push(...(await inputs(machine, args, line)));
    return true;
  },
  async tee(machine, args) {
    const text = machine.input ?? [];
    const add = args.includes('-a');
    for (const path of args.filter((a) => !a.startsWith('-'))) await machine.write(path, text, add);
    machine.output.push(...text);
    return true;
  },
  hostname(machine, args, line) {
    const name = nameOf(machine, args);
    machine.output.push(segment(`${name ?? `${OPEN}$(hostname)`}\n`, machine.place, line));
    return name === undefined ? null : true;
  },
  cd(machine, args) {
    machine.directory = machine.at(args[0] ?? '/');
    return true;
  },
  cp: copy,
  mv: copy,
  async envsubst(machine, args, line) {
    const only = args[0]?.match(/[A-Za-z_]\w*/g) ?? null;
    const replaced = (text: string): string =>
      text.replace(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (whole, braced?: string, bare?: string) => {
        const name = braced ?? bare ?? '';
        return only !== null && !only.includes(name) ? whole : (machine.env.get(name) ?? '');
      });
    const text = await inputs(machine, [], line);
    machine.output.push(...text.map((s) => ({ ...s, text: replaced(s.text) })));
    return true;
  },
  sed,
};

/** What `hostname` says, as far as the environment was given with it: its name; with `-f` the whole one. */
function nameOf({ env }: Machine, [flag]: string[]): string | undefined {
  if (flag === undefined || flag === '-s') return env.get('HOSTNAME');
  return env.get(flag.replace(/^--fqdn$/, '-f'));
}

/** What is known of a program; undefined where it is none of these. */
export function builtin(name: string): Builtin | undefined {
  const base = baseName(name);
  if (Object.hasOwn(BUILTINS, base)) return BUILTINS[base];
  if (NOTHING.has(base)) return () => true;
  if (!ANSWERS.has(base)) return undefined;
  return (machine, _args, line) => {
    machine.output.push(segment(`${OPEN}$(${base})\n`, machine.place, line));
    return null;
  };
}

function assign(machine: Machine, args: string[]): Status {
  for (const arg of args) {
    const match = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(arg);
    if (match !== null) machine.env.set(match[1] ?? '', match[2] ?? '');
  }
  return true;
}

async function inputs(machine: Machine, paths: readonly string[], line: number): Promise<Segment[]> {
  const files = paths.filter((p) => !/^-./.test(p) && p !== '-');
  if (files.length === 0) return machine.input ?? [];
  const all: Segment[] = [];
  for (const path of files) {
    const read = await machine.read(path);
    if ('why' in read) throw new NotFollowed(line, `${path} is not known: ${read.why}`);
    all.push(...read.segments);
  }
  return all;
}

/** `cp A B`: into a directory under its own name. A source that is not known makes a target that is not. */
async function copy(machine: Machine, args: string[]): Promise<Status> {
  const paths = args.filter((a) => !a.startsWith('-'));
  const target = paths.at(-1) ?? '';
  const sources: string[] = [];
  for (const source of paths.slice(0, -1))
    sources.push(...((/[*?]/.test(baseName(source)) ? await machine.list(source) : null) ?? [source]));
  const isSeveral = sources.length > 1 || paths.slice(0, -1).some((path) => /[*?]/.test(path));
  for (const source of sources) {
    const content: Content = await machine.read(source);
    const isDirectory = target.endsWith('/') || !/\.\w+$/.test(baseName(target)) || isSeveral;
    const path = isDirectory ? `${target.replace(/\/$/, '')}/${baseName(source)}` : target;
    machine.files.set(machine.at(path), content);
    // A name without an ending may be the file itself.
    if (isDirectory && !target.endsWith('/') && !isSeveral) machine.files.set(machine.at(target), content);
  }
  return true;
}

/** `sed -i EDIT FILE` and `sed EDIT [FILE]`, as far as the edit is plain. */
async function sed(machine: Machine, args: string[], line: number): Promise<Status> {
  const scripts: string[] = [];
  const files: string[] = [];
  let [inPlace, extended] = [false, false];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (/^(-e|--expression)$/.test(arg)) scripts.push(args[++i] ?? '');
    else if (arg.startsWith('-i') || arg.startsWith('--in-place')) inPlace = true;
    else if (/^-[Ern]+$/.test(arg)) extended ||= /[Er]/.test(arg);
    else if (scripts.length === 0) scripts.push(arg);
    else files.push(arg);
  }
  const edits = scripts.map((script) => sedEditsWith(script, extended));
  const isPlain = edits.every((e) => e !== undefined);
  if (!inPlace) {
    if (!isPlain)
      throw new NotFollowed(line, `sed ${scripts.join(' ').replaceAll(OPEN, '')} is not followed`);
    machine.output.push(...edited(await inputs(machine, files, line), edits.flat()));
    return true;
  }
  for (const path of files) {
    const content = await machine.read(path);
    if ('why' in content) {
      machine.files.set(machine.at(path), content);
      continue;
    }
    // sed writes a new file and renames it to the old one.
    if (machine.isFileMount(path))
      throw new NotFollowed(
        line,
        `sed -i fails at ${path}, which is mounted as a single file (Device or resource busy): mount its directory, or a template from which the script makes a copy`,
      );
    machine.files.set(
      machine.at(path),
      isPlain
        ? { segments: edited(content.segments, edits.flat()) }
        : { why: `${path} is changed with what is not known here (sed at ${machine.place}:${line})` },
    );
  }
  return true;
}

function edited(segments: readonly Segment[], edits: readonly SedEdit[]): Segment[] {
  const total = segments.reduce((sum, s) => sum + s.text.replace(/\n$/, '').split('\n').length, 0);
  let number = 0;
  return segments.map((s) => {
    const lines = s.text.replace(/\n$/, '').split('\n');
    const changed = lines.flatMap((text) => {
      number++;
      let now: string | null = text;
      for (const edit of edits) if (now !== null) now = edit(now, number, number === total);
      // A line keeps its place: what is deleted leaves it empty, and what is added stands at its end.
      return now ?? '';
    });
    return { ...s, text: `${changed.join('\n')}\n` };
  });
}
