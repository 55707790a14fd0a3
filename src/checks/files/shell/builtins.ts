import { OPEN } from './expand.js';
import { inputs } from './inputs.js';
import { baseName, type Content, type Machine, NotFollowed, type Status, segment } from './machine.js';
import { sed } from './sed-files.js';

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
  return (machine, args, line) => {
    const isCli = base.endsWith('-cli');
    if (machine.isAlone && (isCli ? asksAnother(args) : machine.input?.length === 0))
      return !isCli && base !== 'grep';
    machine.output.push(segment(`${OPEN}$(${base})\n`, machine.place, line));
    return null;
  };
}

/** Whether redis-cli asks a server of another container. */
function asksAnother(args: readonly string[]): boolean {
  const host = args[args.indexOf('-h') + 1] ?? '';
  return args.includes('-h') && !/^(localhost|127\.|::1)/.test(host);
}

function assign(machine: Machine, args: string[]): Status {
  for (const arg of args) {
    const match = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(arg);
    if (match !== null) machine.env.set(match[1] ?? '', match[2] ?? '');
  }
  return true;
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
