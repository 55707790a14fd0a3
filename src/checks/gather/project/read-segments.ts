import { posix } from 'node:path';
import { type Directive, parseConf, presentName, type Trouble } from '../../files/conf.js';
import { DIRECTIVES } from '../../files/known.js';
import type { Content, Machine, Segment } from '../../files/shell/machine.js';
import type { ReadConf } from './read-conf.js';

/** As many files may include one another. */
const DEEPEST = 16;

/** Parses what a container has at a path, and puts the lines of what it includes where the `include` stands. */
export async function readSegments(
  container: Machine,
  path: string,
  segments: readonly Segment[],
  depth = 0,
): Promise<ReadConf> {
  const result: ReadConf = { directives: [], troubles: [], unread: [] };
  const { lines, joined } = whole(segments);
  result.troubles.push(...joined);
  // What such a line says is none of the two.
  const isJoined = ({ file, line }: { file: string; line: number }): boolean =>
    joined.some((t) => t.file === file && t.line === line);
  for (const { text, file, line } of lines) {
    const parsed = parseConf(file, text, line);
    result.troubles.push(...parsed.troubles.filter((t) => !isJoined(t)));
    for (const one of parsed.directives.filter((d) => !isJoined(d))) {
      if (one.name === 'include') await include(container, path, one, result, depth);
      else result.directives.push(one);
    }
  }
  return result;
}

async function include(
  container: Machine,
  path: string,
  line: Directive,
  into: ReadConf,
  depth: number,
): Promise<void> {
  if (line.args.length !== 1) into.troubles.push(tooMany(line));
  for (const wanted of line.args) {
    const inside = posix.isAbsolute(wanted) ? wanted : posix.join(posix.dirname(path), wanted);
    // A pattern that matches nothing includes nothing (glob(3), since Redis 7.0).
    const paths = /[*?]/.test(posix.basename(inside)) ? await container.list(inside) : [inside];
    if (paths === null)
      into.unread.push(`include ${wanted} (${line.file}:${line.line}): the directory is not known here`);
    for (const one of paths ?? []) {
      const read =
        depth >= DEEPEST ? { why: 'files include one another in a circle' } : await container.read(one);
      if ('why' in read) into.unread.push(`include ${wanted} (${line.file}:${line.line}): ${read.why}`);
      else {
        const within = await readSegments(container, one, read.segments, depth + 1);
        into.directives.push(...within.directives);
        into.troubles.push(...within.troubles);
        into.unread.push(...within.unread);
      }
    }
  }
}

const tooMany = ({ file, line, args }: Directive): Trouble => ({
  file,
  line,
  message: `"include" takes one file, and here are ${args.length}: the server stops here`,
});

/** A line that was written in parts is one line, at the place of its beginning. */
function whole(segments: readonly Segment[]): { lines: Segment[]; joined: Trouble[] } {
  const lines: Segment[] = [];
  const joined: Trouble[] = [];
  for (const one of segments) {
    const last = lines.at(-1);
    if (last === undefined || last.text.endsWith('\n')) lines.push({ ...one });
    else {
      joined.push(...joint(last, one));
      last.text += one.text;
    }
  }
  return { lines, joined };
}

/** Two directives on one line, since the text of the first one ends without a newline. */
function joint({ text, file, line }: Segment, next: Segment): Trouble[] {
  const before = text.split('\n');
  const [first, second] = [before.at(-1) ?? '', next.text.split('\n')[0] ?? ''].map((t) =>
    t.trim().split(/\s+/),
  );
  const isComplete = DIRECTIVES.has(presentName(first?.[0] ?? '')) && (first?.length ?? 0) > 1;
  const [name = ''] = second ?? [];
  // What is written in parts begins with no directive.
  if (!isComplete || !DIRECTIVES.has(presentName(name)) || (next.file === file && next.line === line))
    return [];
  const at = line + before.length - 1;
  return [
    {
      file,
      line: at,
      message: `"${first?.[0]}" (${file}:${at}) and "${name}" (${next.file}:${next.line}) become one line, since the text before it ends without a newline: the server stops here`,
      fix: [
        /\.conf$/.test(file)
          ? `echo >> ${file}`
          : `end the text at ${file}:${at} with a newline (\\n in printf; in YAML | in the place of |-)`,
      ],
    },
  ];
}

/** The users of an `aclfile`, as if they stood in the configuration; or that it could not be read. */
export async function usersOf(
  directives: readonly Directive[],
  read: (path: string) => Promise<Content>,
): Promise<{ users: Directive[]; unread: string[] }> {
  const line = directives.findLast((d) => d.name === 'aclfile');
  const path = line?.args[0];
  if (line === undefined || !path) return { users: [], unread: [] };
  const content = await read(path);
  if ('why' in content)
    return { users: [], unread: [`the users in ${path} (${line.file}:${line.line}): ${content.why}`] };
  const users = whole(content.segments).lines.flatMap(
    ({ text, file, line: first }) => parseConf(file, text, first).directives,
  );
  return { users: users.filter((d) => d.name === 'user'), unread: [] };
}
