import { dirname, isAbsolute, join } from 'node:path';
import { type Directive, parseConf, type Trouble } from '../../files/conf.js';
import { matching, readText } from './disk.js';

/** As many files may include one another; Redis itself has no bound. */
const DEEPEST = 16;

export interface ReadConf {
  directives: Directive[];
  troubles: Trouble[];
  /** Includes that could not be read, with the reason. */
  unread: string[];
}

/** Where a path of an `include` lies on this machine and how it is shown; null where that is unknown. */
export type Locate = (path: string, from: string) => { path: string; shown: string } | null;

/**
 * Outside a container: relative to the file that includes it. Redis takes it relative to the directory that it is
 * started in, which no file tells.
 */
export const besideIt: Locate = (path, from) => {
  const beside = isAbsolute(path) ? path : join(dirname(from), path);
  return { path: beside, shown: beside };
};

/** Parses a configuration and puts the lines of what it includes where the `include` stands. Never throws. */
export async function readConf(shown: string, text: string, locate: Locate, depth = 0): Promise<ReadConf> {
  const parsed = parseConf(shown, text);
  const result: ReadConf = { directives: [], troubles: [...parsed.troubles], unread: [] };
  for (const line of parsed.directives) {
    if (line.name !== 'include') {
      result.directives.push(line);
      continue;
    }
    if (line.args.length !== 1) {
      const message = `"include" takes one file, and here are ${line.args.length}: the server stops here`;
      result.troubles.push({ file: line.file, line: line.line, message });
    }
    for (const wanted of line.args) {
      const within = await included(wanted, shown, locate, depth);
      if ('why' in within) result.unread.push(`include ${wanted} (${shown}:${line.line}): ${within.why}`);
      else {
        result.directives.push(...within.directives);
        result.troubles.push(...within.troubles);
        result.unread.push(...within.unread);
      }
    }
  }
  return result;
}

async function included(
  wanted: string,
  from: string,
  locate: Locate,
  depth: number,
): Promise<ReadConf | { why: string }> {
  if (depth >= DEEPEST) return { why: 'files include one another in a circle' };
  const found = locate(wanted, from);
  if (found === null) return { why: 'it is inside the container, and not mounted' };
  const all: ReadConf = { directives: [], troubles: [], unread: [] };
  for (const path of await matching(found.path)) {
    const read = await readText(path);
    if ('why' in read) return read;
    const shown = path === found.path ? found.shown : path;
    const one = await readConf(shown, read.text, locate, depth + 1);
    all.directives.push(...one.directives);
    all.troubles.push(...one.troubles);
    all.unread.push(...one.unread);
  }
  return all;
}
