import type { Directive } from './conf.js';

/** What ends a line that is meant to go on in the next one. A configuration file has no such sign: it is a word. */
const SIGN = '\\';

const goesOn = (line: Directive | undefined): boolean => line?.args.at(-1) === SIGN;

const nextOf = (line: Directive, all: readonly Directive[]): Directive | undefined =>
  all.find((d) => d.file === line.file && d.line === line.line + 1);

/** Whether it is meant to be the rest of the line above. */
export const isContinuation = (line: Directive, all: readonly Directive[]): boolean =>
  all.some((d) => goesOn(d) && nextOf(d, all) === line);

/** The words of a directive that several lines have, with the sign at the end of each but the last; null for one line. */
export function wholeOf(line: Directive, all: readonly Directive[]): string[] | null {
  if (!goesOn(line) || isContinuation(line, all)) return null;
  const words = [line.name];
  for (
    let at: Directive | undefined = line;
    at !== undefined;
    at = goesOn(at) ? nextOf(at, all) : undefined
  ) {
    if (at !== line) words.push(at.name);
    words.push(...at.args.filter((arg) => arg !== SIGN));
  }
  return words;
}
