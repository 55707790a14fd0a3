import { isIp } from '../../model/address.js';
import type { Service } from './compose/service.js';
import { type FileServer, lower, type Project, sentinelFiles } from './project.js';

/**
 * Whether a host is a name of a compose file's service (`here`; one with a dot, or an address, is not judged either),
 * none that its containers can resolve (`lost`), or may be one of another file, another DNS server or the machine (`open`).
 */
export function nameIn(
  project: Project,
  { service }: FileServer,
  host: string,
  port: number,
): 'here' | 'lost' | 'open' {
  const services = servicesOf(project);
  const names = services.flatMap((s) => [...namesOf(s), ...[...(s.extraHosts?.keys() ?? [])].map(lower)]);
  if (isIp(host) || /[$<{(.]/.test(host) || /^localhost$/i.test(host)) return 'here';
  if (names.includes(lower(host)) || mayBeContainer(host, services)) return 'here';
  const isWhole =
    service?.closed === true && project.unread.length === 0 && sentinelFiles(project).length > 0;
  // A name of the machine leads to the ports that are published there.
  const isPublished = services.some(({ ports }) => ports.some((p) => p.host === port));
  return !isWhole || isPublished || names.some((name) => name.includes('$')) ? 'open' : 'lost';
}

export const servicesOf = ({ servers, others }: Project): Service[] => [
  ...servers.flatMap((s) => s.service ?? []),
  ...others,
];

/** In lower case: Docker's DNS takes capitals for the same (libnetwork: addNameToIP). */
export const namesOf = ({ name, otherNames, networks }: Service): string[] =>
  [
    name,
    ...otherNames,
    ...networks.flatMap(({ aliases, address }) => [...aliases, ...(address === null ? [] : [address])]),
  ].map(lower);

/** Whether Docker may give a container of these services this name: PROJECT-SERVICE-N, PROJECT_SERVICE_N before v2, and STACK_SERVICE in a swarm. */
function mayBeContainer(host: string, services: readonly Service[]): boolean {
  const [, stem = ''] = /^(.+)[-_]\d+$/.exec(lower(host)) ?? [];
  return services.some(
    ({ name }) =>
      (/[-_]/.test(stem.at(-name.length - 1) ?? '') && stem.endsWith(lower(name))) ||
      lower(host).endsWith(`_${lower(name)}`),
  );
}
