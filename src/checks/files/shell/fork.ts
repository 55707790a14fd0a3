import { differing, OPEN } from './expand.js';
import { type Content, type Machine, NotFollowed, type Segment, type Start, type Status } from './machine.js';

/** What a way through a script leaves behind. */
interface Outcome {
  status: Status;
  /** Whether it leaves the script, and how. */
  left: string;
  machine: State;
}

type State = Pick<Machine, 'env' | 'args' | 'functions' | 'directory' | 'output' | 'starts' | 'strict'> & {
  files: Map<string, Content>;
};

/** How many ways are gone at most: functions that call functions in each of two ways make thousands. */
const MOST_WAYS = 1000;

/**
 * Goes every way that a script may go where its condition is not known. What all of them agree in is known; a variable
 * or a file in which they differ is not. Throws NotFollowed where they start different servers.
 */
export async function everyWay(
  machine: Machine,
  ways: readonly (() => Promise<Status>)[],
  leaving: { get(): string; set(left: string): void },
  notFollowed: NotFollowed,
): Promise<Status> {
  const before = stateOf(machine);
  const started = machine.starts.length;
  const outcomes: Outcome[] = [];
  for (const way of ways) {
    restore(machine, before);
    leaving.set('');
    machine.ways += 1;
    if (machine.ways > MOST_WAYS)
      throw new NotFollowed(notFollowed.line, 'too many conditions are not known');
    const status = await way();
    outcomes.push({ status, left: leaving.get(), machine: stateOf(machine) });
  }
  // A way that fails without a server is the one of a container that does not start.
  const going = outcomes.filter(
    ({ left, status, machine: m }) => left !== 'end' || status === true || m.starts.length > started,
  );
  const [first = outcomes[0], ...others] = going;
  if (first === undefined) throw notFollowed;
  if (others.some(({ left, machine: m }) => left !== first.left || !isAlike(m, first.machine)))
    throw notFollowed;
  restore(machine, first.machine);
  leaving.set(first.left);
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

/** Whether two ways start the same servers, print the same and go on with the same arguments and functions. */
const isAlike = (one: State, other: State): boolean =>
  sameFunctions(one, other) &&
  JSON.stringify([one.args, one.strict, textOf(one.output), wordsOf(one.starts)]) ===
    JSON.stringify([other.args, other.strict, textOf(other.output), wordsOf(other.starts)]);

/** Whether no function is made in two ways. */
const sameFunctions = (one: State, other: State): boolean =>
  [...one.functions].every(([name, body]) => (other.functions.get(name) ?? body) === body);

const wordsOf = (starts: readonly Start[]): string[][] => starts.map(({ words }) => words);
const textOf = (segments: readonly Segment[]): string => segments.map((s) => s.text).join('');

function unite(machine: Machine, other: State, line: number): void {
  for (const name of new Set([...machine.env.keys(), ...other.env.keys()]))
    if (machine.env.get(name) !== other.env.get(name)) machine.env.set(name, differing(name));
  if (machine.directory !== other.directory) machine.directory = `/${OPEN}$PWD`;
  for (const path of new Set([...machine.files.keys(), ...other.files.keys()])) {
    const [own, their] = [machine.files.get(path), other.files.get(path)];
    if (own === undefined || their === undefined || said(own) !== said(their))
      machine.files.set(path, {
        why: `what is in ${path} depends on a condition that is not known (${machine.place}:${line})`,
      });
  }
}

const said = (content: Content): string => ('why' in content ? content.why : textOf(content.segments));
