import { formatAddress } from '../../model/address.js';
import { isMapped } from '../../model/address-map.js';
import { isLocked, type Silence } from '../../model/snapshot.js';
import type { Check, RawFinding } from '../check.js';
import { flagsOf, type MonitoredAt, silentSentinels } from '../evidence.js';
import { groupsOf, judged } from '../group.js';

export default {
  id: 'nat-client',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'network',
  title: 'clients cannot reach the master at the announced address',
  consequence:
    'a client asks a sentinel for the master and gets an unreachable address: each attempt takes its connect timeout, 10 s by default in ioredis',
  explanation:
    'Sentinels announce the address that they use for the master. Outside a container network that address has no ' +
    'meaning. Either announce addresses that work everywhere, or let the client translate them.',
  remedy: [
    'announce addresses that clients can reach too: replica-announce-ip and -port, sentinel announce-ip and announce-port',
    'or translate in the client: natMap in ioredis',
    'or run the client in the same network',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Sentinel, Docker, NAT, and possible issues)',
    'https://github.com/redis/ioredis/issues/1678',
    'measured',
  ],
  causes: ['app-master-unroutable', 'node-down', 'node-unreachable'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    const { app } = gathered;
    const map = Object.entries(app?.natMap ?? {});
    if (
      app !== null &&
      !app.announcedDown &&
      !app.masterAnswers.ok &&
      app.announced.ok &&
      app.announced.value !== null
    ) {
      seen.push({
        subject: app.where,
        message: `the sentinels announce ${formatAddress(app.announced.value)}, which does not answer ${app.where}: ${app.masterAnswers.why}`,
        fix: map.length > 0 ? natMapOf(map) : [...ANNOUNCE],
      });
      return seen;
    }
    for (const group of groups) {
      const { master } = group;
      if (master === null) missing.push(`${group.name}: its master is unknown`);
      else if (isMapped(master)) {
        if (app === null)
          missing.push(
            `${master.id}: only its published port was tried, not ${formatAddress(master.announce)} (see --app)`,
          );
      } else if (master.silence !== null && group.views.some(isFine) && !isRefusal(master.silence)) {
        // What this machine lacks does not prove what clients reach.
        missing.push(
          `${master.id}: it does not answer this machine, and sentinels reach it; whether clients reach it was not tried (see --app)`,
        );
      }
    }
    return judged(seen, missing);
  },
} satisfies Check;

/** It is reached, and wants a password or TLS, or has no connection left (networking.c, acceptCommonHandler). */
const isRefusal = (silence: Silence): boolean =>
  isLocked(silence) || silence.kind === 'protocol' || /max number of clients reached/.test(silence.message);

const ANNOUNCE = [
  'replica-announce-ip and replica-announce-port in each redis.conf, announce-ip and announce-port in each sentinel.conf: addresses that hold for clients too',
];

const natMapOf = (map: readonly [string, string][]): string[] =>
  map.map(([inside, outside]) => {
    const at = outside.lastIndexOf(':');
    return `natMap: { '${inside}': { host: '${outside.slice(0, at)}', port: ${outside.slice(at + 1)} } } (ioredis)`;
  });

/** The sentinel reports no fault of the master, and no PING is unanswered. */
const isFine = ({ master }: MonitoredAt): boolean =>
  !flagsOf(master.fields).some((f) => f.endsWith('_down') || f === 'disconnected') &&
  master.fields['last-ping-sent'] === '0';
