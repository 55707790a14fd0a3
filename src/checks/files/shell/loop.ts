import { expandWord, type Lookup, OPEN } from './expand.js';
import { changesNothing } from './harmless.js';
import { type Machine, NotFollowed, type Status } from './machine.js';
import type { Loop, Step } from './parse.js';

/** More rounds than any start script has. */
const MOST = 100;

/** A script that is followed, as far as its loops need it. */
export interface Following {
  readonly machine: Machine;
  readonly lookup: Lookup;
  /** What ends the rest of a loop's body. */
  leaving: 'break' | 'continue' | null;
  lineOf(line: number): number;
  list(steps: readonly Step[]): Promise<Status>;
}

/** Follows `for NAME in WORD…` over words that are known. Throws NotFollowed for any other loop that changes something. */
export async function loop(run: Following, { word, over, body, line }: Loop): Promise<Status> {
  const items = over?.words.flatMap(braced).flatMap((one) => expandWord(one, run.lookup)) ?? [OPEN];
  if (over === null || items.length > MOST || items.some((item) => item.includes(OPEN))) {
    // Waiting for a server is a loop too: it changes nothing.
    if (changesNothing(body)) return true;
    throw new NotFollowed(run.lineOf(line), `a ${word} loop is not followed`);
  }
  let status: Status = true;
  for (const item of items) {
    run.machine.env.set(over.name, item);
    status = await run.list(body);
    const { leaving } = run;
    run.leaving = null;
    if (leaving === 'break') return true;
  }
  return status;
}

/** `{1..3}` of bash. */
function braced(raw: string): string[] {
  const [, before = '', from, to, after = ''] = /^([\w./-]*)\{(\d+)\.\.(\d+)\}([\w./-]*)$/.exec(raw) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from === undefined || last < first || last - first > MOST) return [raw];
  return Array.from({ length: last - first + 1 }, (_, i) => `${before}${first + i}${after}`);
}
