import { everyWayOf } from './branch.js';
import { expandWord, OPEN } from './expand.js';
import type { Following } from './following.js';
import { dropped, landed } from './fork.js';
import { changesNothing, sets } from './harmless.js';
import { NotFollowed, type Status } from './machine.js';
import type { Loop, Step } from './parse.js';

/** More rounds than any start script has. */
const MOST = 100;
/** After as many rounds of a loop whose condition is not known, what differs between the rounds is not known. */
const UNKNOWN_ROUNDS = 3;

/** Follows a loop. Throws NotFollowed for one over words that are not known, or without an end, that changes something. */
export async function loop(run: Following, { word, over, condition, body, line }: Loop): Promise<Status> {
  const base = run.waiting.length;
  const unknown = new NotFollowed(run.lineOf(line), `a ${word} loop is not followed`);
  // Waiting for a server is a loop too: it changes nothing.
  if (word !== 'for' && changesNothing(body) && !sets(condition)) return true;
  const status =
    word === 'for'
      ? await overWords(run, over, body, unknown)
      : await whileHolds(run, { word, condition, body, line }, unknown);
  return landed(run, 'break', base, status);
}

async function overWords(
  run: Following,
  over: Loop['over'],
  body: readonly Step[],
  unknown: NotFollowed,
): Promise<Status> {
  const items = over?.words.flatMap(braced).flatMap((one) => expandWord(one, run.lookup)) ?? [OPEN];
  if (over === null || items.length > MOST || items.some((item) => item.includes(OPEN))) {
    if (changesNothing(body)) return true;
    throw unknown;
  }
  let status: Status = true;
  for (const item of items) {
    run.machine.env.set(over.name, item);
    status = await round(run, body);
    if (run.leaving !== '') break;
  }
  return status;
}

async function whileHolds(
  run: Following,
  { word, condition, body, line }: Omit<Loop, 'over' | 'kind'>,
  unknown: NotFollowed,
): Promise<Status> {
  const base = run.waiting.length;
  const isEndless = condition.every(
    ({ pipeline: [c] }) => c?.kind === 'simple' && /^(true|:)$/.test(c.words.join(' ')),
  );
  let open = 0;
  for (let count = 0; run.leaving === ''; count++) {
    const said = await run.exempt(() => run.list(condition));
    const holds = said === null || word === 'while' ? said : !said;
    if (holds === false || open === UNKNOWN_ROUNDS) return true;
    if (holds === null) {
      open++;
      const leave = async (): Promise<Status> => {
        run.leaving = 'break';
        return true;
      };
      await everyWayOf(run, [() => round(run, body), leave], line, unknown.message);
      continue;
    }
    await round(run, body);
    if (run.leaving !== '' || count < (isEndless ? UNKNOWN_ROUNDS : MOST)) continue;
    // It ends in one of the ways that leave it.
    if (!dropped(run, base)) throw unknown;
  }
  return true;
}

/** One round: what goes on with the next one is together again at its end. */
async function round(run: Following, body: readonly Step[]): Promise<Status> {
  const base = run.waiting.length;
  return landed(run, 'continue', base, await run.list(body));
}

/** `{1..3}` of bash. */
function braced(raw: string): string[] {
  const [, before = '', from, to, after = ''] = /^([\w./-]*)\{(\d+)\.\.(\d+)\}([\w./-]*)$/.exec(raw) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from === undefined || last < first || last - first > MOST) return [raw];
  return Array.from({ length: last - first + 1 }, (_, i) => `${before}${first + i}${after}`);
}
