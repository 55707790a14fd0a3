import { basename, dirname, isAbsolute, join, posix } from 'node:path';
import { type Dockerfile, parseDockerfile } from '../../files/compose/dockerfile.js';
import type { Service } from '../../files/compose/service.js';
import { follow } from '../../files/shell/follow.js';
import { type Content, type Machine, NotFollowed, segment } from '../../files/shell/machine.js';
import { kindOf, readText } from './disk.js';

/** What a service that is built really starts, and what the build puts into its image. */
export interface Built {
  service: Service;
  env: Dockerfile['env'];
  runs: Dockerfile['runs'];
  /** The Dockerfile, for showing. */
  shown: string;
  read(path: string): Promise<Content>;
}

/** Looks into the build of a service; null where it has none, or its Dockerfile cannot be read. */
export async function builtService(service: Service, directory: string): Promise<Built | null> {
  const { build } = service;
  if (build === null || /^(https?|git|ssh):|^git@/.test(build.context)) return null;
  const context = isAbsolute(build.context) ? build.context : join(directory, build.context);
  const shown = join(context, build.dockerfile);
  const text = build.inline ?? (await readText(shown));
  const parsed =
    typeof text === 'string' ? parseDockerfile(text) : 'text' in text ? parseDockerfile(text.text) : null;
  if (parsed === null) return null;
  const { base, env, copies, entrypoint, command, directory: workdir, runs } = parsed;
  return {
    service: {
      ...service,
      image: base,
      built: false,
      isMade: true,
      directory: service.directory ?? workdir,
      // The compose file's entry point takes the image's command away too.
      entrypoint: service.entrypoint ?? entrypoint,
      command: service.command ?? (service.entrypoint === null ? command : null),
    },
    env,
    runs,
    shown,
    read: (path) => copied(path, copies, context),
  };
}

/** A file that the build copies: the last copy that has it counts. */
async function copied(path: string, copies: Dockerfile['copies'], context: string): Promise<Content> {
  for (const { from, to } of copies.toReversed()) {
    for (const candidate of await candidates(path, from, to, context)) {
      const read = await readText(candidate);
      if ('text' in read) return { segments: [segment(read.text, candidate, 1)] };
    }
  }
  return { why: `${path} is inside the image, which is built` };
}

/** Where in the context a path of the image may come from. */
async function candidates(path: string, from: string, to: string, context: string): Promise<string[]> {
  const source = join(context, from);
  const target = to.replace(/\/$/, '') || '/';
  const below = path.startsWith(`${target === '/' ? '' : target}/`)
    ? path.slice(target === '/' ? 1 : target.length + 1)
    : null;
  if (/[*?]/.test(from)) return below === null || below.includes('/') ? [] : [join(dirname(source), below)];
  if ((await kindOf(source)) === 'directory') return below === null ? [] : [join(source, below)];
  if (path === posix.normalize(to)) return [source];
  return below === basename(from) ? [source] : [];
}

/** Follows what runs while the image is built, as far as it changes files; says which lines cannot be followed. */
export async function buildSteps({ runs, shown }: Built, container: Machine): Promise<string[]> {
  const unknown: string[] = [];
  for (const { text, line } of runs) {
    // What does not speak of a configuration does not change one.
    if (!/\.conf|\.sh\b/.test(text) || /^\s*(chmod|chown)\b[^&;|]*$/.test(text)) continue;
    try {
      await follow(container, ['sh', '-c', text], line);
    } catch (error) {
      if (!(error instanceof NotFollowed)) throw error;
      unknown.push(`${shown}:${line}: ${error.message}`);
    }
  }
  container.starts.length = 0;
  return unknown;
}
