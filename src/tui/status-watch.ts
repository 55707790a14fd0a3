import { Streamed } from '../cli/command.js';
import type { Context } from '../cli/context.js';
import { failureDocument, failureOf } from '../cli/failure.js';
import type { Screen } from '../cli/interactive.js';
import { jsonText, names, tsvLines, yamlText } from '../cli/output.js';
import type { ExitCode } from '../errors.js';
import { EXIT, OperatorError } from '../errors.js';
import { statusExitCode } from '../model/agreement.js';
import { changesBetween } from '../model/changes.js';
import type { StatusResult } from '../model/status.js';
import type { ExitOn } from '../model/verdict.js';
import { statusDocument } from '../report/documents.js';
import { statusText } from '../report/text/status.js';
import { STATUS_ROWS } from '../report/tsv.js';
import { watch } from './watch.js';
import {
  besideWatch,
  changeLine,
  clockTime,
  type Look,
  type TimedChange,
  type Watched,
  watchLines,
} from './watch-view.js';

/** How often a countdown moves on a terminal, in milliseconds. */
const TICK_MS = 1000;
/** For how long after a look its countdown goes on: later nothing is known of what it counts. Milliseconds. */
const COUNTS_MS = 5000;

/** Number of changes that are kept. */
const KEPT_CHANGES = 50;

/** Looks; the status is that of the moment, and as it is so many milliseconds later if nothing changes. */
type LookOnce = (signal: AbortSignal) => Promise<(laterMs: number) => StatusResult>;

/** Shows one look; `fresh` are the changes since the one before. */
type Show = (watched: Watched, look: Look, fresh: readonly TimedChange[]) => Promise<void>;

/**
 * Shows a cluster at an interval: full screen on a terminal, else a block of text or a document per look.
 * The first look must succeed; from then on a look that fails is shown as such. Answers with the exit code of the
 * last look, or 130 after Ctrl-C.
 */
export async function watchStatus(
  context: Context,
  everyMs: number,
  lookOnce: LookOnce,
  exitOn: ExitOn,
): Promise<Streamed> {
  const { clock, signal } = context;
  const screen = context.globals.output === 'table' ? ((await context.openScreen?.()) ?? null) : null;
  const show = screen === null ? showing(context) : drawing(context, screen);
  let watched: Watched = { everyMs, sinceMs: clock.wallMs(), look: null, changes: [] };
  let last: StatusResult | undefined;
  let code: ExitCode = EXIT.unknown;
  try {
    if (screen !== null) await screen.draw(watchLines(watched, viewOf(context, screen)));
    const end = await watch({
      clock,
      everyMs,
      signal,
      screen,
      ...(screen !== null && { tickMs: TICK_MS }),
      async look(stop) {
        const look = await lookAt(context, lookOnce, stop, last !== undefined);
        const fresh =
          'status' in look && last !== undefined
            ? changesBetween(last, look.status).map((c) => ({ ...c, atMs: look.atMs }))
            : [];
        if ('status' in look) last = look.status;
        code = 'status' in look ? statusExitCode(look.status, exitOn) : look.failure.exitCode;
        watched = { ...watched, look, changes: [...watched.changes, ...fresh].slice(-KEPT_CHANGES) };
        return { look, fresh };
      },
      show: ({ look, fresh }) => show(watched, look, fresh),
    });
    return new Streamed(end === 'interrupted' ? EXIT.interrupted : code);
  } finally {
    await screen?.close();
  }
}

/** One look, timed. An OperatorError is shown as its result, except at the first look. */
async function lookAt(
  { clock }: Context,
  lookOnce: LookOnce,
  stop: AbortSignal,
  mayFail: boolean,
): Promise<Look> {
  const began = clock.now();
  const timed = (): { atMs: number; tookMs: number } => ({
    atMs: clock.wallMs(),
    tookMs: clock.now() - began,
  });
  try {
    const later = await lookOnce(stop);
    const readMs = clock.now();
    const now = (): StatusResult => later(Math.min(COUNTS_MS, clock.now() - readMs));
    return { ...timed(), status: later(0), now };
  } catch (error) {
    if (!mayFail || stop.aborted || !(error instanceof OperatorError)) throw error;
    return { ...timed(), failure: failureOf(error) };
  }
}

const viewOf = (
  { stdout }: Context,
  { columns, rows }: Screen,
): { color: boolean; columns: number; rows: number } => ({ color: stdout.color, columns, rows });

const drawing =
  (context: Context, screen: Screen): Show =>
  (watched) =>
    screen.draw(watchLines(counted(watched), viewOf(context, screen)));

/** With the time since the last answer as it is now; only where writes fail there is one. */
function counted(watched: Watched): Watched {
  const { look } = watched;
  if (look === null || !('status' in look) || look.status.masters.every((m) => m.verdict.forMs === null))
    return watched;
  return { ...watched, look: { ...look, status: look.now?.() ?? look.status } };
}

/** Without a terminal each look is printed below the previous one. */
function showing(context: Context): Show {
  const { globals, stdout } = context;
  if (globals.output === 'json')
    return (_, look, fresh) => context.write(jsonText(documentOf(look, fresh), false));
  if (globals.output === 'yaml') {
    return async (_, look, fresh) => context.write(`---\n${await yamlText(documentOf(look, fresh))}`);
  }
  let first = true;
  if (globals.output === 'tsv' || globals.output === 'name') {
    const columns = globals.columns ?? ['at', ...STATUS_ROWS.columns];
    return async (_, look) => {
      const records = recordsOf(look);
      const header = first ? `${columns.join('\t')}\n` : '';
      first = false;
      await context.write(
        globals.output === 'name'
          ? names('id', 'failure' in look ? [] : records)
          : header + tsvLines(columns, records),
      );
    };
  }
  return async (_, look, fresh) => {
    const lines = [
      ...(first ? [] : ['']),
      clockTime(look.atMs),
      ...fresh.map((c) => changeLine(c, stdout)),
      ...('status' in look
        ? [statusText(besideWatch(look.status), stdout)]
        : [`error: ${look.failure.message}`]),
    ];
    first = false;
    await context.write(`${lines.join('\n')}\n`);
  };
}

/** Every server with the time of the look; one record with the error of a look that failed. */
function recordsOf(look: Look): object[] {
  const at = new Date(look.atMs).toISOString();
  return 'failure' in look
    ? [{ at, error: look.failure.message }]
    : STATUS_ROWS.of({ status: look.status }).map((record) => ({ at, ...record }));
}

/** The document of a status, with its time and what changed; or that of an error. */
function documentOf(look: Look, fresh: readonly TimedChange[]): unknown {
  const at = new Date(look.atMs).toISOString();
  if ('failure' in look) return { at, ...(failureDocument(look.failure) as object) };
  const changes = fresh.map(({ id, subject, turn, message }) => ({ id, subject, turn, message }));
  return { at, changes, ...statusDocument(look.status) };
}
