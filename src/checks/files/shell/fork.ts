import { differing, OPEN } from './expand.js';
import { type Content, type Machine, NotFollowed, type Start, type Status, textOf } from './machine.js';
import { settledFile, settledValue } from './master-answer.js';

/** How a command leaves what it stands in; empty where the script goes on behind it. */
export type Leaving = '' | 'break' | 'continue' | 'return' | 'end';

/** What a way through a script leaves behind. */
interface Outcome {
  status: Status;
  left: Leaving;
  machine: State;
}

/** A way that has left a loop, a function or the script, and waits for the others where that ends. */
export interface Exit extends Outcome {
  notFollowed: NotFollowed;
}

/** A script that is followed, as far as its ways need it. */
export interface Forking {
  readonly machine: Machine;
  leaving: Leaving;
  waiting: Exit[];
}

type State = Pick<Machine, 'env' | 'args' | 'functions' | 'directory' | 'output' | 'starts' | 'strict'> & {
  files: Map<string, Content>;
};

/** How many ways are gone at most: functions that call functions in each of two ways make thousands. */
const MOST_WAYS = 1000;

/**
 * Goes every way that a script may go where its condition is not known. What all of them agree in is known; a variable
 * or a file in which they differ is not. A way that leaves waits where it ends. Throws NotFollowed where they start
 * different servers.
 */
export async function everyWay(
  run: Forking,
  ways: readonly (() => Promise<Status>)[],
  notFollowed: NotFollowed,
): Promise<Status> {
  const { machine } = run;
  const before = stateOf(machine);
  const started = machine.starts.length;
  const outcomes: Outcome[] = [];
  for (const way of ways) {
    restore(machine, before);
    run.leaving = '';
    machine.ways += 1;
    if (machine.ways > MOST_WAYS)
      throw new NotFollowed(notFollowed.line, 'too many conditions are not known');
    const status = await way();
    outcomes.push({ status, left: run.leaving, machine: stateOf(machine) });
  }
  // A way that fails without a server is the one of a container that does not start.
  const going = outcomes.filter(
    ({ left, status, machine: m }) => left !== 'end' || status === true || m.starts.length > started,
  );
  const [first] = going;
  if (first === undefined) throw notFollowed;
  const on = going.find(({ left }) => left === '') ?? first;
  const others = going.filter(({ left }) => left !== on.left);
  const status = joined(
    run,
    going.filter(({ left }) => left === on.left),
    notFollowed,
  );
  run.waiting.push(...others.map((outcome) => ({ ...outcome, notFollowed })));
  return status;
}

/** Goes on where a loop, a function or a script ends, with the ways that left it since `base` ways were waiting. */
export function landed(run: Forking, kind: Exclude<Leaving, ''>, base: number, status: Status): Status {
  const here = run.waiting.filter(({ left }, i) => i >= base && left === kind);
  const [first] = here;
  if (first === undefined) {
    if (run.leaving === kind) run.leaving = '';
    return status;
  }
  run.waiting = run.waiting.filter((exit) => !here.includes(exit));
  const current = { status, left: run.leaving, machine: stateOf(run.machine) };
  const isHere = run.leaving === '' || run.leaving === kind;
  if (!isHere) run.waiting.push({ ...current, notFollowed: first.notFollowed });
  // A container whose server is not started ends, and is started again.
  const isIdle = kind === 'end' && here.some(({ machine }) => startsMore(machine, current.machine));
  const united = joined(run, [...(isHere && !isIdle ? [current] : []), ...here], first.notFollowed);
  run.leaving = '';
  return isIdle ? null : united;
}

/** Drops the way at hand, which never comes to its end, for those that wait. */
export function dropped(run: Forking, base: number): boolean {
  const [next] = run.waiting.slice(base);
  if (next === undefined) return false;
  run.waiting = run.waiting.filter((exit) => exit !== next);
  restore(run.machine, next.machine);
  run.leaving = next.left;
  return true;
}

/** Goes on with what several ways have in common. */
function joined(run: Forking, [first, ...others]: readonly Outcome[], notFollowed: NotFollowed): Status {
  const { machine } = run;
  if (first === undefined || others.some((o) => !isAlike(o, first, machine.captures > 0))) throw notFollowed;
  restore(machine, first.machine);
  run.leaving = first.left;
  for (const { machine: other } of others) unite(machine, other, notFollowed.line);
  return others.every(({ status }) => status === first.status) ? first.status : null;
}

const stateOf = ({ env, args, functions, directory, output, starts, strict, files }: Machine): State => ({
  env: new Map(env),
  args: [...args],
  functions: new Map(functions),
  directory,
  output: [...output],
  starts: [...starts],
  strict,
  files: new Map(files),
});

/** The map of files stays the same one: it is read through. */
function restore(machine: Machine, { files, ...state }: State): void {
  Object.assign(machine, {
    ...state,
    env: new Map(state.env),
    functions: new Map(state.functions),
    output: [...state.output],
    starts: [...state.starts],
  });
  machine.files.clear();
  for (const [path, content] of files) machine.files.set(path, content);
}

/** Whether two ways start the same servers, print the same where that goes anywhere, and go on with the same arguments and functions. */
const isAlike = (one: Outcome, other: Outcome, isCaptured: boolean): boolean =>
  isSame(wordsOf(one.machine.starts), wordsOf(other.machine.starts)) &&
  (!isCaptured || textOf(one.machine.output) === textOf(other.machine.output)) &&
  (one.left === 'end' || other.left === 'end' || goesOnAlike(one.machine, other.machine));

/** Whether one way starts all that another one starts, and more. */
const startsMore = ({ starts }: State, other: State): boolean =>
  starts.length > other.starts.length &&
  isSame(wordsOf(starts.slice(0, other.starts.length)), wordsOf(other.starts));

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const goesOnAlike = (one: State, other: State): boolean =>
  sameFunctions(one, other) && isSame([one.args, one.strict], [other.args, other.strict]);

/** Whether no function is made in two ways. */
const sameFunctions = (one: State, other: State): boolean =>
  [...one.functions].every(([name, body]) => (other.functions.get(name) ?? body) === body);

const wordsOf = (starts: readonly Start[]): string[][] => starts.map(({ words }) => words);

function unite(machine: Machine, other: State, line: number): void {
  for (const name of new Set([...machine.env.keys(), ...other.env.keys()]))
    if (machine.env.get(name) !== other.env.get(name))
      machine.env.set(
        name,
        settledValue(machine, machine.env.get(name), other.env.get(name)) ?? differing(name),
      );
  if (machine.directory !== other.directory) machine.directory = `/${OPEN}$PWD`;
  for (const path of new Set([...machine.files.keys(), ...other.files.keys()])) {
    const [own, their] = [machine.files.get(path), other.files.get(path)];
    if (own === undefined || their === undefined || contentOf(own) !== contentOf(their))
      machine.files.set(
        path,
        settledFile(machine, own, their) ?? {
          why: `what is in ${path} depends on a condition that is not known (${machine.place}:${line})`,
        },
      );
  }
}

const contentOf = (content: Content): string => ('why' in content ? content.why : textOf(content.segments));
