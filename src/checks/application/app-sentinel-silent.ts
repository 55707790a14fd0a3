import { CLIENT_SOURCES, goodAddresses, noAddresses, ofApp, setting } from './given.js';

export default ofApp(
  {
    id: 'app-sentinel-silent',
    severity: 'warning',
    title: 'the application is given a sentinel that does not answer',
    consequence:
      'a client that begins with it waits out its dial, 5 to 10 s by default, before it asks the next; with none that answers there is no master',
    explanation:
      'Every address of REDIS_SENTINEL_ADDRS was asked from here. One that is silent is down, or it is an address that ' +
      'leads nowhere from here: a container’s, or another machine’s behind a firewall.',
    remedy: ['start that sentinel, or take its address out of REDIS_SENTINEL_ADDRS'],
    sources: CLIENT_SOURCES,
  },
  (app, gathered) => {
    // Names that are not known are another check's.
    const asked = app.addresses.filter((a) => a.address !== null && a.resolved.ok);
    if (asked.length === 0) return noAddresses;
    const silent = asked.filter((a) => !a.answers.ok);
    if (silent.length === 0) return [];
    return [
      {
        subject: app.where,
        severity: silent.length === asked.length ? 'critical' : 'warning',
        message: silent.map((a) => `${a.text} ${a.answers.ok ? '' : a.answers.why}`).join(', '),
        fix: [setting(app, 'REDIS_SENTINEL_ADDRS', goodAddresses(app, gathered))],
      },
    ];
  },
);
