import { formatAddress } from './address.js';
import { formatAddressRule } from './address-map.js';
import type { AccessSources, AttachedCluster, SecretSource } from './attached.js';
import { TEMPLATE_ACTIONS, type TemplateAction, type Templates } from './templates.js';

/** The lines of an attached cluster in a project's file: options of `attach`, without dashes. */
export type ClusterLines = Record<string, string | boolean | string[]>;

/** What is written into a project's file of a cluster. */
interface Written
  extends Pick<AttachedCluster, 'sentinelAddrs' | 'masterName' | 'access' | 'readonly' | 'label'> {
  way: AttachedCluster['way'] | undefined;
  commands: AttachedCluster['commands'] | undefined;
}

/** The lines that stand for an attached cluster; `pathOf`: how a path is written. */
export function clusterLines(written: Written, pathOf: (path: string) => string): ClusterLines {
  const { sentinelAddrs, masterName, access, readonly, label, way, commands } = written;
  return {
    'sentinel-addrs': sentinelAddrs.map(formatAddress),
    ...(masterName !== null && { 'master-name': masterName }),
    ...loginLines(access, pathOf),
    ...tlsLines(access, pathOf),
    ...(access.addressMap.length > 0 && { map: access.addressMap.map(formatAddressRule) }),
    ...(way === 'local' && { local: true }),
    ...(way === 'docker' && { docker: true }),
    ...commandLines(way === 'commands' ? commands : undefined),
    ...(readonly && { readonly: true }),
    ...(label !== null && { label }),
  };
}

function loginLines(
  { credentials: { redis, sentinel } }: AccessSources,
  pathOf: (path: string) => string,
): ClusterLines {
  const isShared = JSON.stringify(redis.password) === JSON.stringify(sentinel.password);
  return {
    ...(redis.username !== null && { username: redis.username }),
    ...passwordLine('password', redis.password, pathOf),
    ...(sentinel.username !== null &&
      sentinel.username !== redis.username && { 'sentinel-username': sentinel.username }),
    // Sentinels that want none are recognised when they are asked.
    ...(isShared ? {} : passwordLine('sentinel-password', sentinel.password, pathOf)),
  };
}

function passwordLine(
  name: string,
  source: SecretSource | null,
  pathOf: (path: string) => string,
): ClusterLines {
  switch (source?.from) {
    case undefined:
      return {};
    case 'file':
      return { [`${name}-file`]: pathOf(source.path) };
    case 'environment':
      return { [`${name}-env`]: source.variable };
    case 'command':
      return { [`${name}-command`]: commandText(source.words) };
  }
}

function tlsLines({ tls }: AccessSources, pathOf: (path: string) => string): ClusterLines {
  if (tls === null) return {};
  const { ca, cert, key, serverName, insecure } = tls;
  return {
    tls: true,
    ...(ca !== null && { ca: pathOf(ca) }),
    ...(cert !== null && { cert: pathOf(cert) }),
    ...(key !== null && { key: pathOf(key) }),
    ...(serverName !== null && { 'server-name': serverName }),
    ...(insecure && { insecure: true }),
  };
}

function commandLines(commands: AttachedCluster['commands']): ClusterLines {
  if (commands === undefined) return {};
  const { redis, sentinel, nodes = {} } = commands;
  const textIn = (templates: Templates, action: TemplateAction): string | undefined => {
    const words = templates[action];
    return words === undefined ? undefined : commandText(words);
  };
  return Object.fromEntries(
    TEMPLATE_ACTIONS.flatMap((action): [string, string[]][] => {
      const [ofRedis, ofSentinel] = [textIn(redis, action), textIn(sentinel, action)];
      const ofKinds =
        ofRedis === ofSentinel
          ? [ofRedis]
          : [ofRedis && `redis=${ofRedis}`, ofSentinel && `sentinel=${ofSentinel}`];
      const ofNodes = Object.entries(nodes).map(([id, templates]) => {
        const text = textIn(templates, action);
        return text && `${id}=${text}`;
      });
      const texts = [...ofKinds, ...ofNodes].filter((text) => text !== undefined);
      return texts.length === 0 ? [] : [[`${action}-command`, texts]];
    }),
  );
}

/** The words of a command as they are typed: quotes hold a word together. */
const commandText = (words: readonly string[]): string =>
  words
    .map((word) => (/^[^\s"']+$/.test(word) ? word : word.includes('"') ? `'${word}'` : `"${word}"`))
    .join(' ');
