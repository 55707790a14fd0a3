import { join, posix } from 'node:path';
import { homeOf } from '../../files/compose/dockerfile.js';
import { parseDotenv } from '../../files/compose/interpolate.js';
import type { Service } from '../../files/compose/service.js';
import { type Content, isNamedBy, type Machine, machine, segment } from '../../files/shell/machine.js';
import { kindOf, matching, readText } from './disk.js';
import { isMounted, isReadOnly, type Placed } from './mounts.js';

/** A variable as the container has it, and the line that sets it. */
export type Environment = ReadonlyMap<string, { value: string; line: number }>;

/** What a service's container has in its environment: `env_file`, then `environment`, whose empty names are the shell's. */
export async function environmentOf(
  service: Service,
  directory: string,
  shell: (name: string) => string | undefined,
): Promise<{ env: Environment; unread: string[] }> {
  const env = new Map<string, { value: string; line: number }>();
  const unread: string[] = [];
  for (const { path, line, required } of service.envFiles) {
    const shown = posix.isAbsolute(path) ? path : join(directory, path);
    const read = await readText(shown);
    if ('text' in read) for (const [name, value] of parseDotenv(read.text)) env.set(name, { value, line });
    else if (required) unread.push(`${service.name}: env_file ${shown}: ${read.why}`);
  }
  for (const [name, { value, line }] of service.environment) {
    const known = value ?? shell(name);
    if (known !== undefined) env.set(name, { value: known, line });
  }
  return { env, unread };
}

/** The container of a service, before it starts: its environment, and what is mounted into it. */
export function containerOf(
  service: Service,
  env: Environment,
  file: string,
  place: (inside: string) => Placed,
  inImage: ((path: string) => Promise<Content>) | null = null,
): Machine {
  const plain = new Map([...env].map(([name, { value }]) => [name, value]));
  const outside = async (path: string): Promise<Content> => {
    const source = place(path);
    if ('why' in source) return inImage === null || isMounted(path, service) ? source : inImage(path);
    if ('segments' in source) return { segments: source.segments };
    if ('names' in source) return { why: `${path} is a directory` };
    if ('content' in source) return { segments: [segment(source.content, source.file ?? file, source.line)] };
    const read = await readText(source.path);
    return 'why' in read
      ? { why: `${source.shown} (mounted at ${source.mount.target}): ${read.why}` }
      : { segments: [segment(read.text, source.shown, 1)] };
  };
  const listed = async (pattern: string): Promise<string[] | null> => {
    const directory = posix.dirname(pattern);
    const source = place(directory);
    if ('names' in source) return source.names.filter((path) => isNamedBy(pattern, path));
    if (!('path' in source) || (await kindOf(source.path)) !== 'directory') return null;
    const found = await matching(join(source.path, posix.basename(pattern)));
    return found.map((path) => posix.join(directory, posix.basename(path)));
  };
  // Of an image that is not built here, it is taken for that of the official ones.
  const home = service.isMade ? homeOf(service.image) : '/data';
  return machine(
    plain,
    file,
    outside,
    service.directory ?? home,
    listed,
    (path) => isReadOnly(path, service),
    (path) =>
      service.pod === undefined && service.mounts.some(({ target }) => posix.normalize(target) === path),
  );
}
