import type { Service, Words } from './service.js';
import { simpleCommands } from './words.js';

/** How a service starts a Redis or Sentinel. */
export interface Launch {
  kind: 'sentinel' | 'redis';
  /** The configuration file's path in the container; null for none. */
  confPath: string | null;
  /** What that path is a copy of, where a script copies it first. */
  copyOf: string | null;
  /** The file is made by a script, from input that cannot be read here. */
  made: boolean;
  options: string[];
  line: number;
}

const SERVER = /^(redis|valkey|keydb)-(server|sentinel)$/;
/** Images whose entry point puts the server's name in front of options or a .conf file (docker-entrypoint.sh). */
const OFFICIAL = /(^|\/)(redis|valkey)(\/valkey|\/redis)?(:|@|$)/;

export const isOfficialImage = (image: string | null): boolean =>
  OFFICIAL.test(image ?? '') && !isBitnami(image);

/** Images that make their configuration out of environment variables of their own. */
export const isBitnami = (image: string | null): boolean => /bitnami/i.test(image ?? '');

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** What the service runs; undefined where that is no server, as far as its command tells. */
export function launchOf(service: Service): Launch | undefined {
  const line = service.command?.line ?? service.entrypoint?.line ?? service.line;
  const words = [...wordsOf(service.entrypoint), ...wordsOf(service.command)];
  const script = scriptOf(words);
  const commands = script === undefined ? [words] : simpleCommands(script);
  for (const command of commands) {
    const start = command.findIndex((word) => SERVER.test(baseName(word)));
    if (start >= 0) return launch(command.slice(start), commands, line);
  }
  if (script !== undefined || !isOfficialImage(service.image)) return undefined;
  const [first] = words;
  const name = /valkey/.test(service.image ?? '') ? 'valkey-server' : 'redis-server';
  if (first === undefined || first.startsWith('-') || first.endsWith('.conf'))
    return launch([name, ...words], [], line);
  return undefined;
}

const wordsOf = (words: Words | null): string[] => words?.words ?? [];

/** The text that `sh -c` gets. */
function scriptOf(words: string[]): string | undefined {
  const shell = words.findIndex((word) => /^(ba|da|a)?sh$/.test(baseName(word)));
  if (shell < 0) return undefined;
  const flag = words.findIndex((word, i) => i > shell && /^-\w*c$/.test(word));
  return flag < 0 ? undefined : words[flag + 1];
}

function launch(words: string[], commands: string[][], line: number): Launch {
  const [name = '', ...rest] = words;
  const options = rest.filter((word) => word !== '--sentinel');
  const kind = baseName(name).endsWith('-sentinel') || options.length < rest.length ? 'sentinel' : 'redis';
  const [first] = options;
  const confPath = first === undefined || first.startsWith('-') ? null : first;
  const copy = commands.find(
    (c) =>
      baseName(c[0] ?? '') === 'cp' &&
      confPath !== null &&
      copiesTo(c.at(-1) ?? '', c.at(-2) ?? '') === confPath,
  );
  return {
    kind,
    confPath,
    copyOf: copy?.at(-2) ?? null,
    made: confPath !== null && commands.some((c) => c.some((word, i) => writes(word, c[i + 1], confPath))),
    options: confPath === null ? options : options.slice(1),
    line,
  };
}

/** `cp a.conf /data` makes /data/a.conf. */
const copiesTo = (target: string, source: string): string =>
  /\.[a-z]+$/.test(target) ? target : `${target.replace(/\/$/, '')}/${baseName(source)}`;

/** `> FILE`, `>> FILE`, `>FILE`. */
const writes = (word: string, next: string | undefined, file: string): boolean =>
  word === `>${file}` || word === `>>${file}` || (/^>>?$/.test(word) && next === file);
