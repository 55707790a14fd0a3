import { dirname, join } from 'node:path';
import { usageError } from '../../../errors.js';
import { BadYaml } from '../../../yaml.js';
import { bitnamiServer, isBitnami } from '../../files/compose/bitnami.js';
import { interpolate, parseDotenv } from '../../files/compose/interpolate.js';
import { type Launch, launchesOf, mayBeServer, unknownImage } from '../../files/compose/launch.js';
import { type Service, servicesOf } from '../../files/compose/service.js';
import { at, entriesOf, itemsOf, type Tree, textOf } from '../../files/compose/tree.js';
import { type Directive, optionDirectives } from '../../files/conf.js';
import type { ConfSource, FileServer, Project } from '../../files/project.js';
import { openText } from '../../files/shell/expand.js';
import type { Machine } from '../../files/shell/machine.js';
import { buildSteps, builtService } from './built.js';
import { containerOf, type Environment, environmentOf } from './container.js';
import { kindOf, readText } from './disk.js';
import { type Placed, placed } from './mounts.js';
import { isManifest, manifestWords } from './not-conf.js';
import type { ReadConf } from './read-conf.js';
import { readSegments, usersOf } from './read-segments.js';
import { variablesOf } from './variables.js';
import { yamlTree } from './yaml-tree.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads a compose file, and the configuration files that it mounts. Throws usageError `compose-file` where it cannot
 * be read or is none.
 */
export async function readCompose(file: string, env: Env): Promise<Project> {
  const read = await readText(file);
  if ('why' in read) throw badCompose(file, read.why);
  if (isManifest(read.text)) return { ...nothing(file), unread: [manifestWords(file, read.text)] };
  const dotenv = await readText(join(dirname(file), '.env'));
  const defaults = parseDotenv('text' in dotenv ? dotenv.text : '');
  const shell = (name: string): string | undefined => env[name] ?? defaults.get(name);
  const missing = new Set<string>();
  const change = (text: string): string =>
    interpolate(text, shell, (name) => {
      missing.add(name);
      return openText(`\${${name}}`);
    });
  const tree = await yamlTree(read.text, change).catch((error: unknown) => {
    throw error instanceof BadYaml ? badCompose(`${file}:${error.place.line}`, error.message) : error;
  });
  const services = servicesOf(tree);
  const includes = at(tree, 'include').kind !== 'nothing';
  if (services.length === 0 && !includes) throw badCompose(file, 'it has no services');

  const project: Project = { ...nothing(file), composeSubnets: subnetsOf(tree) };
  if (includes)
    project.unread.push(
      `${file}: the files that it includes are not read: give docker compose config > FILE`,
    );
  const makers = new Map(
    services.flatMap(({ image, build }) =>
      image !== null && build !== null ? [[image, build] as const] : [],
    ),
  );
  for (const service of services) await readService(service, project, { file, tree, shell, makers });
  const used = await variablesOf(read.text, project);
  for (const name of [...missing].filter((one) => used.has(one)))
    project.unread.push(`\${${name}} is not set here: what it stands for is not judged`);
  if (project.servers.length === 0 && project.unread.length === 0)
    project.unread.push(`${file}: no service in it is a Redis or a Sentinel`);
  return project;
}

const nothing = (compose: string): Project => ({
  compose,
  composeSubnets: [],
  servers: [],
  others: [],
  troubles: [],
  unread: [],
  scripts: new Map(),
});

interface Source {
  file: string;
  tree: Tree;
  /** The environment of whoever calls compose. */
  shell: (name: string) => string | undefined;
  /** How the images are built that services of the file build. */
  makers: ReadonlyMap<string, Service['build']>;
}

/** Adds what a service is to the project: servers, something else, or what could not be told. */
async function readService(given: Service, project: Project, source: Source): Promise<void> {
  const { file, tree, shell, makers } = source;
  // A service may run the image that another one builds.
  const maker = given.build === null ? makers.get(given.image ?? '') : undefined;
  const built = await builtService({ ...given, build: given.build ?? maker ?? null }, file);
  const service = built?.service ?? given;
  if (service.extends)
    project.unread.push(`${service.name}: what it extends is not read: give docker compose config > FILE`);
  const { env: own, unread } = await environmentOf(service, file, shell);
  const env: Environment = new Map([...(built?.env ?? []), ...own]);
  const container = containerOf(service, env, file, tree, built?.read ?? null);
  if (isBitnami(service.image) && service.entrypoint === null && service.command === null) {
    project.unread.push(...unread);
    project.servers.push(await imageServer(service, env, container, source, project));
    return;
  }
  const notBuilt = built === null ? [] : await buildSteps(built, container);
  const launched = await launchesOf(service, container);
  if ('why' in launched) {
    if (mayBeServer(service))
      project.unread.push(`${service.name}: ${launched.why} (${file}:${launched.line})`);
    project.others.push(service);
    return;
  }
  if (launched.launches.length > 0)
    project.unread.push(...unread, ...notBuilt.map((why) => `${service.name}: ${why}`));
  for (const [i, launch] of launched.launches.entries()) {
    const server = await serverOf(service, launch, container, source, project);
    project.servers.push(i === 0 ? server : { ...server, id: `${server.id} (${launch.kind})` });
  }
  if (launched.launches.length > 0) return;
  project.others.push(service);
  const says = service.command ?? service.entrypoint;
  if (mayBeServer(service) && says === null) project.unread.push(`${service.name}: ${unknownImage(service)}`);
}

