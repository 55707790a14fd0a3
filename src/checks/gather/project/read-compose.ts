import { dirname, isAbsolute, join } from 'node:path';
import { usageError } from '../../../errors.js';
import { BadYaml } from '../../../yaml.js';
import { interpolate, parseDotenv } from '../../files/compose/interpolate.js';
import { type Service, servicesOf } from '../../files/compose/service.js';
import { at, entriesOf, itemsOf, type Tree, textOf } from '../../files/compose/tree.js';
import { emptyProject, type Project } from '../../files/project.js';
import { openText } from '../../files/shell/expand.js';
import { buildSteps, builtService } from './built.js';
import { containerOf, type Environment, environmentOf } from './container.js';
import { readText } from './disk.js';
import { type Placed, placed } from './mounts.js';
import { isManifest, manifestWords } from './not-conf.js';
import { addServers } from './servers.js';
import { variablesOf } from './variables.js';
import { withBases } from './with-bases.js';
import { yamlTree } from './yaml-tree.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads a compose file, what it includes, and the configuration files that they mount. Throws usageError `compose-file`
 * where it cannot be read or is none.
 */
export async function readCompose(file: string, env: Env): Promise<Project> {
  const project = emptyProject(file);
  await readInto(project, file, env);
  if (project.servers.length === 0 && project.unread.length === 0)
    project.unread.push(`${file}: no service in it is a Redis or a Sentinel`);
  return project;
}

/** Adds the services of one file to the project, then those of the files that it includes. */
async function readInto(project: Project, file: string, env: Env): Promise<void> {
  const read = await readText(file);
  if ('why' in read) throw badCompose(file, read.why);
  if (isManifest(read.text)) {
    project.unread.push(manifestWords(file, read.text));
    return;
  }
  const dotenv = await readText(join(dirname(file), '.env'));
  const defaults = parseDotenv('text' in dotenv ? dotenv.text : '');
  const shell = (name: string): string | undefined => env[name] ?? defaults.get(name);
  const missing = new Set<string>();
  const change = (text: string): string =>
    interpolate(text, shell, (name) => {
      missing.add(name);
      return openText(`\${${name}}`);
    });
  const parsed = await yamlTree(read.text, change).catch((error: unknown) => {
    throw error instanceof BadYaml ? badCompose(`${file}:${error.place.line}`, error.message) : error;
  });
  const tree = await withBases(parsed, file, change);
  const services = servicesOf(tree);
  const includes = itemsOf(at(tree, 'include'));
  if (services.length === 0 && includes.length === 0) throw badCompose(file, 'it has no services');

  project.composeFiles.push(file);
  project.composeSubnets.push(...subnetsOf(tree));
  const makers = new Map(
    services.flatMap(({ image, build }) =>
      image !== null && build !== null ? [[image, build] as const] : [],
    ),
  );
  for (const service of services) await readService(service, project, { file, tree, shell, makers });
  const used = await variablesOf(read.text, file, project);
  for (const name of [...missing].filter((one) => used.has(one)))
    project.unread.push(`\${${name}} is not set here: what it stands for is not judged`);
  for (const item of includes) await include(item, project, file, env);
}

/** `include: [FILE]`, or with `path:`; several paths of one entry change each other, which is not followed. */
async function include(item: Tree, project: Project, file: string, env: Env): Promise<void> {
  const paths = item.kind === 'map' ? itemsOf(at(item, 'path')) : [item];
  const [path] = paths.flatMap((p) => textOf(p) ?? []);
  const isPlain = paths.length === 1 && at(item, 'project_directory').kind === 'nothing';
  const shown = path === undefined || isAbsolute(path) ? path : join(dirname(file), path);
  const known = shown === undefined ? { why: 'it names no file' } : await readText(shown);
  const why = !isPlain
    ? 'several paths or a project_directory are not followed: give docker compose config > FILE'
    : 'why' in known
      ? known.why
      : project.composeFiles.includes(shown ?? '')
        ? 'files include one another'
        : null;
  if (why !== null) project.unread.push(`include ${path ?? ''} (${file}:${item.line}): ${why}`);
  else if (shown !== undefined) await readInto(project, shown, env);
}

interface Source {
  file: string;
  tree: Tree;
  /** The environment of the shell that calls compose. */
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
  const place = (inside: string): Placed => placed(inside, service, file, tree);
  const container = containerOf(service, env, file, place, built?.read ?? null);
  const notBuilt = built === null ? [] : await buildSteps(built, container);
  await addServers(project, {
    service,
    id: service.name,
    env,
    container,
    file,
    place,
    unread: [...unread, ...notBuilt.map((why) => `${service.name}: ${why}`)],
  });
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
