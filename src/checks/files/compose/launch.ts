import { OPEN } from '../shell/expand.js';
import { follow } from '../shell/follow.js';
import { baseName, type Machine, NotFollowed, type Start } from '../shell/machine.js';
import { isOfficialImage, mayBeOfficial } from './images.js';
import type { Service } from './service.js';

/** How a service starts a Redis or Sentinel. */
export interface Launch {
  kind: 'sentinel' | 'redis';
  /** The configuration file's path in the container; null for none. */
  confPath: string | null;
  /** Whether it stands behind `--sentinel`, where no server takes it for its file. */
  isMisplaced?: true;
  options: string[];
  line: number;
}

/** What a service runs: servers; something else; or what cannot be followed, with its line. */
export type Launched = { launches: Launch[] } | { why: string; file: string; line: number };

/** What is in the name of an image or of a service that is a Redis, a Sentinel, or has its protocol. */
const ALIKE = /redis|valkey|keydb|dragonfly|sentinel/i;
/** Programs for people, and gauges: they have the name and are not servers. */
const TOOLS =
  /insight|commander|exporter|admin|rebrow|browser|webui|redis-?ui|benchmark|haproxy|twemproxy|envoy|proxy|operator/i;

/** What a service is called that is a server and nothing besides, whatever its image is built from. */
const NAMED = /^(redis|valkey|sentinel)([-_]?(master|primary|slave|replica|node|server|sentinel|\d+))*$/i;

/** Whether a service is a Redis or a Sentinel, or may be one, by its image, or by its name where the image is built. */
export function mayBeServer({
  image,
  built,
  name,
  isMade,
}: Pick<Service, 'image' | 'built' | 'name' | 'isMade'>): boolean {
  if (isMade && NAMED.test(name)) return true;
  const tells = image === null || built ? `${image ?? ''} ${name}` : image.replace(/^.*\//, '');
  return ALIKE.test(tells) && !TOOLS.test(tells);
}

/** Why a service without a server may be one all the same; empty where its command is for something else. */
export function whyNone(service: Service, file: string): string[] {
  const says = service.command ?? service.entrypoint;
  if (says === null) return [unknownImage(service)];
  const isNamed = says.words.some((word) => /\b(redis|valkey)-(server|sentinel)\b/.test(word));
  return isNamed
    ? [
        `its command names a server, but sentinelctl followed it and found no server that it starts (${file}:${says.line})`,
      ]
    : [];
}

/** Why nothing can be said of what an image starts. */
const unknownImage = ({ image, built }: Service): string =>
  built
    ? 'its image is built, and what it starts is not known'
    : `the image ${image} starts and configures by itself what it runs, and it is not known here`;

const NOT_SERVERS = /^(redis|valkey)-(cli|benchmark|check-aof|check-rdb)$|^(sleep|tail|true|echo|top)$/;

/** Follows what a service starts, in the container that `machine` is. Never throws. */
export async function launchesOf(service: Service, machine: Machine): Promise<Launched> {
  const line = service.command?.line ?? service.entrypoint?.line ?? service.line;
  const given = [...(service.entrypoint?.words ?? []), ...(service.command?.words ?? [])];
  const words = withServer(given, service);
  if (words.length === 0) return { launches: [] };
  const [first = ''] = words;
  if (NOT_SERVERS.test(baseName(first))) return { launches: [] };
  // Options for the image's own entry point, which is not known here.
  if (first.startsWith('-')) return { why: unknownImage(service), file: machine.place, line };
  const at = service.entrypoint?.line ?? line;
  try {
    await follow(machine, [...entryPointOf(service), ...words], at);
  } catch (error) {
    if (!(error instanceof NotFollowed)) throw error;
    // A script that is left in its midst is the place.
    return { why: error.message, file: machine.place, line: error.line };
  }
  return { launches: machine.starts.map(launch) };
}

/** The entry point of the official image: a mount may have put another script in its place. */
const entryPointOf = ({ image, entrypoint }: Service): string[] =>
  entrypoint === null && isOfficialImage(image) ? ['docker-entrypoint.sh'] : [];

/**
 * With the name of the server in front, where the image's own entry point puts it there (docker-entrypoint.sh). Options
 * are given only to an image that takes them: without any, an image must be surely the official one.
 */
function withServer(words: string[], { image, entrypoint }: Service): string[] {
  const [first] = words;
  if (entrypoint !== null || !(first === undefined ? isOfficialImage(image) : mayBeOfficial(image)))
    return words;
  const name = /valkey/.test(image ?? '') ? 'valkey-server' : 'redis-server';
  return first === undefined || first.startsWith('-') || first.endsWith('.conf') ? [name, ...words] : words;
}

function launch({ words, line }: Start): Launch {
  const [name = '', ...rest] = words;
  const kind = baseName(name).endsWith('-sentinel') || rest.includes('--sentinel') ? 'sentinel' : 'redis';
  // Only the first word may be the file: behind an option it is the option's (server.c, main).
  const isMisplaced = rest[0] === '--sentinel' && /^[^-].*(\/|\.conf$)/.test(rest[1] ?? '');
  const given = isMisplaced ? rest.slice(1) : rest;
  const [first] = given;
  const confPath = first === undefined || first.startsWith('-') || first.startsWith(OPEN) ? null : first;
  // `--sentinel` alone makes a server a sentinel; with words behind it, it is a line of configuration.
  const isAlone = (i: number): boolean => given[i] === '--sentinel' && /^(--|$)/.test(given[i + 1] ?? '');
  const options = given.filter((_, i) => !isAlone(i) && (i > 0 || confPath === null));
  return { kind, confPath, ...(isMisplaced && { isMisplaced: true as const }), options, line };
}
