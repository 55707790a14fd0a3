import { isIp, isLoopback } from '../../model/address.js';
import {
  ADDRS,
  addressesOf,
  CLIENT_SOURCES,
  goodAddresses,
  noAddresses,
  ofApp,
  placeOfVariable,
  sentinelAddresses,
  setting,
} from './given.js';

export default ofApp(
  {
    id: 'app-addrs-unresolvable',
    severity: 'warning',
    impact: 'degraded',
    title: 'a sentinel’s name does not resolve here',
    consequence:
      'that sentinel is never asked; when none of the names resolves the application finds no master',
    explanation:
      'Names of compose services resolve only in the containers of their network: an application on the host, ' +
      'or in another network, cannot look them up. Each lookup of a missing name may take seconds.',
    remedy: [
      'use addresses that resolve where the application runs: localhost and the published ports, or IP addresses',
    ],
    sources: [...CLIENT_SOURCES, 'https://docs.docker.com/engine/network/#dns-services'],
  },
  (app, gathered) => {
    const named = app.addresses.filter((a) => a.address !== null);
    if (named.length === 0) return noAddresses;
    const lost = named.filter((a) => !a.resolved.ok);
    if (lost.length === 0) return [];
    const [first] = lost;
    return [
      {
        subject: app.where,
        severity: lost.length === named.length ? 'critical' : 'warning',
        message: `${lost.map((a) => a.address?.host).join(', ')}: ${first !== undefined && !first.resolved.ok ? first.resolved.why : ''}`,
        fix: [setting(app, 'REDIS_SENTINEL_ADDRS', goodAddresses(app, gathered))],
      },
    ];
  },
  (app, project) => {
    const own = [...project.servers.flatMap((s) => s.service ?? []), ...project.others];
    const names = own.flatMap((s) => [s.name, ...s.otherNames, ...s.networks.flatMap((n) => n.aliases)]);
    // A name with a dot may be one of the world outside.
    const lost = addressesOf(app).filter(
      ({ host }) => !isIp(host) && !isLoopback(host) && !host.includes('.') && !names.includes(host),
    );
    if (lost.length === 0) return [];
    return [
      {
        subject: app.name,
        message: `${lost.map((a) => a.host).join(', ')} in ${ADDRS} ${lost.length === 1 ? 'is not a service' : 'are not services'} of this file`,
        fix: [`${ADDRS}=${sentinelAddresses(project)}`],
        at: placeOfVariable(app, ADDRS, project),
      },
    ];
  },
);
