import { isIp, isLoopback, parseAddressList } from '../../../model/address.js';
import type { RawFinding } from '../../check.js';
import type { Service } from '../compose/service.js';
import { hostNamesOf } from '../groups.js';
import type { Project } from '../project.js';
import { sentinelFiles } from '../project.js';
import { monitorsOf, portOf } from '../settings.js';
import type { Rule } from './rule.js';

const ADDRS = 'REDIS_SENTINEL_ADDRS';
const NAME = 'REDIS_MASTER_NAME';

/** A rule about every service that has one of an application's variables. */
const ofApps = (id: string, judge: (app: Service, project: Project) => RawFinding[]): Rule => ({
  id,
  judge(project) {
    if (project.compose === null) return { skip: 'needs a compose file with the application in it' };
    const apps = project.others.filter((s) => s.environment.has(ADDRS) || s.environment.has(NAME));
    if (apps.length === 0) return { skip: `no service of the compose file has ${ADDRS} or ${NAME}` };
    return apps.flatMap((app) => judge(app, project));
  },
});

const at = (app: Service, name: string, project: Project): { file: string; line: number } => ({
  file: project.compose ?? '',
  line: app.environment.get(name)?.line ?? app.line,
});

export const appNameUnknown = ofApps('app-name-unknown', (app, project) => {
  const name = app.environment.get(NAME)?.value?.trim() || 'mymaster';
  const known = [
    ...new Set(
      sentinelFiles(project)
        .flatMap(monitorsOf)
        .map((m) => m.name),
    ),
  ];
  if (known.length === 0 || known.includes(name)) return [];
  return [
    {
      subject: app.name,
      message: `${NAME} is ${name}, and the sentinels monitor ${known.join(', ')}`,
      fix: [`${NAME}=${known[0]}`],
      at: at(app, NAME, project),
    },
  ];
});

/** Addresses that are given; an unreadable text is another rule's. */
const given = (app: Service): { host: string; port: number }[] => {
  const parsed = parseAddressList(app.environment.get(ADDRS)?.value ?? '');
  return 'addresses' in parsed ? parsed.addresses : [];
};

const sentinelAddresses = (project: Project): string =>
  sentinelFiles(project)
    .map((s) => `${s.service?.name ?? s.id}:${portOf(s)}`)
    .join(',');

export const appAddrsBad = ofApps('app-addrs-bad', (app, project) => {
  const parsed = parseAddressList(app.environment.get(ADDRS)?.value ?? '');
  if ('addresses' in parsed) return [];
  return [
    {
      subject: app.name,
      message: `"${parsed.bad}" in ${ADDRS} is no address`,
      fix: [`${ADDRS}=${sentinelAddresses(project)}`],
      at: at(app, ADDRS, project),
    },
  ];
});

export const appAddrsUnresolvable = ofApps('app-addrs-unresolvable', (app, project) => {
  const own = [...project.servers.flatMap((s) => s.service ?? []), ...project.others];
  const names = own.flatMap((s) => [s.name, ...s.otherNames, ...s.networks.flatMap((n) => n.aliases)]);
  // A name with a dot may be one of the world outside.
  const lost = given(app).filter(
    ({ host }) => !isIp(host) && !isLoopback(host) && !host.includes('.') && !names.includes(host),
  );
  if (lost.length === 0) return [];
  return [
    {
      subject: app.name,
      message: `${lost.map((a) => a.host).join(', ')} in ${ADDRS} ${lost.length === 1 ? 'is no service' : 'are no services'} of this file`,
      fix: [`${ADDRS}=${sentinelAddresses(project)}`],
      at: at(app, ADDRS, project),
    },
  ];
});

export const appSentinelSilent = ofApps('app-sentinel-silent', (app, project) => {
  const seen = given(app).flatMap(({ host, port }): RawFinding[] => {
    const self = isLoopback(host) && !/^(host|service:|container:)/.test(app.networkMode ?? '');
    const server = project.servers.find((s) => hostNamesOf(s).includes(host));
    const wrongPort = server?.seen === true && server.kind === 'sentinel' && portOf(server) !== port;
    if (!self && !wrongPort) return [];
    return [
      {
        subject: app.name,
        message: self
          ? `${host}:${port} in ${ADDRS} is the application's own container`
          : `${host} listens on ${server && portOf(server)}, not on ${port}`,
        fix: [`${ADDRS}=${sentinelAddresses(project)}`],
        at: at(app, ADDRS, project),
      },
    ];
  });
  return seen.slice(0, 1);
});

export const appNotSentinel = ofApps('app-not-sentinel', (app, project) => {
  const nodes = project.servers.filter((s) => s.kind === 'redis');
  const wrong = given(app).filter(({ host }) => nodes.some((n) => hostNamesOf(n).includes(host)));
  if (wrong.length === 0) return [];
  return [
    {
      subject: app.name,
      message: `${wrong.map((a) => `${a.host}:${a.port}`).join(', ')} in ${ADDRS} ${wrong.length === 1 ? 'is a data node' : 'are data nodes'}`,
      fix: [`${ADDRS}=${sentinelAddresses(project)}`],
      at: at(app, ADDRS, project),
    },
  ];
});

export const appTooFewAddrs = ofApps('app-too-few-addrs', (app, project) => {
  const addresses = given(app);
  const sentinels = sentinelFiles(project).reduce((sum, s) => sum + s.copies, 0);
  if (addresses.length !== 1 || sentinels < 2) return [];
  return [
    {
      subject: app.name,
      message: `${ADDRS} has 1 of ${sentinels} sentinels`,
      fix: [`${ADDRS}=${sentinelAddresses(project)}`],
      at: at(app, ADDRS, project),
    },
  ];
});
