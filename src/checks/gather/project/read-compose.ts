import { dirname, join } from 'node:path';
import { usageError } from '../../../errors.js';
import { BadYaml } from '../../../yaml.js';
import { interpolate, parseDotenv } from '../../files/compose/interpolate.js';
import { isBitnami, type Launch, launchOf } from '../../files/compose/launch.js';
import { type Service, servicesOf } from '../../files/compose/service.js';
import { at, entriesOf, itemsOf, type Tree, textOf } from '../../files/compose/tree.js';
import { optionDirectives, parseConf } from '../../files/conf.js';
import type { ConfSource, FileServer, Project } from '../../files/project.js';
import { kindOf, readText } from './disk.js';
import { type Placed, placed } from './mounts.js';
import { type ReadConf, readConf } from './read-conf.js';
import { yamlTree } from './yaml-tree.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads a compose file, and the configuration files that it mounts. Throws usageError `compose-file` where it cannot
 * be read or is none.
 */
export async function readCompose(file: string, env: Env): Promise<Project> {
  const read = await readText(file);
  if ('why' in read) throw badCompose(file, read.why);
  const dotenv = await readText(join(dirname(file), '.env'));
  const defaults = parseDotenv('text' in dotenv ? dotenv.text : '');
  const missing = new Set<string>();
  const change = (text: string): string =>
    interpolate(
      text,
      (name) => env[name] ?? defaults.get(name),
      (name) => missing.add(name),
    );
  const tree = await yamlTree(read.text, change).catch((error: unknown) => {
    throw error instanceof BadYaml ? badCompose(`${file}:${error.place.line}`, error.message) : error;
  });
  const services = servicesOf(tree);
  if (services.length === 0) throw badCompose(file, 'it has no services');

  const project: Project = {
    compose: file,
    composeSubnets: subnetsOf(tree),
    servers: [],
    others: [],
    troubles: [],
    unread: [],
    scripts: new Map(),
  };
  for (const name of missing)
    project.unread.push(`\${${name}} is not set here: taken as empty, as compose does`);
  for (const service of services) {
    if (service.extends) project.unread.push(`${service.name}: what it extends is not read`);
    const launch = launchOf(service);
    if (launch !== undefined) project.servers.push(await serverOf(service, launch, file, tree, project));
    else if (isBitnami(service.image)) {
      project.unread.push(
        `${service.name}: the image ${service.image} makes its configuration from its environment`,
      );
    } else project.others.push(service);
  }
  return project;
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
  file: string,
  compose: Tree,
  project: Project,
): Promise<FileServer> {
  const own = launch.confPath === null ? null : await confOf(launch, service, file, compose);
  if (own !== null) {
    project.troubles.push(...own.troubles);
    project.unread.push(...own.unread.map((why) => `${service.name}: ${why}`));
  }
  const options = optionDirectives(launch.options, file, launch.line);
  return {
    id: service.name,
    kind: launch.kind,
    directives: [...(own?.directives ?? []), ...options],
    seen: own === null || own.unread.length === 0,
    conf: own?.conf ?? null,
    service,
    copies: Number.isInteger(service.copies) ? service.copies : 1,
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

async function confOf(launch: Launch, service: Service, file: string, compose: Tree): Promise<Own> {
  const inside = launch.confPath ?? '';
  if (launch.made) return unseen(`${inside} is written by a script when the container starts`);
  const source = placed(launch.copyOf ?? inside, service, file, compose);
  if ('why' in source) return unseen(source.why);
  const conf = await sourceOf(source, inside, service, launch.copyOf !== null, file);
  if ('content' in source) {
    return { ...parseConf(file, source.content, source.line), unread: [], conf };
  }
  const read = await readText(source.path);
  if ('why' in read) return unseen(`${source.shown} (mounted at ${source.mount.target}): ${read.why}`, conf);
  const locate = (wanted: string): { path: string; shown: string } | null => {
    const found = placed(
      wanted.startsWith('/') ? wanted : join(dirname(inside), wanted),
      service,
      file,
      compose,
    );
    return 'path' in found ? found : null;
  };
  return {
    ...(await readConf(source.shown, read.text, locate)),
    conf: { ...conf, identity: conf.mount === null ? conf.identity : read.identity },
  };
}

/** A copy that a script makes is the container's own: nothing of it is shared or mounted. */
async function sourceOf(
  source: Exclude<Placed, { why: string }>,
  inside: string,
  service: Service,
  copied: boolean,
  file: string,
): Promise<ConfSource> {
  const shown = 'shown' in source ? source.shown : file;
  if (copied) return { file: shown, identity: `copy in ${service.name}`, inside, mount: null };
  const { mount } = source;
  const whole = mount.target === inside && !('path' in source && (await kindOf(source.path)) === 'directory');
  return {
    file: shown,
    identity: `${shown}:${mount.source}`,
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
