import { describeOrigin, type Origin } from '../config/settings.js';
import { EXIT, OperatorError } from '../errors.js';

/**
 * The error, with where a value came from that was not typed: a refusal of an option that the command line does not have
 * is not understood. `elsewhere`: origins by the names of options.
 */
export function withOrigin(error: unknown, elsewhere: ReadonlyMap<string, Origin>): unknown {
  if (!(error instanceof OperatorError)) return error;
  const refused = [...elsewhere].find(([name]) => concerns(error, name));
  if (refused === undefined) return error;
  const [name, origin] = refused;
  const source = describeOrigin(origin);
  const { code, message, why, hint, account, exitCode } = error;
  if (why?.includes(source) === true) return error;
  const words = `--${name} comes from ${source}`;
  const isLeftOut = origin.from === 'environment' && hint?.startsWith(`leave --${name} out`) === true;
  return new OperatorError({
    code,
    message,
    why: why === undefined ? words : `${why}; ${words}`,
    hint: isLeftOut ? `unset ${source} # then type the command again` : hint,
    account,
    exitCode,
    cause: error.cause,
  });
}

/** Whether a wrong command line is about this option, or about the cluster that it names. */
function concerns({ code, message, exitCode }: OperatorError, name: string): boolean {
  if (code === 'cluster-unknown') return name === 'cluster';
  return exitCode === EXIT.usage && new RegExp(`--${name}(?![\\w-])`).test(message);
}
