import { posix } from 'node:path';
import { bitnamiServer, isBitnami } from '../../files/compose/bitnami.js';
import { bypassedVariables, ignoredVariables } from '../../files/compose/ignored.js';
import { isOfficialImage } from '../../files/compose/images.js';
import { type Launch, launchesOf, mayBeServer, whyNone } from '../../files/compose/launch.js';
import type { Service } from '../../files/compose/service.js';
import { optionDirectives } from '../../files/conf.js';
import type { ConfSource, FileServer, Project } from '../../files/project.js';
import { openText } from '../../files/shell/expand.js';
import type { Machine } from '../../files/shell/machine.js';
import { certificatesOf } from './certificates.js';
import type { Environment } from './container.js';
import { kindOf, readText } from './disk.js';
import type { Launching } from './launching.js';
import { keptIn, type Placed } from './mounts.js';
import { type ChartServer, chartServer } from './read-chart.js';
import type { ReadConf } from './read-conf.js';
import { readSegments, usersOf } from './read-segments.js';
import { isVague, mayBeAny, shownVague } from './vague-lines.js';

/** Adds what a container is to the project: servers, something else, or what could not be told. */
export async function addServers(project: Project, launching: Launching): Promise<void> {
  const { service, id, container, file, unread } = launching;
  const flags = runFlags(service);
  if (flags !== null) {
    project.unread.push(...unread);
    project.servers.push(await imageServer(launching, project, flags));
    return;
  }
  const chart = await chartServer(launching);
  if (chart !== null) {
    if ('why' in chart) project.unread.push(`${id}: ${chart.why}`);
    if ('why' in chart) project.others.push(service);
    else project.servers.push(serverInChart(launching, chart, project));
    return;
  }
  const launched = await launchesOf(service, container);
  if (container.crlf !== null && mayBeServer(service)) project.crlf.push({ id, ...container.crlf });
  if ('why' in launched) {
    if (mayBeServer(service)) {
      project.unread.push(`${id}: ${launched.why} (${launched.file}:${launched.line})`);
      project.unfollowed.push(service);
    }
    project.others.push(service);
    return;
  }
  if (launched.launches.length > 0) project.unread.push(...unread);
  for (const [i, launch] of launched.launches.entries()) {
    const server = await serverOf(launching, launch, project);
    project.servers.push(i === 0 ? server : { ...server, id: `${server.id} (${launch.kind})` });
  }
  if (launched.launches.length > 0) return;
  project.others.push(service);
  if (!mayBeServer(service)) return;
  if (service.isMade) project.unread.push(`${id}: its image is built, and no server that it starts is known`);
  else project.unread.push(...whyNone(service, file).map((why) => `${id}: ${why}`));
}

async function serverOf(launching: Launching, launch: Launch, project: Project): Promise<FileServer> {
  const { service, id, container, file } = launching;
  const own = launch.confPath === null ? null : await confOf(launch.confPath, launching);
  if (own !== null) {
    project.troubles.push(...own.troubles.map((t) => (t.fix === undefined ? t : { ...t, subject: id })));
    project.unread.push(...own.unread.map((why) => `${id}: ${why}`));
  }
  const options = optionDirectives(launch.options, file, launch.line);
  const given = [...(own?.directives ?? []), ...options];
  const all = given.filter((d) => !mayBeAny(d));
  const { users, unread } = await usersOf(all, (path) => container.read(path));
  const certificates = await certificatesOf(all, (path) => container.read(path));
  const vague = given.find((d) => isVague(d, service));
  if (vague !== undefined)
    unread.push(`${shownVague(vague)} (${vague.file}:${vague.line}) is not known here`);
  project.unread.push(...unread.map((why) => `${id}: ${why}`));
  const directives = [...all, ...users];
  const seen = vague === undefined && (own === null || own.unread.length === 0);
  const isNode = seen && launch.kind === 'redis';
  const ignored = [
    ...(isNode && isOfficialImage(service.image) ? ignoredVariables(launching.env, directives) : []),
    ...(isNode ? bypassedVariables(launching.env, directives, service, file) : []),
  ];
  const isUnflagged =
    launch.kind === 'redis' && launch.confPath !== null && directives.some((d) => d.name === 'sentinel');
  return {
    id,
    kind: isUnflagged ? 'sentinel' : launch.kind,
    directives,
    seen,
    ...(ignored.length > 0 && { wrongVariables: ignored }),
    conf: own?.conf ?? null,
    ...(launch.kind === 'sentinel' && launch.confPath === null && { startsBare: 'without' }),
    ...(isUnflagged && launch.confPath !== null && { startsBare: { unflagged: launch.confPath } }),
    ...(launch.isMisplaced && launch.confPath !== null && { startsBare: { misplaced: launch.confPath } }),
    service,
    ...(certificates.length > 0 && { certificates }),
    copies: copiesOf(service),
    at: { file, line: service.line },
  };
}

/** A server that a start script of Bitnami's charts makes out of the mounted files. */
function serverInChart(
  { service, id, file }: Launching,
  { kind, directives, read, inside, file: made }: Exclude<ChartServer, { why: string }>,
  project: Project,
): FileServer {
  project.troubles.push(...read.troubles);
  project.unread.push(...read.unread.map((why) => `${id}: ${why}`));
  return {
    id,
    kind,
    directives,
    seen: read.unread.length === 0,
    conf: inside === null ? null : { file: made, identity: `made in ${id}`, inside, mount: null },
    service,
    copies: copiesOf(service),
    at: { file, line: service.line },
  };
}

