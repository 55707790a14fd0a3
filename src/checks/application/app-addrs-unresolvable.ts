import { CLIENT_SOURCES, goodAddresses, noAddresses, ofApp, setting } from './given.js';

export default ofApp(
  {
    id: 'app-addrs-unresolvable',
    severity: 'warning',
    title: 'a sentinel’s name is not known here',
    consequence:
      'that sentinel is never asked; with none of the names known the application has no master at all',
    explanation:
      'Names of compose services are known to the containers of their network and to nobody else: an application that runs ' +
      'on the host, or in another network, can not look them up. Each look-up of a missing name may take seconds.',
    remedy: [
      'give addresses that are known where the application runs: localhost and the published ports, or IP addresses',
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
);
