import { basename, dirname, isAbsolute, join } from 'node:path';
import { usageError } from '../../../errors.js';
import { scriptAt } from '../../../host/script-file.js';
import { openRules } from '../../files/acl-rules.js';
import { optionDirectives } from '../../files/conf.js';
import { aloneIn } from '../../files/groups.js';
import { emptyProject, type FileServer, type Project, type Unit } from '../../files/project.js';
import type { Content } from '../../files/shell/machine.js';
import { confOf, isUnit, unitOf } from '../../files/unit.js';
import { certificatesOf } from './certificates.js';
import { kindOf, matching, readText } from './disk.js';
import { withKnownHashes } from './hashed.js';
import { lackingIn } from './lacking.js';
import { otherThanConf } from './not-conf.js';
import { readCompose } from './read-compose.js';
import { besideIt, readConf } from './read-conf.js';
import { readKube } from './read-kube.js';
import { usersOf } from './read-segments.js';

export interface AskedFiles {
  /** Configuration files of Redis or Sentinel, as they were named; `HOST=FILE` for the file of one machine. */
  configs: string[];
  /** Kubernetes manifests, as they were named; `-` is standard input. */
  kube?: readonly string[];
  /** A compose file, as it was named. */
  compose: string | null;
  /** In ms since 1970; certificates are judged by it. */
  nowMs: number;
  /** What the compose file's `${…}` takes its values from, beside the `.env` next to it. */
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads everything that static checks look at. Throws usageError (`config-file`, `compose-file`, `kube-file`) for a file that was
 * named and cannot be read; what those name in turn is left out, and said in `unread`.
 */
export async function readProject(asked: AskedFiles): Promise<Project> {
  const project = asked.compose === null ? emptyProject(null) : await readCompose(asked.compose, asked.env);
  if (asked.kube !== undefined && asked.kube.length > 0) await readKube(asked.kube, project);
  const known = new Set(project.servers.map((s) => s.conf?.identity));
  const given = await Promise.all(asked.configs.map(namedFile));
  const hosts = new Set(given.map(({ host }) => host));
  const units: StartedBy[] = [];
  for (const { file, host } of given) {
    const unit = await unitIn(file, host);
    if (unit !== null) {
      units.push(unit);
      continue;
    }
    const on = host === undefined ? undefined : { name: host, others: hosts.size > 1 };
    const server = await serverOf(file, project, on);
    // What the compose file mounts was read there already, with the service that it belongs to.
    if (server !== null && !(project.compose !== null && known.has(server.conf?.identity)))
      project.servers.push(server);
  }
  startServers(project, units);
  withKnownHashes(project.servers);
  for (const server of aloneIn(project)) server.alone = true;
  project.unread.push(...openRules(project));
  project.lacking.push(...lackingIn(project));
  return { ...project, nowMs: asked.nowMs, scripts: await scriptsOf(project.servers) };
}

/** `HOST=FILE`, unless that is the path of a file. */
async function namedFile(given: string): Promise<{ file: string; host?: string }> {
  const [, host, file] = /^([\w.-]+)=(.+)$/s.exec(given) ?? [];
  const isPath = host === undefined || file === undefined || (await kindOf(given)) !== 'missing';
  return isPath ? { file: given } : { file, host };
}

async function serverOf(
  file: string,
  project: Project,
  host: FileServer['host'],
): Promise<FileServer | null> {
  const read = await readText(file);
  if ('why' in read) {
    const inside = await matching(join(file, '*.conf'));
    throw usageError('config-file', `cannot read the configuration file ${file}`, {
      why: read.why,
      hint:
        inside.length > 0
          ? `sentinelctl doctor --config ${inside.join(' ')}`
          : '--config FILE # a redis.conf or a sentinel.conf',
    });
  }
  // No directive of Redis or Sentinel ends with a colon.
  if (/^services:\s*(\{|#|$)/m.test(read.text)) {
    throw usageError('config-file', `${file} is a compose file, and no configuration of Redis or Sentinel`, {
      why: 'it has services: in it',
      hint: `sentinelctl doctor --compose ${file}`,
    });
  }
  const other = otherThanConf(file, read.text);
  if (other !== null) {
    project.unread.push(other);
    return null;
  }
  const { directives, troubles, unread } = await readConf(file, read.text, besideIt);
  const beside = async (path: string): Promise<Content> => {
    const shown = isAbsolute(path) ? path : join(dirname(file), path);
    const text = await readText(shown);
    return 'why' in text ? text : { segments: [{ text: text.text, file: shown, line: 1 }] };
  };
  const { users, unread: lacking } = await usersOf(directives, beside);
  const certificates = await certificatesOf(directives, beside);
  project.unread.push(...lacking);
  project.troubles.push(...troubles);
  project.unread.push(...unread);
  if (directives.length === 0) {
    project.unread.push(`${file}: it has no directives`);
    return null;
  }
  return {
    id: host === undefined ? file : `${host.name}:${file}`,
    kind: directives.some((d) => d.name === 'sentinel') ? 'sentinel' : 'redis',
    directives: [...directives, ...users],
    seen: unread.length === 0,
    // Two machines that are given one file have a copy each.
    conf: {
      file,
      identity: host === undefined ? read.identity : `${host.name}:${read.identity}`,
      inside: null,
      mount: null,
    },
    service: null,
    ...(host && { host }),
    ...(certificates.length > 0 && { certificates }),
    copies: 1,
    at: { file, line: 1 },
  };
}

/** Only of servers outside containers: a container's own files cannot be read. */
async function scriptsOf(servers: FileServer[]): Promise<Project['scripts']> {
  const paths = servers
    .filter((s) => s.service === null)
    .flatMap((s) => s.directives)
    .filter((d) => d.name === 'sentinel' && /^(notification|client-reconfig)-script$/.test(d.args[0] ?? ''))
    .flatMap((d) => d.args[2] ?? []);
  return new Map(
    await Promise.all([...new Set(paths)].map(async (path) => [path, await scriptAt(path)] as const)),
  );
}

/** A unit, and the machine that its file was given for. */
interface StartedBy {
  unit: Unit;
  host: string | undefined;
}

/** The systemd service that a file describes; null if the file is not a unit or cannot be read. */
async function unitIn(file: string, host: string | undefined): Promise<StartedBy | null> {
  const read = await readText(file);
  if ('why' in read || !isUnit(read.text)) return null;
  const unit = unitOf(file, read.text);
  return unit && { unit, host };
}

/** The name of a file in a unit: what stands for the instance of a template (`redis@6379`) may be anything. */
const nameIn = (path: string): RegExp =>
  new RegExp(
    `^${basename(path)
      .replace(/[.+^${}()|[\]\\*?]/g, '\\$&')
      .replace(/%[iIjJ]/g, '.+')}$`,
  );

/** Gives each unit to the server whose file it starts, by the name of that file, and its options to the server. */
function startServers(project: Project, units: readonly StartedBy[]): void {
  for (const { unit, host } of units) {
    const path = confOf(unit);
    const named = project.servers.filter(
      (s) =>
        s.service === null &&
        s.host?.name === host &&
        path !== null &&
        nameIn(path).test(basename(s.conf?.file ?? '')),
    );
    const [server, ...others] = named;
    if (path === null || server === undefined || others.length > 0) {
      const why =
        path === null ? 'it names no configuration file' : `${path} was not given, or more than once`;
      project.unread.push(`${unit.file}:${unit.start.line}: ${why}: what it starts is not judged`);
      continue;
    }
    server.unit = unit;
    const [program = '', ...options] = unit.start.words;
    if (server.kind === 'sentinel' && /-server$/.test(program) && !options.includes('--sentinel'))
      server.startsBare = { unflagged: path };
    server.directives.push(...optionDirectives(unit.start.words.slice(2), unit.file, unit.start.line));
  }
}
