import type { Service } from './service.js';

/** The names and addresses of a container that its file says. */
export const namesOf = ({ name, otherNames, networks }: Service): string[] => [
  name,
  ...otherNames,
  ...networks.flatMap(({ aliases, address }) => [...aliases, ...(address === null ? [] : [address])]),
];

/**
 * Whether a name leads to a container: Docker's DNS ignores case (libnetwork, network.go, addNameToIP), and has the
 * name that compose gives a container too: `PROJECT-SERVICE-1`, before version 2 `PROJECT_SERVICE_1`.
 */
export function isCalled(service: Service, host: string): boolean {
  if (service.pod !== undefined) return namesOf(service).includes(host);
  const lower = host.toLowerCase();
  const [, given = ''] = /^(.+)[-_]\d+$/.exec(lower) ?? [];
  const own = service.name.toLowerCase();
  return (
    namesOf(service).some((name) => name.toLowerCase() === lower) ||
    ['-', '_'].some((sign) => given.endsWith(`${sign}${own}`) && given.length > own.length + 1)
  );
}
