import type { Gathered, GatheredSentinel, GatheredServer } from '../model/gathered.js';
import { cli, ctl } from './evidence.js';
import { containerOf } from './network/containers.js';

/** One change of a file, as a shell command. */
export type Edit = (file: string) => string;

/** Deletes the lines that match a basic regular expression, which has no quotes in it. Without a suffix -i is not for a Mac. */
export const withoutLines =
  (pattern: string): Edit =>
  (file) =>
    `sed -i.old '/${pattern}/d' ${file}`;

/** Adds a line without quotes in it; Redis takes the last one of a kind. */
export const withLine =
  (line: string): Edit =>
  (file) =>
    `echo '${line}' >> ${file}`;

/** Where a server has its configuration, for showing: `redis-1:/data/redis.conf` in a container. */
export function fileOf(server: GatheredServer): string {
  if (server.conf.ok) return server.conf.value.file;
  return (server.info.ok && server.info.value.config_file) || `<${server.id}'s configuration file>`;
}

/** The same without its container. */
export const pathOf = (server: GatheredServer): string => fileOf(server).replace(/^[^/]*:(?=\/)/, '');

/** A comment over lines that belong into a file. */
export const inFile = (server: GatheredServer): string => `# in ${fileOf(server)}:`;

/**
 * What to do where only a sentinel's file helps: stop it, since it writes its file at any moment, change, start. A
 * stopped container runs nothing, and an image may have no shell: its file is taken out and put back.
 */
export function changeFile(gathered: Gathered, sentinel: GatheredSentinel, edits: readonly Edit[]): string[] {
  const inContainer = sentinel.life.ok && sentinel.life.value.kind === 'container';
  const name = containerOf(gathered, sentinel);
  const path = inContainer ? pathOf(sentinel) : fileOf(sentinel);
  const [stop, start] = gathered.own
    ? [ctl(gathered, `stop ${sentinel.id}`), ctl(gathered, `start ${sentinel.id}`)]
    : inContainer
      ? [`docker stop ${name}`, `docker start ${name}`]
      : [cli(sentinel, 'SHUTDOWN'), `redis-server ${path} --sentinel`];
  const change = inContainer ? [inCopy(name, path, edits)] : edits.map((edit) => edit(path));
  return [...(sentinel.silence === null ? [stop] : []), ...change, start];
}

/** `docker cp` makes root the owner and keeps the mode, and a sentinel exits where it may not write its file. */
function inCopy(container: string, path: string, edits: readonly Edit[]): string {
  const file = path.replace(/^.*\//, '');
  return [
    '(cd "$(mktemp -d)"',
    `docker cp ${container}:${path} ${file}`,
    ...edits.map((edit) => edit(file)),
    `chmod 666 ${file}`,
    `docker cp ${file} ${container}:${path}`,
    `rm ${file}*)`,
  ].join(' && ');
}
