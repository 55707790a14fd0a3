import { formatAddress, isLoopback } from '../../model/address.js';
import { isMapped } from '../../model/address-map.js';
import { isAt } from '../../model/facts.js';
import type { Fields, Gathered, GatheredNode } from '../../model/gathered.js';
import { ctl } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn, type MonitoredAt, silentSentinels } from '../evidence.js';
import { monitorInstead, settingsIn } from '../fixes.js';
import { type Group, groupsOf, idsOf, judged, num, unreported } from '../group.js';
import { grouped } from '../snapshot.js';
import { tellAllIn } from '../tell-all.js';
import { mapRule } from './silent-words.js';

/** What gathering and whole seconds of uptime may be apart, in milliseconds. */
const APART_MS = 6000;

/** One address that leads a sentinel and this machine to two servers. */
interface Apart {
  place: string;
  view: MonitoredAt;
  theirs: string;
  node: GatheredNode;
  /** Seconds since this server started, where the sentinel's INFO may be from before that; else null. */
  youngS: number | null;
}

export default {
  id: 'address-not-own',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'live',
  part: 'addresses',
  title: 'one address leads to different servers',
  consequence:
    'what a sentinel does at that address (REPLICAOF, promotion) happens at another server than the one that clients reach there',
  explanation:
    'Sentinel and clients must reach one and the same server at an address. Behind a virtual IP, a load balancer, a ' +
    'proxy or a NAT they may not; 127.0.0.1 is another machine for each of them. It is told by the run id: a sentinel ' +
    'reads one in INFO, and another server answers here that had been running for longer than that INFO is old.',
  remedy: [
    'let the sentinels monitor each server by its own address, and replicas announce theirs (replica-announce-ip)',
    'clients ask the sentinels; a load balancer before Redis is not needed',
  ],
  sources: [
    'sentinel.c: sentinelRefreshInstanceInfo (run_id)',
    'redis: server.c, genRedisInfoString (run_id)',
  ],
  causes: [
    'master-address-not-master',
    'replica-orphan',
    'seen-down',
    'split-brain',
    'link-down',
    'replica-missing',
    'replica-ring',
    'no-master',
    'no-good-slave',
    'role-unknown',
    'data-shared',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.every(({ views }) => views.length === 0)) return silentSentinels(gathered);
    const missing = unreported(groups);
    const seen = groups.flatMap((group): RawFinding[] => {
      const { name, views, nodes } = group;
      for (const node of nodes) if (!node.info.ok) missing.push(`${node.id}: ${node.info.why}`);
      const listed = views.flatMap((view) => {
        const { fields, replicas } = view.master;
        return [fields, ...(replicas.ok ? replicas.value : [])].map((record) => ({ record, view }));
      });
      const records = listed.map(({ record }) => record);
      const apart = listed.flatMap(({ record, view }) => apartIn(record, view, nodes, records));
      return [
        ...behindProxy(group, gathered),
        ...grouped(apart, ({ place }) => place).flatMap((same): RawFinding[] => {
          // One that can tell.
          const first = same.find(({ youngS }) => youngS === null) ?? same[0];
          if (first === undefined) return [];
          const { place, theirs, node, youngS } = first;
          if (youngS !== null) return notYetKnown(node, youngS, name, gathered);
          const by = idsOf(same.map(({ view }) => view.sentinel));
          const here = node.info.ok ? (node.info.value.run_id ?? '') : '';
          const evidence = `${by} ${same.length === 1 ? 'reads' : 'read'} the run id ${theirs.slice(0, 8)} there, and the server that answers sentinelctl has ${here.slice(0, 8)}`;
          const mine = onlyFromHere(node, gathered);
          if (mine !== null) return [{ subject: node.id, masterName: name, evidence, ...mine }];
          return [
            {
              subject: node.id,
              masterName: name,
              brief: `${place} leads to different servers`,
              evidence,
              message: `${place} leads to different servers: ${evidence}`,
              fix: [
                `# is ${place} a virtual IP, a load balancer, a proxy or a NAT? The sentinels must know each server of ${name} by its own address:`,
                'replica-announce-ip and replica-announce-port in the redis.conf of each replica',
                `sentinel monitor ${name} <the master's own address> <its port> …`,
              ],
            },
          ];
        }),
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;

/** Where the way of this machine is what is wrong: a rule of --map, or a loopback address, which is another machine's for the sentinels. */
function onlyFromHere(
  { announce, endpoint }: GatheredNode,
  gathered: Gathered,
): Pick<RawFinding, 'impact' | 'severity' | 'brief' | 'message' | 'consequence' | 'fix' | 'misread'> | null {
  const place = formatAddress(announce);
  const isLed = isMapped({ announce, endpoint });
  if (gathered.own || (!isLed && !isLoopback(announce.host))) return null;
  const brief = isLed
    ? `--map leads ${place} to ${formatAddress(endpoint)}, which is another server`
    : `${place} is another server at this machine than for the sentinels`;
  return {
    impact: 'unknown',
    severity: 'warning',
    misread: true,
    brief,
    message: brief,
    consequence: 'what is said of it, and of the master and its replicas, may be of the other server',
    fix: [mapRule(gathered.cluster, announce, (words) => ctl(gathered, words))],
  };
}

/** Behind the address map: it was restarted, or the map leads to another server, and the next INFO of the sentinels tells. */
function notYetKnown(
  { id, announce, endpoint }: GatheredNode,
  youngS: number,
  masterName: string,
  gathered: Gathered,
): RawFinding[] {
  if (gathered.own || !isMapped({ announce, endpoint })) return [];
  const brief = `whether ${formatAddress(endpoint)}, where --map leads ${formatAddress(announce)}, is that server is not known yet`;
  return [
    {
      subject: id,
      masterName,
      impact: 'unknown',
      severity: 'warning',
      misread: true,
      brief,
      evidence: `it started ${youngS} s ago, and the sentinels have not read its new run id`,
      message: `${brief}: it started ${youngS} s ago, and the sentinels have not read its new run id`,
      consequence: 'what is said of it may be of another server; the next INFO of the sentinels tells',
      fix: [ctl(gathered, 'status --watch')],
    },
  ];
}

/**
 * A master that is monitored at a port at which it does not listen, and that it does not announce: as a replica it will
 * be listed by its own address, and stay listed under this one (sentinel.c, sentinelRefreshInstanceInfo).
 */
function behindProxy({ name, address, master, views }: Group, gathered: Gathered): RawFinding[] {
  if (gathered.own || address === null || master?.info.ok !== true || !master.config.ok) return [];
  const { role, run_id: id } = master.info.value;
  const isTheirs = views.some(({ master: { fields } }) => fields.runid === id);
  // Another server answers here: its port says nothing of the one that the sentinels have there.
  if (role !== 'master' || !isTheirs) return [];
  const listens = num(master.info.value, 'tcp_port');
  const { 'replica-announce-port': announced, 'tls-port': tls } = master.config.value;
  if (listens === null || [listens, Number(announced), Number(tls)].includes(address.port)) return [];
  const place = formatAddress(address);
  const evidence = `it listens at port ${listens}, and replica-announce-port is not set`;
  return [
    {
      subject: master.id,
      masterName: name,
      brief: `the sentinels monitor ${name} at ${place}, which is not its own address`,
      evidence,
      message: `the sentinels monitor ${name} at ${place}, which is not its own address: ${evidence}`,
      consequence:
        'after the next failover it is listed twice, under this address and its own: it may be promoted under one and told to follow itself under the other',
      fix: [
        `# MASTER_HOST is the master's own host, not that of the proxy or the mapped port:`,
        ...tellAllIn(
          gathered,
          views.map(({ sentinel, master: view }) => ({
            epoch: num(view.fields, 'config-epoch') ?? 0,
            lines: monitorInstead(
              sentinel,
              name,
              { variable: 'MASTER_HOST', port: listens },
              settingsIn(view.fields),
              null,
            ),
          })),
        ),
        `# or, where ${place} leads to this server for ever: replica-announce-ip and replica-announce-port in its redis.conf`,
      ],
    },
  ];
}

/** `records`: all of the group: a server that a sentinel has at another address is not the one of this record, however young. */
function apartIn(
  record: Fields,
  view: MonitoredAt,
  nodes: readonly GatheredNode[],
  records: readonly Fields[],
): Apart[] {
  const { runid: theirs = '' } = record;
  const address = addressIn(record);
  const node = nodes.find((n) => address !== null && isAt(n, address));
  if (address === null || node?.info.ok !== true || !/^[0-9a-f]{40}$/.test(theirs)) return [];
  const { run_id: here = '' } = node.info.value;
  const [ageMs, uptimeS] = [num(record, 'info-refresh'), num(node.info.value, 'uptime_in_seconds')];
  if (here === '' || here === theirs || ageMs === null || uptimeS === null) return [];
  // The sentinel's INFO is from before this process: it was restarted, and the next INFO says so.
  const isElsewhere = records.some((r) => r.runid === here && (r.ip !== record.ip || r.port !== record.port));
  const youngS = !isElsewhere && uptimeS * 1000 < ageMs + APART_MS ? uptimeS : null;
  return [{ place: formatAddress(address), view, theirs, node, youngS }];
}
