import { expandOne, OPEN } from './expand.js';
import { everyWay } from './fork.js';
import { changesNothing, globOf } from './harmless.js';
import type { Following } from './loop.js';
import { NotFollowed, type Status } from './machine.js';
import type { Command } from './parse.js';

/** A script that is followed, as far as its branches need it. */
interface Branching extends Following {
  /** Whether it has come to its end. */
  ended: boolean;
  exempt<T>(work: () => Promise<T>): Promise<T>;
}

type If = Extract<Command, { kind: 'if' }>;

/** Follows `if`: the branch whose condition holds; where that is not known, each that may be taken. */
export async function conditional(run: Branching, { branches, otherwise, line }: If): Promise<Status> {
  for (const [i, { condition, body }] of branches.entries()) {
    const holds = await run.exempt(() => run.list(condition));
    if (holds === true) return run.list(body);
    if (holds === null) {
      if ([...branches.map((b) => b.body), otherwise].every(changesNothing)) return true;
      const rest: If = { kind: 'if', branches: branches.slice(i + 1), otherwise, line };
      const ways = [() => run.list(body), () => conditional(run, rest)];
      return everyWayOf(run, ways, line, 'the condition of an if is not known');
    }
  }
  return run.list(otherwise);
}

/** Follows `case`: the arm that matches; where its value is not known, each of them. */
export async function choice(
  run: Branching,
  { word, arms, line }: Extract<Command, { kind: 'case' }>,
): Promise<Status> {
  const value = expandOne(word, run.lookup);
  if (value.includes(OPEN)) {
    const hasAny = arms.some(({ patterns }) => patterns.includes('*'));
    const ways = [
      ...arms.map(
        ({ body }) =>
          () =>
            run.list(body),
      ),
      ...(hasAny ? [] : [async () => true]),
    ];
    return everyWayOf(run, ways, line, 'the value of a case is not known');
  }
  for (const { patterns, body } of arms) {
    if (patterns.some((p) => globOf(expandOne(p, run.lookup)).test(value))) return run.list(body);
  }
  return true;
}

/** Goes on in each of several ways, of which the container takes one. Throws NotFollowed, with `why`, where that matters. */
export const everyWayOf = (
  run: Branching,
  ways: (() => Promise<Status>)[],
  line: number,
  why: string,
): Promise<Status> =>
  everyWay(
    run.machine,
    ways,
    {
      get: () => (run.ended ? 'end' : (run.leaving ?? '')),
      set: (left) => {
        run.ended = left === 'end';
        run.leaving = left === 'break' || left === 'continue' ? left : null;
      },
    },
    new NotFollowed(run.lineOf(line), why),
  );