const copiesOf = ({ copies }: Service): number => (Number.isInteger(copies) ? copies : 1);

/** What follows the image's own start script, which adds it to the server's options; null where another command starts. */
function runFlags({ image, entrypoint, command }: Service): string[] | null {
  if (!isBitnami(image) || entrypoint !== null) return null;
  const [first, ...flags] = command?.words ?? [];
  if (first === undefined) return [];
  const isOwn = /^(\/opt\/bitnami\/scripts\/[\w-]+)?\/run\.sh$/.test(first);
  return isOwn && !flags.some((flag) => /^--include\b/.test(flag)) ? flags : null;
}

/** A server that the image configures: by a file that is mounted for that, else by its variables. */
async function imageServer(
  launching: Launching,
  project: Project,
  flags: readonly string[],
): Promise<FileServer> {
  const { service, id, container, file } = launching;
  const env = await withFileValues(launching.env, container);
  const made = bitnamiServer(service, env, file);
  const mounted = await container.read(made.mounted);
  const own = 'why' in mounted ? null : await readSegments(container, made.mounted, mounted.segments);
  project.troubles.push(...(own?.troubles ?? []));
  project.unread.push(...(own?.unread ?? []).map((why) => `${id}: ${why}`));
  const line = service.command?.line ?? service.line;
  const over = mountOver(service, made.mounted);
  if (over !== undefined)
    project.unread.push(
      `${id}: ${over.target} is mounted over the directory in which the image writes its configuration: which variables still count is not known (${file}:${over.line})`,
    );
  return {
    id,
    kind: made.kind,
    directives:
      over === undefined
        ? [...(own?.directives ?? made.directives), ...optionDirectives([...flags], file, line)]
        : [],
    seen: over === undefined && (own === null || own.unread.length === 0),
    conf: null,
    service,
    copies: copiesOf(service),
    ...(own === null && { wrongVariables: made.wrong, replicates: made.replicates }),
    at: { file, line: service.line },
  };
}

/** What is mounted where the image writes its configuration, instead of where it takes one from. */
function mountOver({ mounts }: Service, mounted: string): Service['mounts'][number] | undefined {
  const own = posix.dirname(mounted).replace('/mounted-etc', '/etc');
  return mounts.find(({ target }) => `${posix.normalize(target).replace(/\/$/, '')}/`.startsWith(`${own}/`));
}

/** With the values that files have: NAME_FILE stands for NAME, which stays unknown where the file cannot be read. */
async function withFileValues(env: Environment, container: Machine): Promise<Environment> {
  const filled = new Map(env);
  for (const [name, { value, line }] of env) {
    const bare = name.replace(/_FILE$/, '');
    if (bare === name || value === '') continue;
    const read = await container.read(value);
    const text =
      'why' in read
        ? openText(`(file ${value})`)
        : read.segments
            .map((s) => s.text)
            .join('')
            .trim();
    filled.set(bare, { value: text, line });
  }
  return filled;
}

type Own = ReadConf & { conf: ConfSource | null };
const unseen = (why: string, conf: ConfSource | null = null): Own => ({
  directives: [],
  troubles: [],
  unread: [why],
  conf,
});

async function confOf(inside: string, { id, service, container, file, place }: Launching): Promise<Own> {
  const content = await container.read(inside);
  const full = container.at(inside);
  const isMade = container.files.has(full);
  const source = isMade ? null : place(full);
  const found =
    source === null || 'why' in source || 'names' in source ? null : await sourceOf(source, full, file);
  // Each pod has a copy of its own of what is in a ConfigMap, or in a volume that is not shared.
  const conf = found && service.pod ? { ...found, identity: `${id}:${full}` } : found;
  // What is in it is not known; where it is, is.
  const unread = { file, identity: `of ${id}`, inside: full, mount: null };
  if ('why' in content) return unseen(content.why, conf ?? unread);
  const [first] = content.segments;
  const kept = isMade ? keptIn(full, service) : null;
  const made = {
    file: first?.file ?? file,
    identity: kept === null ? `made in ${id}` : kept.identity,
    inside: full,
    mount: null,
    ...(kept !== null && { made: { in: kept.shown, line: kept.line } }),
  };
  return { ...(await readSegments(container, full, content.segments)), conf: conf ?? made };
}

async function sourceOf(
  source: Exclude<Placed, { why: string } | { names: string[] }>,
  inside: string,
  file: string,
): Promise<ConfSource> {
  const written = 'segments' in source ? source.segments[0]?.file : undefined;
  const shown =
    'shown' in source ? source.shown : 'content' in source ? (source.file ?? file) : (written ?? file);
  const { mount } = source;
  const whole = mount.target === inside && !('path' in source && (await kindOf(source.path)) === 'directory');
  const read = 'path' in source ? await readText(source.path) : null;
  return {
    file: shown,
    identity: read !== null && 'identity' in read ? read.identity : `${shown}:${mount.source}`,
    inside,
    mount: {
      kind: whole ? 'file' : 'directory',
      source: mount.source ?? '',
      target: mount.target,
      readOnly: mount.readOnly,
      line: mount.line,
    },
  };
}
