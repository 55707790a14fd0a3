import { EXIT, type ExitCode, messageOf, OperatorError } from '../errors.js';
import { type Paint, painter } from './streams.js';

/** Anything thrown, as an operator can read it. An unexpected error exits with 2: the outcome is unknown. */
export interface Failure {
  code: string;
  message: string;
  why: string | undefined;
  hint: string | undefined;
  exitCode: ExitCode;
  /** Only of an unexpected error; shown with SENTINELCTL_DEBUG. */
  stack: string | undefined;
}

/** Converts anything that was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OperatorError) {
    const { code, message, why, hint, exitCode } = error;
    return { code, message, why, hint, exitCode, stack: undefined };
  }
  return {
    code: 'internal',
    message: `unexpected: ${messageOf(error).split('\n')[0] ?? ''}`,
    why: 'this is a bug in sentinelctl',
    hint: 'run it again with SENTINELCTL_DEBUG=1 to see the stack, and report it',
    exitCode: EXIT.unknown,
    stack: error instanceof Error ? error.stack : undefined,
  };
}

/** The document of a failed command with --json. */
export function failureDocument(failure: Failure): unknown {
  const { code, message, why, hint } = failure;
  return { error: { code, message, hint: hint ?? null, ...(why === undefined ? {} : { why }) } };
}

/** At most three things, aligned: what, why, what to type next. */
export function failureText(failure: Failure, color: boolean, debug: boolean): string {
  const paint = painter(color);
  const lines = [
    labelled(paint, 'red', 'error:', failure.message),
    ...(failure.why === undefined ? [] : [labelled(paint, 'dim', '  why:', failure.why)]),
    ...(failure.hint === undefined ? [] : [labelled(paint, 'cyan', '  try:', failure.hint)]),
  ];
  if (debug && failure.stack !== undefined) lines.push(failure.stack);
  return `${lines.join('\n')}\n`;
}

function labelled(paint: Paint, style: Parameters<Paint>[0], label: string, text: string): string {
  const [first = '', ...rest] = text.trimEnd().split('\n');
  return [`${paint(style, label)} ${first}`, ...rest.map((line) => `       ${line}`)].join('\n');
}