/** `networks: NAME: ipam: config: - subnet: …`. */
const subnetsOf = (tree: Tree): string[] =>
  entriesOf(at(tree, 'networks')).flatMap(([, network]) =>
    itemsOf(at(network, 'ipam', 'config')).flatMap((config) => textOf(at(config, 'subnet')) ?? []),
  );

const badCompose = (where: string, why: string): Error =>
  usageError('compose-file', `cannot read the compose file ${where}`, {
    why,
    hint: '--compose FILE, where FILE is a docker-compose.yml',
  });

async function serverOf(
  service: Service,
  launch: Launch,
  container: Machine,
  { file, tree }: Source,
  project: Project,
): Promise<FileServer> {
  const own = launch.confPath === null ? null : await confOf(launch.confPath, service, container, file, tree);
  if (own !== null) {
    project.troubles.push(...own.troubles);
    project.unread.push(...own.unread.map((why) => `${service.name}: ${why}`));
  }
  const options = optionDirectives(launch.options, file, launch.line);
  const all = [...(own?.directives ?? []), ...options];
  const { users, unread } = await usersOf(all, (path) => container.read(path));
  const vague = all.find(isVague);
  if (vague !== undefined)
    unread.push(`${vague.args.join(' ')} (${vague.file}:${vague.line}) is not known here`);
  project.unread.push(...unread.map((why) => `${service.name}: ${why}`));
  return {
    id: service.name,
    kind: launch.kind,
    directives: [...all, ...users],
    seen: vague === undefined && (own === null || own.unread.length === 0),
    conf: own?.conf ?? null,
    service,
    copies: copiesOf(service),
    at: { file, line: service.line },
  };
}

/** Whether the line says who the master is, and only the running container knows. */
const isVague = ({ name, args, open }: Directive): boolean =>
  open === true && (name === 'replicaof' || (name === 'sentinel' && args[0] === 'monitor'));

const copiesOf = ({ copies }: Service): number => (Number.isInteger(copies) ? copies : 1);

/** A server that the image configures: by a file that is mounted for that, else by its variables. */
async function imageServer(
  service: Service,
  env: Environment,
  container: Machine,
  { file }: Source,
  project: Project,
): Promise<FileServer> {
  const made = bitnamiServer(service, env, file);
  const mounted = await container.read(made.mounted);
  const own = 'why' in mounted ? null : await readSegments(container, made.mounted, mounted.segments);
  project.troubles.push(...(own?.troubles ?? []));
  project.unread.push(...(own?.unread ?? []).map((why) => `${service.name}: ${why}`));
  return {
    id: service.name,
    kind: made.kind,
    directives: own?.directives ?? made.directives,
    seen: own === null || own.unread.length === 0,
    conf: null,
    service,
    copies: copiesOf(service),
    ...(own === null && { wrongVariables: made.wrong }),
    at: { file, line: service.line },
  };
}

type Own = ReadConf & { conf: ConfSource | null };
const unseen = (why: string, conf: ConfSource | null = null): Own => ({
  directives: [],
  troubles: [],
  unread: [why],
  conf,
});

async function confOf(
  inside: string,
  service: Service,
  container: Machine,
  file: string,
  compose: Tree,
): Promise<Own> {
  const content = await container.read(inside);
  const full = container.at(inside);
  const isMade = container.files.has(full);
  const source = isMade ? null : placed(full, service, file, compose);
  const conf = source === null || 'why' in source ? null : await sourceOf(source, full, file);
  if ('why' in content) return unseen(content.why, conf);
  const [first] = content.segments;
  const made = { file: first?.file ?? file, identity: `made in ${service.name}`, inside: full, mount: null };
  return { ...(await readSegments(container, full, content.segments)), conf: conf ?? made };
}

async function sourceOf(
  source: Exclude<Placed, { why: string }>,
  inside: string,
  file: string,
): Promise<ConfSource> {
  const shown = 'shown' in source ? source.shown : file;
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
