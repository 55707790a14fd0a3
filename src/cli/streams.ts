import type { Env } from '../config/paths.js';
import { errnoOf, messageOf, unknownOutcome } from '../errors.js';

/** Standard input, as far as it is used. */
export type InputStream = NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
/** Standard output or error, as far as it is used. */
export type OutputStream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number };

/**
 * Whether to colour what goes to this stream. `flag` is --color/--no-color; then FORCE_COLOR (as in Node),
 * NO_COLOR (no-color.org: any value that is not empty), TERM=dumb, and at last whether it is a terminal.
 */
export function wantsColor(stream: OutputStream, env: Env, flag: boolean | undefined): boolean {
  if (flag !== undefined) return flag;
  const force = env.FORCE_COLOR;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if ((env.NO_COLOR ?? '') !== '') return false;
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** Whether standard output is a terminal whose cursor can be moved. */
export const canDraw = ({ stdout, env }: { stdout: OutputStream; env: Env }): boolean => canMove(stdout, env);

/** Whether this stream is a terminal whose cursor can be moved. */
export const canMove = (stream: OutputStream, env: Env): boolean =>
  stream.isTTY === true && env.TERM !== 'dumb';

/** The width to draw for: the terminal's, else COLUMNS, else 80. */
export function columnsOf(stream: OutputStream, env: Env): number {
  const columns = stream.isTTY === true && stream.columns ? stream.columns : columnsIn(env);
  return columns > 0 ? Math.max(20, columns) : 80;
}

/** The width that COLUMNS asks for; 0 where it is not a number. */
const columnsIn = ({ COLUMNS = '' }: Env): number => (/^\d{1,4}$/.test(COLUMNS) ? Number(COLUMNS) : 0);

/** Whether lines are written whole: not for a terminal, and not where COLUMNS asks for a width. */
export const isUnbroken = (stream: OutputStream, env: Env): boolean =>
  stream.isTTY !== true && columnsIn(env) === 0;

/** Rows where a terminal does not say how many it has. */
const USUAL_ROWS = 24;

/** The height to draw for. */
export const rowsOf = ({ rows }: OutputStream): number =>
  rows !== undefined && rows > 0 ? rows : USUAL_ROWS;

const SGR = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;
export type Paint = (style: keyof typeof SGR, text: string) => string;

/** A painter for the harness itself; loading a colour library would double the time of an error. */
export function painter(color: boolean): Paint {
  return (style, text) => (color ? `\x1b[${SGR[style][0]}m${text}\x1b[${SGR[style][1]}m` : text);
}

/** Thrown by writes after the reader has closed the pipe (`| head -1`): the end of the work, not a failure. */
export class ClosedPipe extends Error {
  override readonly name = 'ClosedPipe';
}

/** A stream that outlives its reader. */
export interface SafeStream {
  readonly closed: boolean;
  /** Resolves once more may be written; rejects with ClosedPipe, or with an OperatorError (disk full). */
  write(text: string): Promise<void>;
}

const GONE = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END', 'ECONNRESET', 'EIO']);
const wrapped = new WeakMap<OutputStream, SafeStream>();

/**
 * Wraps an output so that EPIPE is the end of writing instead of the end of the process. Each stream is wrapped
 * once and for good: an EPIPE can still arrive after the last write.
 */
export function safeStream(stream: OutputStream): SafeStream {
  const known = wrapped.get(stream) ?? wrap(stream);
  wrapped.set(stream, known);
  return known;
}

function wrap(stream: OutputStream): SafeStream {
  let failure: Error | undefined;
  const onError = (error: unknown): void => {
    failure ??= GONE.has(errnoOf(error) ?? '')
      ? new ClosedPipe('the reader closed the output')
      : unknownOutcome('output-failed', 'cannot write the output', { why: messageOf(error), cause: error });
  };
  stream.on('error', onError);
  return {
    get closed() {
      return failure !== undefined;
    },
    write(text) {
      return new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        stream.write(text, (error) => {
          if (error != null) onError(error);
          if (failure === undefined) resolve();
          else reject(failure);
        });
      });
    },
  };
}
