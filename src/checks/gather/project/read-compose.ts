import { dirname, isAbsolute, join, resolve } from 'node:path';
import { usageError } from '../../../errors.js';
import { BadYaml } from '../../../yaml.js';
import { interpolate, parseDotenv } from '../../files/compose/interpolate.js';
import { type ComposePart, isAlike, mergedFiles } from '../../files/compose/merge.js';
import { type Service, servicesOf } from '../../files/compose/service.js';
import { at, entriesOf, itemsOf, type Tree, textOf, textsOf } from '../../files/compose/tree.js';
import { undefinedNames } from '../../files/compose/undefined-names.js';
import { isVersion1, withServices } from '../../files/compose/version-1.js';
import { emptyProject, type Project } from '../../files/project.js';
import { openText } from '../../files/shell/expand.js';
import { buildSteps, builtService } from './built.js';
import { containerOf, type Environment, environmentOf } from './container.js';
import { readText } from './disk.js';
import { type Placed, placed } from './mounts.js';
import { isManifest, manifestWords } from './not-conf.js';
import { hasTags, projectFiles, TAGS } from './project-files.js';
import { addServers } from './servers.js';
import { withBases } from './with-bases.js';
import { yamlTree } from './yaml-tree.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads a compose file, what it includes, and the configuration files that they mount. Throws usageError `compose-file`
 * where it cannot be read or is none.
 */
export async function readCompose(file: string, env: Env): Promise<Project> {
  const project = emptyProject(file);
  const directory = dirname(file);
  const dotenv = await readText(join(directory, '.env'));
  const defaults = parseDotenv('text' in dotenv ? dotenv.text : '');
  // Compose is called beside the file, wherever this command is.
  const shell = (name: string): string | undefined =>
    name === 'PWD' ? resolve(directory) : (env[name] ?? defaults.get(name));
  const { files, isWhole, unread } = await projectFiles(file, shell);
  project.unread.push(...unread);
  const models: Reading['models'] = [];
  await readInto({ project, models, services: new Map() }, { files, directory, shell, chain: [] });
  // What could not be read may define them.
  const names = project.unread.length === 0 ? undefinedNames(models) : [];
  if (isWhole) project.undefinedNames.push(...names);
  else
    project.lacking.push(
      ...names
        .filter(({ service }) => project.servers.some((s) => s.service?.name === service))
        .map(
          ({ service, what, name, line }) =>
            `${service} names the ${what} ${name}, which ${file} does not define (line ${line}): give the file that does too (docker compose config > FILE)`,
        ),
    );
  if (project.servers.length === 0 && project.unread.length === 0)
    project.unread.push(`${file}: no service in it is a Redis or a Sentinel`);
  return project;
}

/** What was read until now, and where each service of it stands. */
interface Reading {
  project: Project;
  models: { tree: Tree; fileOf: (service: string) => string }[];
  services: Map<string, ComposePart>;
}

/** Adds the services of compose files that change one another to the project, then those of the files that they include. */
async function readInto(reading: Reading, model: Model): Promise<void> {
  const { project } = reading;
  const { directory, shell } = model;
  const missing = new Set<string>();
  const change = (text: string): string =>
    interpolate(text, shell, (name) => {
      missing.add(name);
      return openText(`\${${name}}`);
    });
  const parts: (ComposePart & { text: string })[] = [];
  for (const file of model.files) {
    const read = await readText(file);
    if ('why' in read) throw badCompose(file, read.why);
    if (isManifest(read.text)) {
      project.unread.push(manifestWords(file, read.text));
      return;
    }
    const parsed = await yamlTree(read.text, change).catch((error: unknown) => {
      throw error instanceof BadYaml ? badCompose(`${file}:${error.place.line}`, error.message) : error;
    });
    const versionless = isVersion1(parsed);
    if (versionless)
      project.unread.push(
        `${file}: it has no services: a file of version 1, which docker compose does not start: put all of it below services:`,
      );
    const whole = versionless ? withServices(parsed) : parsed;
    parts.push({ file, text: read.text, tree: await withBases(whole, directory, change) });
  }
  const { tree, fileOf } = mergedFiles(parts);
  const services = servicesOf(tree);
  const includes = itemsOf(at(tree, 'include'));
  const [first = ''] = model.files;
  if (services.length === 0 && includes.length === 0) throw badCompose(first, 'it has no services');

  project.composeFiles.push(...model.files);
  reading.models.push({ tree, fileOf: (service) => fileOf.get(service) ?? first });
  project.composeSubnets.push(...subnetsOf(tree));
  const makers = new Map(
    services.flatMap(({ image, build }) =>
      image !== null && build !== null ? [[image, build] as const] : [],
    ),
  );
  for (const service of services) {
    const file = fileOf.get(service.name) ?? first;
    const own: ComposePart = { file, tree: at(tree, 'services', service.name) };
    const other = reading.services.get(service.name);
    if (other === undefined) {
      reading.services.set(service.name, own);
      await readService(service, project, { file, directory, tree, shell, makers });
    } else if (!isAlike(own.tree, other.tree))
      project.unread.push(
        `${service.name} is in ${other.file} and in ${file} (line ${service.line}), and they differ: Compose does not start that; a file that changes another one stands in the same path: list`,
      );
  }
  for (const { text } of parts) {
    const used = await variablesOf(text, directory, project);
    for (const name of [...missing].filter((one) => used.has(one))) {
      missing.delete(name);
      project.unread.push(`\${${name}} is not set here: what it stands for is not judged`);
    }
  }
  for (const item of includes) {
    const included = await includedBy(item, model);
    if ('why' in included) project.unread.push(included.why);
    // What two files include is one thing, if it is the same.
    else if (!included.files.every((file) => project.composeFiles.includes(file)))
      await readInto(reading, included);
  }
}

