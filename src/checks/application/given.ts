import { parseAddressList } from '../../model/address.js';
import type { Gathered, GatheredApp } from '../../model/gathered.js';
import type { CheckText, GatheredCheck, RawFinding, Skip } from '../check.js';
import type { Service } from '../files/compose/service.js';
import { type Project, sentinelFiles } from '../files/project.js';
import { portOf } from '../files/settings.js';

const NOT_ASKED: Skip = { skip: 'not asked: doctor --app checks the application’s side' };

export const ADDRS = 'REDIS_SENTINEL_ADDRS';
export const NAME = 'REDIS_MASTER_NAME';

/**
 * A check of the application's side: `live` is skipped where that was not gathered, `files` judges each service of a
 * compose file that has one of the two variables.
 */
export function ofApp(
  text: Omit<CheckText, 'group' | 'needs'>,
  live: (app: GatheredApp, gathered: Gathered) => RawFinding[] | Skip,
  files?: (app: Service, project: Project) => RawFinding[],
): GatheredCheck {
  return {
    ...text,
    needs: 'gathered',
    group: 'application',
    live: (gathered) => (gathered.app === null ? NOT_ASKED : live(gathered.app, gathered)),
    ...(files && { files: (project) => judgeApps(project, files) }),
  };
}

function judgeApps(
  project: Project,
  judge: (app: Service, project: Project) => RawFinding[],
): RawFinding[] | Skip {
  if (project.compose === null)
    return { skip: 'needs a compose file with the application in it', applies: false };
  const apps = project.others.filter((s) => s.environment.has(ADDRS) || s.environment.has(NAME));
  if (apps.length === 0)
    return { skip: `no service of the compose file has ${ADDRS} or ${NAME}`, applies: false };
  return apps.flatMap((app) => judge(app, project));
}

/** Where a service sets a variable, else where it is described. */
export const placeOfVariable = (
  app: Service,
  name: string,
  project: Project,
): { file: string; line: number } => ({
  file: project.compose ?? '',
  line: app.environment.get(name)?.line ?? app.line,
});

/** Addresses that are given; an unreadable text is another check's. */
export const addressesOf = (app: Service): { host: string; port: number }[] => {
  const parsed = parseAddressList(app.environment.get(ADDRS)?.value ?? '');
  return 'addresses' in parsed ? parsed.addresses : [];
};

/** What REDIS_SENTINEL_ADDRS should be, by the names of the services. */
export const sentinelAddresses = (project: Project): string =>
  sentinelFiles(project)
    .map((s) => `${s.service?.name ?? s.id}:${portOf(s)}`)
    .join(',');

/** The skip of every check that needs the sentinels' addresses. */
export const noAddresses: Skip = { skip: 'REDIS_SENTINEL_ADDRS is not set' };

/** Addresses that are sentinels, as the application would use them. */
export const sentinelsOf = (app: GatheredApp): GatheredApp['addresses'] =>
  app.addresses.filter((a) => a.answers.ok && a.answers.value === 'sentinel');

/** `export NAME=value` for a shell; for a container, what its environment should say. */
export const setting = (app: GatheredApp, name: string, value: string): string =>
  app.where === 'this shell'
    ? `export ${name}=${value}`
    : `${name}=${value} in the environment of ${app.where}`;

/** Where the cluster's sentinels are, as this machine reaches them; what was typed where nothing better is known. */
export function goodAddresses(app: GatheredApp, gathered: Gathered): string {
  const asked = gathered.sentinels
    .filter((s) => s.silence === null)
    .map((s) => `${s.endpoint.host}:${s.endpoint.port}`);
  const good = asked.length > 0 ? asked : sentinelsOf(app).map((a) => a.text);
  return good.length > 0 ? good.join(',') : '<host>:26379,<host>:26379,<host>:26379';
}

export const CLIENT_SOURCES = ['https://redis.io/docs/latest/develop/reference/sentinel-clients/'];
