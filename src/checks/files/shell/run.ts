import { choice, conditional, everyWayOf } from './branch.js';
import { builtin } from './builtins.js';
import { expandOne, expandWord } from './expand.js';
import { type Exit, type Leaving, landed } from './fork.js';
import { exits, passes } from './harmless.js';
import { loop } from './loop.js';
import { type Machine, NotFollowed, type Status, Stopped, textOf } from './machine.js';
import { type Command, parseScript, type Simple, type Step } from './parse.js';
import { onward, redirected } from './redirect.js';
import { setStrict } from './set-options.js';
import { assignmentsIn, outputOf, textsOf } from './substitute.js';
import { tested } from './test.js';

/** How deep functions may call functions. */
const DEEPEST_CALL = 20;

type Start = (machine: Machine, words: string[], line: number, depth: number) => Promise<Status>;

/** One script as it is followed. */
export class Run {
  leaving: Leaving = '';
  waiting: Exit[] = [];
  /** What the commands in the words of the command at hand print, by how they are written. */
  private printed = new Map<string, string>();

  constructor(
    readonly machine: Machine,
    private readonly before: number,
    private readonly depth: number,
    /** Follows what a command starts. */
    private readonly start: Start,
  ) {}

  readonly lookup = (name: string): string | undefined =>
    /^\d$/.test(name)
      ? this.machine.args[Number(name)]
      : name === '@'
        ? this.machine.args.slice(1).join(' ')
        : (this.printed.get(name) ?? this.machine.env.get(name));

  readonly lineOf = (line: number): number => this.before + line;

  /** All of a script, which `return` ends too where it is sourced. */
  async whole(steps: readonly Step[]): Promise<Status> {
    return landed(this, 'return', 0, await this.list(steps));
  }

  async list(steps: readonly Step[]): Promise<Status> {
    let status: Status = true;
    for (const [i, step] of steps.entries()) {
      const { when, pipeline } = step;
      if (this.leaving !== '') return status;
      if (when === 'and' && status === false) continue;
      if (when === 'and' && status === null && this.matters(step)) {
        status = await this.orNot(pipeline, (steps[i + 1]?.when ?? 'always') === 'always');
        continue;
      }
      if (when === 'or' && status !== false) {
        // What is not known to have failed is taken for done, unless it matters.
        if (status === true || !this.matters(step)) continue;
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

  /** Whether it makes a difference that a step runs: it changes or starts something, or leaves, or what it prints goes anywhere. */
  private matters(step: Step): boolean {
    return this.machine.captures > 0 || !passes([step]) || exits(step);
  }

  /** What is done only where something holds that is not known. */
  private orNot(pipeline: readonly Command[], isLast: boolean): Promise<Status> {
    const before = this.machine.starts.length;
    let isAlone = false;
    const doIt = async (): Promise<Status> => {
      const status = await this.pipeline(pipeline);
      isAlone = isLast && this.leaving === '' && this.machine.starts.length > before;
      this.machine.refused = null;
      return status;
    };
    // What follows is gone through behind a server that returns; behind `exec` only this way comes to it.
    const leaveIt = async (): Promise<Status> => {
      if (isAlone) this.leaving = 'end';
      return false;
    };
    const why = 'whether what stands before && holds is not known';
    return everyWayOf(this, [doIt, leaveIt], pipeline[0]?.line ?? 1, why);
  }

  /** What a condition or the left side of && and || runs does not end a script (POSIX, set -e). */
  async exempt<T>(work: () => Promise<T>): Promise<T> {
    this.machine.exempt += 1;
    const result = await work();
    this.machine.exempt -= 1;
    return result;
  }

  private async pipeline(commands: readonly Command[]): Promise<Status> {
    const [first, ...others] = commands;
    if (first?.kind !== 'simple' || first.words[0] !== '!') return this.piped(commands);
    const status = await this.exempt(() =>
      this.piped([{ ...first, words: first.words.slice(1) }, ...others]),
    );
    return status === null ? null : !status;
  }

  private async piped(commands: readonly Command[]): Promise<Status> {
    let status: Status = true;
    const { input: outer } = this.machine;
    const base = this.waiting.length;
    for (const [i, command] of commands.entries()) {
      const isLast = i === commands.length - 1;
      const output = this.machine.output;
      if (!isLast) {
        this.machine.output = [];
        this.machine.captures += 1;
      }
      status = await this.command(command);
      if (!isLast) {
        this.machine.captures -= 1;
        this.machine.input = this.machine.output;
        this.machine.output = output;
      }
    }
    this.machine.input = outer;
    if (commands.length > 1) this.keepsIn(base);
    return status;
  }

  /** What is printed in a way that leaves goes somewhere else: such a way is not followed. */
  private keepsIn(base: number): void {
    const [exit] = this.waiting.slice(base);
    if (exit !== undefined) throw exit.notFollowed;
  }

  private async command(command: Command): Promise<Status> {
    const { redirects = [] } = command;
    for (const whole of textsOf(command)) {
      const text = await outputOf(this, whole);
      if (text === undefined) this.printed.delete(whole);
      else this.printed.set(whole, text);
    }
    const base = this.waiting.length;
    const status = await redirected(this.machine, redirects, this.lineOf(command.line), this, () =>
      this.bare(command),
    );
    if (redirects.length > 0) this.keepsIn(base);
    return status;
  }

  private async bare(command: Command): Promise<Status> {
    switch (command.kind) {
      case 'simple':
        return this.simple(command);
      case 'group':
        return command.isSubshell === true ? this.subshell(command.body) : this.list(command.body);
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

  /** What it sets, and its exit, are its own (POSIX, 2.12); the files that it writes stay. */
  private async subshell(body: readonly Step[]): Promise<Status> {
    const { machine } = this;
    const { env, args, functions, directory, strict } = machine;
    const base = this.waiting.length;
    machine.env = new Map(env);
    machine.functions = new Map(functions);
    const status = landed(this, 'end', base, await this.list(body));
    Object.assign(machine, { env, args, functions, directory, strict });
    return status;
  }

  private async simple({ words: raw, redirects, line }: Simple): Promise<Status> {
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
      const base = this.waiting.length;
      machine.args = words;
      machine.calls += 1;
      const status = landed(this, 'return', base, await this.list(body));
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
      this.leaving = name === 'exit' ? 'end' : 'return';
      return words[1] === undefined || words[1] === '0';
    }
    if (name === 'break' || name === 'continue') {
      if (Number(words[1] ?? 1) !== 1) throw new NotFollowed(at, `${words.join(' ')} is not followed`);
      this.leaving = name;
    }
    if (name === '[' || name === '[[' || name === 'test') return tested(machine, words);
    if (name === '.' || name === 'source') return this.sourced(words[1] ?? '', at);
    const known = builtin(name);
    if (known !== undefined) return known(machine, words.slice(1), at);
    if (name === 'exec' && words.length === 1) return onward(redirects, at);
    if (name === 'exec') this.leaving = 'end';
    return this.start(machine, words, at, this.depth + 1);
  }

  private async sourced(path: string, line: number): Promise<Status> {
    const read = await this.machine.read(path);
    if ('why' in read) throw new NotFollowed(line, `${path} is not known: ${read.why}`);
    const run = new Run(this.machine, 0, this.depth + 1, this.start);
    const status = await run.whole(parseScript(textOf(read.segments)));
    this.leaving = run.leaving;
    this.waiting.push(...run.waiting);
    return status;
  }
}
