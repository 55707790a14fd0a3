import { expandOne, OPEN } from './expand.js';
import type { Following } from './following.js';
import { everyWay } from './fork.js';
import { globOf, passes } from './harmless.js';
import { NotFollowed, type Status } from './machine.js';
import type { Command } from './parse.js';

type If = Extract<Command, { kind: 'if' }>;

/** Follows `if`: the branch whose condition holds; where that is not known, each that may be taken. */
export async function conditional(run: Following, { branches, otherwise, line }: If): Promise<Status> {
  for (const [i, { condition, body }] of branches.entries()) {
    const holds = await run.exempt(() => run.list(condition));
    if (holds === true) return run.list(body);
    if (holds === null) {
      if ([...branches.map((b) => b.body), otherwise].every(passes)) return true;
      const rest: If = { kind: 'if', branches: branches.slice(i + 1), otherwise, line };
      const ways = [() => run.list(body), () => conditional(run, rest)];
      return everyWayOf(run, ways, line, 'the condition of an if is not known');
    }
  }
  return run.list(otherwise);
}

/** Follows `case`: the arm that matches; where its value is not known, each of them. */
export async function choice(
  run: Following,
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
  run: Following,
  ways: (() => Promise<Status>)[],
  line: number,
  why: string,
): Promise<Status> => everyWay(run, ways, new NotFollowed(run.lineOf(line), why));
