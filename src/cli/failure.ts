import { EXIT, type ExitCode, messageOf, OperatorError } from '../errors.js';

/** Anything thrown, as an operator can read it. An unexpected error exits with 2: the outcome is unknown. */
export interface Failure {
  code: string;
  message: string;
  why: string | undefined;
  hint: string | undefined;
  /** What an interrupted run did until then, in lines. */
  account: readonly string[];
  exitCode: ExitCode;
  /** Only of an unexpected error; shown with SENTINELCTL_DEBUG. */
  stack: string | undefined;
}

/** Converts anything that was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OperatorError) {
    const { code, message, why, hint, account, exitCode } = error;
    return { code, message, why, hint, account, exitCode, stack: undefined };
  }
  return {
    code: 'internal',
    message: `unexpected: ${messageOf(error).split('\n')[0] ?? ''}`,
    why: 'this is a bug in sentinelctl',
    account: [],
    hint: 'report it with its stack, which the variable SENTINELCTL_DEBUG=1 shows',
    exitCode: EXIT.unknown,
    stack: error instanceof Error ? error.stack : undefined,
  };
}

/** The document of a failed command with --json. */
export function failureDocument(failure: Failure): unknown {
  const { code, message, why, hint, account } = failure;
  return {
    error: {
      code,
      message,
      hint: hint ?? null,
      ...(why === undefined ? {} : { why }),
      ...(account.length === 0 ? {} : { account }),
    },
  };
}
