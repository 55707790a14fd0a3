import type { Step } from './parse.js';

/** Text, and where it stands: what a script writes keeps the lines of the script. */
export interface Segment {
  text: string;
  file: string;
  line: number;
}

export const segment = (text: string, file: string, line: number): Segment => ({ text, file, line });

export const textOf = (segments: readonly Segment[]): string => segments.map((s) => s.text).join('');

/** What a script makes of a path: its text, or why that is not known. */
export type Content = { segments: Segment[] } | { why: string };

/** A server that is started. */
export interface Start {
  words: string[];
  line: number;
}

/** Whether a command succeeds; null where only the running container knows. */
export type Status = boolean | null;

/** A container as its start script finds and changes it. */
export interface Machine {
  env: Map<string, string>;
  /** `$0`, `$1`, … */
  args: string[];
  functions: Map<string, readonly Step[]>;
  /** The file that the script is in, for showing. */
  place: string;
  input: Segment[] | null;
  output: Segment[];
  starts: Start[];
  /** What the script wrote, and what of the container's own files it looked at. */
  files: Map<string, Content>;
  /** Whether it has run before: other servers may answer then. */
  again: boolean;
  /** Whether it is the first one of all to start: no server of another container answers. */
  isAlone: boolean;
  /** The pod that it is in, and the first one of its workload; null where it has no fixed name. */
  pod: { name: string; first: string } | null;
  /** Whether a command that fails ends the script (`set -e`). */
  strict: boolean;
  /** How many conditions, and left sides of && and ||, are being run: what fails there ends nothing. */
  exempt: number;
  /** How many ways were gone where a condition is not known, and how deep functions call one another at this moment. */
  ways: number;
  calls: number;
  /** How many of the places at which output goes on, into a file or another command, stand around this moment. */
  captures: number;
  /** A script whose lines end in CRLF, which no shell runs. */
  crlf: { path: string; file: string } | null;
  /** Where a command could not write, as it failed. */
  refused: { path: string; line: number } | null;
  isReadOnly(path: string): boolean;
  /** Whether a path is a mount itself, and a single file: nothing can be renamed to it (rename(2), EBUSY). */
  isFileMount(path: string): boolean;
  /** Where relative paths begin. */
  directory: string;
  /** A path from the root. */
  at(path: string): string;
  read(path: string): Promise<Content>;
  /** The files that a pattern in the last part of a path means, in order; null where the directory is not known. */
  list(pattern: string): Promise<string[] | null>;
  write(path: string, text: readonly Segment[], add: boolean): Promise<void>;
}

/** Something that cannot be followed without running it. */
export class NotFollowed extends Error {
  constructor(
    readonly line: number,
    why: string,
  ) {
    super(why);
  }
}

/** A script that ends, because it writes where nothing can be written. */
export class Stopped extends NotFollowed {
  constructor(
    readonly path: string,
    line: number,
  ) {
    super(line, `${path} is on a read-only mount, and the script ends there`);
  }
}

/** A container before its first command. `outside` reads what is mounted, `listed` the names in a mounted directory. */
export function machine(
  env: ReadonlyMap<string, string>,
  place: string,
  outside: (path: string) => Promise<Content>,
  directory = '/data',
  listed: (pattern: string) => Promise<string[] | null> = async () => null,
  readOnly: (path: string) => boolean = () => false,
  fileMount: (path: string) => boolean = () => false,
): Machine {
  const files = new Map<string, Content>();
  const made: Machine = {
    env: new Map(env),
    args: [],
    functions: new Map(),
    place,
    input: null,
    output: [],
    starts: [],
    files,
    again: false,
    isAlone: false,
    pod: null,
    strict: false,
    exempt: 0,
    ways: 0,
    calls: 0,
    captures: 0,
    crlf: null,
    refused: null,
    isReadOnly: (path) => readOnly(made.at(path)),
    isFileMount: (path) => fileMount(made.at(path)),
    directory,
    at: (path) => absolutePath(made.directory, path),
    async read(path) {
      const full = made.at(path);
      return files.get(full) ?? (await outside(full));
    },
    async list(given) {
      const pattern = made.at(given);
      const own = [...files.keys()].filter((path) => isNamedBy(pattern, path));
      const others = await listed(pattern);
      return others === null && own.length === 0 ? null : [...new Set([...(others ?? []), ...own])].sort();
    },
    async write(given, text, add) {
      if (given === '/dev/null') return;
      const path = made.at(given);
      const before = add && !(await isAbsent(made, path)) ? await made.read(path) : { segments: [] };
      if ('why' in before) {
        // A file that the script adds to may begin with what the image has.
        const { file = made.place, line = 1 } = text[0] ?? {};
        const isSaid = before.why.startsWith('a script adds to it (');
        files.set(
          path,
          isSaid ? before : { why: `a script adds to it (${file}:${line}), and ${before.why}` },
        );
        return;
      }
      files.set(path, { segments: [...before.segments, ...text] });
    },
  };
  return made;
}

/** Whether a file is not there at the first start: a volume is empty then, and so are /data and /tmp. */
export async function isAbsent(container: Machine, path: string): Promise<boolean> {
  const content = await container.read(path);
  const full = container.at(path);
  return (
    'why' in content &&
    !container.files.has(full) &&
    (/volume/.test(content.why) || /^\/(data|tmp)\//.test(full))
  );
}

/** Whether a pattern in the last part of a path means a path. */
export function isNamedBy(pattern: string, path: string): boolean {
  const last = baseName(pattern)
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const directory = path.slice(0, path.lastIndexOf('/'));
  return (
    directory === pattern.slice(0, pattern.lastIndexOf('/')) &&
    new RegExp(`^${last}$`).test(baseName(path)) &&
    !baseName(path).startsWith('.')
  );
}

/** A path from the root, without `.` and `..`. */
function absolutePath(directory: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${directory}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
