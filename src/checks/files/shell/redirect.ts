import { expandOne, expandText, type Lookup } from './expand.js';
import { type Machine, NotFollowed, type Segment, type Status, segment } from './machine.js';
import type { Redirect } from './parse.js';

/** Where a script's lines and variables are. */
interface Scope {
  lookup: Lookup;
  lineOf(line: number): number;
}

/** Runs a command with its standard input and output where the redirections put them. */
export async function redirected(
  machine: Machine,
  redirects: readonly Redirect[],
  line: number,
  scope: Scope,
  run: () => Promise<Status>,
): Promise<Status> {
  const { input, output } = machine;
  let target: { path: string; add: boolean } | null = null;
  for (const redirect of redirects) {
    const { operator } = redirect;
    const path = operator === '<<' ? '' : expandOne(redirect.target, scope.lookup);
    if (operator === '<<') machine.input = [hereText(machine, redirect, line, scope)];
    else if (operator === '<<<') machine.input = [segment(`${path}\n`, machine.place, line)];
    else if (operator === '<') {
      const read = await machine.read(path);
      if ('why' in read) throw new NotFollowed(line, `${path} is not known: ${read.why}`);
      machine.input = read.segments;
    } else {
      target = { path, add: operator === '>>' };
      machine.output = [];
    }
  }
  if (target !== null && machine.isReadOnly(target.path)) {
    machine.input = input;
    machine.output = output;
    machine.refused = { path: target.path, line };
    return false;
  }
  if (target !== null) machine.captures += 1;
  const status = await run();
  if (target !== null) machine.captures -= 1;
  const written = machine.output;
  machine.input = input;
  machine.output = output;
  if (target !== null) await machine.write(target.path, written, target.add);
  return status;
}

/** `exec` with redirections alone: the script goes on with them. Throws NotFollowed where what it prints becomes a configuration. */
export function onward(redirects: readonly Redirect[], line: number): Status {
  const target = redirects.find((r) => r.operator.startsWith('>') && /\.(conf|acl)\b/.test(r.target));
  if (target !== undefined) throw new NotFollowed(line, `exec > ${target.target} is not followed`);
  return true;
}

function hereText(machine: Machine, { here }: Redirect, line: number, { lookup, lineOf }: Scope): Segment {
  if (here === undefined) throw new NotFollowed(line, 'a here-document is missing');
  const text = here.expand ? expandText(here.text, lookup) : here.text;
  return segment(text, machine.place, lineOf(here.line));
}
