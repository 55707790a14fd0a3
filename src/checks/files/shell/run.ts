import { presentName } from '../conf.js';
import { takesSeveral } from '../values.js';
import { choice, conditional, everyWayOf } from './branch.js';
import { builtin } from './builtins.js';
import { expandOne, expandWord, isDiffering } from './expand.js';
import { changesNothing } from './harmless.js';
import { BadScript } from './lex.js';
import { loop } from './loop.js';
import { baseName, type Machine, NotFollowed, type Segment, type Status, Stopped } from './machine.js';
import { type Command, parseScript, type Simple, type Step } from './parse.js';
import { inPath, SERVER, SHELL, WRAPPERS } from './programs.js';
import { redirected } from './redirect.js';
import { assignmentsIn, outputOf, textsOf } from './substitute.js';
import { tested } from './test.js';

/** How deep scripts may start scripts. */
const DEEPEST = 8;
/** How deep functions may call functions. */
const DEEPEST_CALL = 20;

/**
 * Follows what a container starts, as far as it is plain: scripts, the files that they write and copy, and the servers
 * in the end. Nothing is run. Throws NotFollowed with the line of what cannot be followed.
 */
export async function follow(machine: Machine, words: string[], line: number, depth = 0): Promise<Status> {
  if (depth > DEEPEST) throw new NotFollowed(line, 'scripts start one another');
  const [first, ...rest] = words;
  if (first === undefined) return true;
  const name = baseName(first);
  if (SERVER.test(name)) {
    if (words.some((_, i) => isOptions(words, i)))
      throw new NotFollowed(line, 'the options of the server depend on a condition that is not known');
    machine.starts.push({ words, line });
    return true;
  }
  if (SHELL.test(name)) return shell(machine, rest, line, depth);
  const own = WRAPPERS[name];
  // A build, or a mount, may have put another script in the place of the image's own one.
  const replaced = own !== undefined && name.endsWith('.sh') ? await placed(machine, first) : null;
  if (replaced !== null) return script(machine, replaced, rest, line, depth);
  if (own !== undefined) {
    const after = rest.slice(own).findIndex((word) => !/^-|^[A-Za-z_]\w*=/.test(word));
    return follow(machine, after === -1 ? [] : rest.slice(own + after), line, depth + 1);
  }
  if (first.includes('/')) return script(machine, first, rest, line, depth);
  const found = await placed(machine, first);
  if (found !== null) return script(machine, found, rest, line, depth);
  throw new NotFollowed(line, `${name} is not followed`);
}

/** Whether a word that differs between the ways may be options, not the value of the one before it. */
function isOptions(words: readonly string[], at: number): boolean {
  if (at === 0 || !isDiffering(words[at] ?? '')) return false;
  const option = words.slice(0, at).findLastIndex((word) => word.startsWith('--'));
  return option !== at - 1 && !takesSeveral(presentName((words[option] ?? '').slice(2)));
}

/** The path at which a program is, where its text is known. */
async function placed(machine: Machine, first: string): Promise<string | null> {
  if (!first.includes('/')) return inPath(machine, first);
  return 'why' in (await machine.read(first)) ? null : first;
}

/** `sh -c TEXT`, `sh FILE`, `bash -s` with its script at the standard input. */
async function shell(machine: Machine, words: string[], line: number, depth: number): Promise<Status> {
  const flag = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  const text = words[flag + 1];
  const at = words.findIndex((word) => !/^[-+]/.test(word));
  const options = words.slice(0, flag === -1 ? at : flag + 1);
  const isStrict = options.some((word) => /^-[a-z]*e/.test(word));
  if (flag !== -1 && text !== undefined)
    return asChild(machine, isStrict, () => runText(machine, text, line, words.slice(flag + 2), depth));
  const file = words[at];
  if (file !== undefined) return script(machine, file, words.slice(at + 1), line, depth, isStrict);
  const { input } = machine;
  if (input === null) throw new NotFollowed(line, 'a shell without a script');
  return asChild(machine, isStrict, () => runText(machine, textOf(input), input[0]?.line ?? line, [], depth));
}

/** A shell of its own has its own `set -e`, whatever the one that starts it has. */
async function asChild<T>(machine: Machine, isStrict: boolean, run: () => Promise<T>): Promise<T> {
  const outer = machine.strict;
  machine.strict = isStrict;
  const result = await run();
  machine.strict = outer;
  return result;
}

async function script(
  machine: Machine,
  path: string,
  args: string[],
  line: number,
  depth: number,
  isStrict = false,
): Promise<Status> {
  const read = await machine.read(path);
  if ('why' in read) throw new NotFollowed(line, `the script ${path} is not known: ${read.why}`);
  const outer = machine.place;
  const [first] = read.segments;
  if (first !== undefined) machine.place = first.file;
  const { segments } = read;
  const isBangStrict = /^#!\S+.* -[a-z]*e/.test(segments[0]?.text.split('\n')[0] ?? '');
  const status = await asChild(machine, isStrict || isBangStrict, () =>
    runText(machine, textOf(segments), first?.line ?? 1, [path, ...args], depth),
  );
  machine.place = outer;
  return status;
}

/** Runs a script whose first line is at a line of the file that it is in; `args` begin with its name. */
async function runText(
  machine: Machine,
  text: string,
  line: number,
  args: string[],
  depth: number,
): Promise<Status> {
  try {
    const outer = machine.args;
    machine.args = args;
    const status = await new Run(machine, line - 1, depth).list(parseScript(text));
    machine.args = outer;
    return status;
  } catch (error) {
    throw error instanceof BadScript
      ? new NotFollowed(line, `the script is not understood: ${error.message}`)
      : error;
  }
}

const textOf = (segments: readonly Segment[]): string => segments.map((s) => s.text).join('');

