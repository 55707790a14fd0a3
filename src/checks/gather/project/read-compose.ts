import { dirname, join } from 'node:path';
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
import { yamlTree } from './yaml-tree.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads a compose file, and the configuration files that it mounts. Throws usageError `compose-file` where it cannot
 * be read or is none.
 */
export async function readCompose(file: string, env: Env): Promise<Project> {
  const read = await readText(file);
  if ('why' in read) throw badCompose(file, read.why);
  if (isManifest(read.text)) return { ...emptyProject(file), unread: [manifestWords(file, read.text)] };
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

  const project: Project = { ...emptyProject(file), composeSubnets: subnetsOf(tree) };
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
