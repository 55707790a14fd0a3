import { builtin } from './builtins.js';
import { landed } from './fork.js';
import { BadScript } from './lex.js';
import { baseName, type Machine, NotFollowed, type Status, textOf } from './machine.js';
import { parseScript } from './parse.js';
import { inPath, isPlace, SERVER, SHELL, WRAPPERS } from './programs.js';
import { Run } from './run.js';
import { isOptions } from './set-options.js';

/** How deep scripts may start scripts. */
const DEEPEST = 8;
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
  const known = isPlace(first) ? undefined : builtin(name);
  if (known !== undefined) return known(machine, rest, line);
  if (first.includes('/')) return script(machine, first, rest, line, depth);
  const found = await placed(machine, first);
  if (found !== null) return script(machine, found, rest, line, depth);
  throw new NotFollowed(line, `${name} is not followed`);
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
  if (segments[0]?.text.split('\n')[0]?.endsWith('\r')) {
    machine.crlf ??= { path, file: machine.place };
    throw new NotFollowed(line, `the lines of ${path} end in CRLF: no shell runs it`);
  }
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
    const run = new Run(machine, line - 1, depth, follow);
    const status = landed(run, 'end', 0, await run.whole(parseScript(text)));
    machine.args = outer;
    return status;
  } catch (error) {
    throw error instanceof BadScript
      ? new NotFollowed(line, `the script is not understood: ${error.message}`)
      : error;
  }
}