/** `set -eu`, `set +e`, `set -o errexit`. */
function setStrict(machine: Machine, words: readonly string[]): void {
  for (const [i, word] of words.entries()) {
    if (word === '--') return;
    const isNamed = word === 'errexit' && /^[-+][a-z]*o$/.test(words[i - 1] ?? '');
    if (isNamed || /^[-+][a-z]*e/.test(word)) machine.strict = (isNamed ? words[i - 1] : word)?.[0] === '-';
  }
}

/** One script as it is followed. */
class Run {
  ended = false;
  leaving: 'break' | 'continue' | null = null;
  /** What the commands in the words of the command at hand print, by how they are written. */
  private printed = new Map<string, string>();

  constructor(
    readonly machine: Machine,
    private readonly before: number,
    private readonly depth: number,
  ) {}

  readonly lookup = (name: string): string | undefined =>
    /^\d$/.test(name)
      ? this.machine.args[Number(name)]
      : name === '@'
        ? this.machine.args.slice(1).join(' ')
        : (this.printed.get(name) ?? this.machine.env.get(name));

  readonly lineOf = (line: number): number => this.before + line;

  async list(steps: readonly Step[]): Promise<Status> {
    let status: Status = true;
    for (const [i, step] of steps.entries()) {
      const { when, pipeline } = step;
      if (this.ended || this.leaving !== null) return status;
      if (when === 'and' && status === false) continue;
      if (when === 'or' && status !== false) {
        // What is not known to have failed is taken for done, unless it matters.
        if (status === true || changesNothing([step])) continue;
        status = await everyWayOf(
          this,
          [() => this.pipeline(pipeline), async () => true],
          pipeline[0]?.line ?? 1,
          'whether what stands before || fails is not known',
        );
        continue;
      }
      const isTested = /^(and|or)$/.test(steps[i + 1]?.when ?? '');
      status = await (isTested ? this.exempt(() => this.pipeline(pipeline)) : this.pipeline(pipeline));
      const { refused, strict, exempt } = this.machine;
      if (refused === null) continue;
      this.machine.refused = null;
      if (strict && !isTested && exempt === 0) throw new Stopped(refused.path, refused.line);
    }
    return status;
  }

  /** What a condition or the left side of && and || runs does not end a script (POSIX, set -e). */
  async exempt<T>(work: () => Promise<T>): Promise<T> {
    this.machine.exempt += 1;
    const result = await work();
    this.machine.exempt -= 1;
    return result;
  }

  private async pipeline(commands: readonly Command[]): Promise<Status> {
    let status: Status = true;
    const outer = this.machine.input;
    for (const [i, command] of commands.entries()) {
      const isLast = i === commands.length - 1;
      const output = this.machine.output;
      if (!isLast) this.machine.output = [];
      status = await this.command(command);
      if (!isLast) {
        this.machine.input = this.machine.output;
        this.machine.output = output;
      }
    }
    this.machine.input = outer;
    return status;
  }

  private async command(command: Command): Promise<Status> {
    const { redirects = [] } = command;
    for (const whole of textsOf(command)) {
      const text = await outputOf(this.machine, whole, (steps) => this.list(steps));
      if (text === undefined) this.printed.delete(whole);
      else this.printed.set(whole, text);
    }
    return redirected(this.machine, redirects, this.lineOf(command.line), this, () => this.bare(command));
  }

  private async bare(command: Command): Promise<Status> {
    switch (command.kind) {
      case 'simple':
        return this.simple(command);
      case 'group':
        return this.list(command.body);
      case 'function':
        this.machine.functions.set(command.name, command.body);
        return true;
      case 'if':
        return conditional(this, command);
      case 'case':
        return choice(this, command);
      case 'loop':
        return loop(this, command);
    }
  }

  private async simple({ words: raw, line }: Simple): Promise<Status> {
    const { machine } = this;
    const at = this.lineOf(line);
    const own = assignmentsIn(raw);
    for (const word of own) {
      const [, name = '', value = ''] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word) ?? [];
      machine.env.set(name, expandOne(value, this.lookup));
    }
    const words = raw
      .slice(own.length)
      .flatMap((word) => (/^"?\$@"?$/.test(word) ? machine.args.slice(1) : expandWord(word, this.lookup)));
    const [name] = words;
    if (name === undefined) return true;
    const body = machine.functions.get(name);
    if (body !== undefined) {
      if (machine.calls >= DEEPEST_CALL) throw new NotFollowed(at, 'functions call one another');
      const outer = machine.args;
      machine.args = words;
      machine.calls += 1;
      const status = await this.list(body);
      machine.calls -= 1;
      machine.args = outer;
      return status;
    }
    if (name === 'set') setStrict(machine, words.slice(1));
    if (name === 'set' && words[1] === '--') {
      machine.args = [machine.args[0] ?? '', ...words.slice(2)];
      return true;
    }
    if (name === 'exit' || name === 'return') {
      if (name === 'exit') this.ended = true;
      return words[1] === undefined || words[1] === '0';
    }
    if (name === 'break' || name === 'continue') this.leaving = name;
    if (name === '[' || name === '[[' || name === 'test') return tested(machine, words);
    if (name === '.' || name === 'source') return this.sourced(words[1] ?? '', at);
    const known = builtin(name);
    if (known !== undefined) return known(machine, words.slice(1), at);
    if (name === 'exec') this.ended = true;
    return follow(machine, words, at, this.depth + 1);
  }

  private async sourced(path: string, line: number): Promise<Status> {
    const read = await this.machine.read(path);
    if ('why' in read) throw new NotFollowed(line, `${path} is not known: ${read.why}`);
    return new Run(this.machine, 0, this.depth + 1).list(parseScript(textOf(read.segments)));
  }
}