interface Source {
  file: string;
  /** What its paths are relative to. */
  directory: string;
  tree: Tree;
  /** The environment of the shell that calls compose. */
  shell: (name: string) => string | undefined;
  /** How the images are built that services of the file build. */
  makers: ReadonlyMap<string, Service['build']>;
}

/** Adds what a service is to the project: servers, something else, or what could not be told. */
async function readService(given: Service, project: Project, source: Source): Promise<void> {
  const { file, directory, tree, shell, makers } = source;
  // A service may run the image that another one builds.
  const maker = given.build === null ? makers.get(given.image ?? '') : undefined;
  const built = await builtService({ ...given, build: given.build ?? maker ?? null }, directory);
  const service = withProfiles(built?.service ?? given, shell('COMPOSE_PROFILES') ?? '');
  if (service.extends)
    project.unread.push(`${service.name}: what it extends is not read: give docker compose config > FILE`);
  const { env: own, unread } = await environmentOf(service, directory, shell);
  const env: Environment = new Map([...(built?.env ?? []), ...own]);
  const place = (inside: string): Placed => placed(inside, service, directory, tree);
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

/** Says of a service with profiles whether one of them is chosen by COMPOSE_PROFILES. */
function withProfiles(service: Service, chosen: string): Service {
  const names = chosen.split(',').map((name) => name.trim());
  const { profiles } = service;
  return profiles === undefined
    ? service
    : {
        ...service,
        profiles: {
          ...profiles,
          isOff: !profiles.names.some((name) => names.includes(name) || names.includes('*')),
        },
      };
}

/** `networks: NAME: ipam: config: - subnet: …`. */
const subnetsOf = (tree: Tree): string[] =>
  entriesOf(at(tree, 'networks')).flatMap(([, network]) =>
    itemsOf(at(network, 'ipam', 'config')).flatMap((config) => textOf(at(config, 'subnet')) ?? []),
  );

const badCompose = (where: string, why: string): Error =>
  usageError('compose-file', `cannot read the compose file ${where}`, {
    why,
    hint: '--compose FILE # a docker-compose.yml',
  });

/** Compose files that are one model: each of them changes those before it. */
interface Model {
  files: string[];
  /** What their paths are relative to. */
  directory: string;
  /** The environment that they are read with. */
  shell: (name: string) => string | undefined;
  /** The files that included it, from the first one. */
  chain: readonly string[];
}

/**
 * What one entry of `include:` brings in (compose-spec, 14-include; compose-go, ApplyInclude): its paths and its
 * env_file are relative to the including project, the paths in its files to project_directory, or to the first file.
 */
async function includedBy(item: Tree, from: Model): Promise<Model | { why: string }> {
  const [first = ''] = from.files;
  const texts = (name: string): string[] => itemsOf(at(item, name)).flatMap((p) => textOf(p) ?? []);
  const paths = item.kind === 'map' ? texts('path') : [textOf(item) ?? ''];
  const unreadable = (why: string): { why: string } => ({
    why: `include ${paths.join(', ')} (${first}:${item.line}): ${why}`,
  });
  const beside = (path: string): string => (isAbsolute(path) ? path : join(from.directory, path));
  const files = paths.map(beside);
  const [main] = files;
  if (main === undefined) return unreadable('it names no file');
  if ([...from.chain, ...from.files].includes(main)) return unreadable('files include one another');
  const reads = await Promise.all(files.map(readText));
  for (const read of reads) if ('why' in read) return unreadable(read.why);
  if (reads.some((read) => 'text' in read && hasTags(read.text))) return unreadable(TAGS);
  const [given] = texts('project_directory');
  const directory = given === undefined ? dirname(main) : beside(given);
  const set = new Map<string, string>();
  const named = texts('env_file').map(beside);
  for (const file of named.length > 0 ? named : [join(directory, '.env')]) {
    const read = await readText(file);
    if ('text' in read) for (const [name, value] of parseDotenv(read.text)) set.set(name, value);
    else if (named.length > 0) return unreadable(`env_file ${file}: ${read.why}`);
  }
  // What the including project has set stands over it.
  const shell = (name: string): string | undefined => from.shell(name) ?? set.get(name);
  return { files, directory, shell, chain: [...from.chain, ...from.files] };
}

/**
 * The variables in what a compose file, and what its services extend, say of its servers; what others lack is not of
 * this cluster.
 */
async function variablesOf(
  text: string,
  directory: string,
  { servers }: Project,
): Promise<ReadonlySet<string>> {
  const asItIs = (scalar: string): string => scalar;
  const parsed = await yamlTree(text, asItIs);
  const raw = await withBases(isVersion1(parsed) ? withServices(parsed) : parsed, directory, asItIs);
  const names = new Set(servers.map((s) => s.service?.name ?? ''));
  const texts = entriesOf(at(raw, 'services'))
    .filter(([name]) => names.has(name))
    .flatMap(([, service]) => textsOf(service));
  return new Set(
    texts.flatMap((one) => [...one.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name)),
  );
}
