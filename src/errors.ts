/** Exit codes: public, documented in docs/exit-codes.md, never renumbered. */
export const EXIT = {
  ok: 0,
  /** It ran to the end, and an expectation does not hold. */
  violated: 1,
  /** It could not tell: evidence is missing. */
  unknown: 2,
  /** Refused before acting. */
  refused: 3,
  /** It acted, and the rollback failed: a person must look. */
  notRestored: 4,
  /** Nothing to talk to: no engine, no sentinel, no binary. */
  unreachable: 5,
  usage: 64,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface OperatorErrorInit {
  /** Stable, kebab-case; scripts match on it. */
  code: string;
  /** What happened, in one line. */
  message: string;
  /** Why it happened or why it was refused; may span lines (a log's tail). */
  why?: string | undefined;
  /** What to type or to do next. */
  hint?: string | undefined;
  /** What an interrupted run did until then: what was seen, what was rolled back, which node is the master. */
  account?: readonly string[] | undefined;
  exitCode: ExitCode;
  cause?: unknown;
}

/** An error that an operator can cause and act on: what, why and what to type next. Never shown with a stack. */
export class OperatorError extends Error {
  readonly code: string;
  readonly why: string | undefined;
  readonly hint: string | undefined;
  readonly account: readonly string[];
  readonly exitCode: ExitCode;

  constructor(init: OperatorErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'OperatorError';
    this.code = init.code;
    this.why = init.why;
    this.hint = init.hint;
    this.account = init.account ?? [];
    this.exitCode = init.exitCode;
  }
}

/** An interruption, with what the run did until then. What is not an OperatorError is a bug, and stays as it is. */
export function withAccount(reason: unknown, account: readonly string[]): unknown {
  if (!(reason instanceof OperatorError)) return reason;
  const { code, message, why, hint, exitCode } = reason;
  const lines = [...account, ...reason.account];
  return new OperatorError({ code, message, why, hint, exitCode, account: lines, cause: reason });
}

/** Whether it ended because the user, or a signal, ended it (130, 143). */
export const isInterruption = (error: unknown): error is OperatorError =>
  error instanceof OperatorError &&
  (error.exitCode === EXIT.interrupted || error.exitCode === EXIT.terminated);

/** The account of what was interrupted before it did anything. */
export const NOT_BEGUN = 'nothing was begun';

/** An interruption, with that account once. */
export const notBegun = (error: unknown): unknown =>
  error instanceof OperatorError && error.account.includes(NOT_BEGUN)
    ? error
    : withAccount(error, [NOT_BEGUN]);

type Words = Omit<OperatorErrorInit, 'exitCode' | 'code'>;
const kind = (exitCode: ExitCode) =>
  function make(code: string, message: string, rest: Omit<Words, 'message'> = {}): OperatorError {
    const error = new OperatorError({ code, message, exitCode, ...rest });
    // A program that does not catch it is shown the place that refused, not this one.
    Error.captureStackTrace(error, make);
    return error;
  };

/** The words on the command line are wrong (64). */
export const usageError = kind(EXIT.usage);
/** Refused before anything was changed (3). */
export const refused = kind(EXIT.refused);
/** Nothing to talk to (5). */
export const unreachable = kind(EXIT.unreachable);
/** It ran, and what was expected did not happen (1). */
export const failed = kind(EXIT.violated);
/** Evidence is missing (2). */
export const unknownOutcome = kind(EXIT.unknown);
/** It acted and could not roll back (4). */
export const notRestored = kind(EXIT.notRestored);

/** The message of anything thrown, without its stack. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '' && error.errors.length > 0) {
    return messageOf(error.errors[0]);
  }
  return error instanceof Error ? error.message : String(error);
}

/** The message of an error, and why it happened where that is known: for one line of a report. */
export const messageAndWhy = (error: unknown): string =>
  [messageOf(error), error instanceof OperatorError ? error.why : undefined].filter(Boolean).join(': ');

/** The same where it must be one line: `default is not steady: sentinel-2 does not answer; redis-3 is down`. */
export const inOneLine = (error: unknown): string => messageAndWhy(error).replaceAll('\n', '; ');

/** Node's errno name (`ENOENT`, `ECONNREFUSED`) of anything thrown, where it has one. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : undefined;
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'file not found',
  ENOTDIR: 'file not found',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};

/** Why a file cannot be read: plain words for the usual errors, else Node's message. */
export const whyUnreadable = (error: unknown): string => UNREADABLE[errnoOf(error) ?? ''] ?? messageOf(error);
