import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import type { Fields, GatheredNode } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { CONNECTED_MS } from '../../model/sentinel-timing.js';
import type { GatheredCheck, RawFinding } from '../check.js';
import { addressIn, flagsOf, silentSentinels } from '../evidence.js';
import { reconnectReplicas, setConfig } from '../fixes.js';
import { attachedIn, type Group, groupsOf, idsOf, judged, justStarted, num, shown } from '../group.js';
import { answersWrongly, lastGotAnError } from '../passwords.js';
import { announceOther, sendsWhere } from '../unreached.js';

/** It streams, and acknowledges each second: a frozen replica is another matter. */
const isAlive = ({ state, lagS }: { state: string; lagS: number | null }): boolean =>
  state === 'online' && lagS !== null && lagS <= 1;

export default {
  id: 'nat-replica',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'network',
  title: 'a replica is known by an address at which sentinels or clients cannot reach it',
  consequence:
    'it replicates, but Sentinel cannot monitor, promote or repoint it: when this holds for all replicas, a dead master is never replaced',
  explanation:
    'Sentinel learns the replicas from the master’s INFO, which lists each with the source address of its ' +
    'connection or the address that it announces. Behind NAT, published ports or a second interface, ' +
    'connections to that address fail: the master sends data to the replica, while the sentinels see it down ' +
    'from the start.',
  remedy: [
    'set replica-announce-ip and replica-announce-port to an address that sentinels and clients can reach',
    'then let the replicas reconnect: CLIENT KILL TYPE replica at the master',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Sentinel, Docker, NAT, and possible issues)',
    'https://github.com/redis/redis/issues/2335',
    'measured',
  ],
  causes: [
    'no-good-slave',
    'ghost-replica',
    'failover-stuck',
    'no-master',
    'replica-missing',
    'seen-down',
    'node-down',
    'node-unreachable',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const group of groups) {
      const unannounced = new Map<string, GatheredNode[]>();
      if (group.master?.info.ok !== true) {
        missing.push(`${group.name}: which replicas its master sends data to is unknown`);
        continue;
      }
      const listed = attachedIn(group.master.info.value);
      for (const { address } of listed.filter(isAlive)) {
        const sights = sightings(group, address);
        const blind = sights.filter((s) => s.unreached);
        if (blind.length === 0 || blind.length < sights.length) continue;
        const node = whoIs(
          group,
          address,
          listed.map((l) => l.address),
        );
        if (node !== null && sameAddress(node.announce, address) && justStarted(node)) {
          missing.push(
            `${node.id} was started less than 5 s ago: the sentinels may not have reconnected yet`,
          );
          continue;
        }
        const sentinels = blind.map((b) => b.sentinel);
        if (node !== null && sameAddress(node.announce, address)) {
          const key = idsOf(sentinels);
          unannounced.set(key, [...(unannounced.get(key) ?? []), node]);
          continue;
        }
        seen.push({
          subject: node?.id ?? formatAddress(address),
          servers: [...(node === null ? [] : [node.id]), formatAddress(address)],
          message: `${sendsWhere({ master: group.master, nodes: [{ announce: address }], sentinels })}${node === null ? '' : `; it is ${shown(node)}`}`,
          fix:
            node === null
              ? [
                  `replica-announce-ip and replica-announce-port in its redis.conf: an address at which the sentinels connect${byTls(group.master)}`,
                  reconnectReplicas(group.master),
                ]
              : [
                  cli(node, `CONFIG SET replica-announce-ip ${node.announce.host}`),
                  ...setConfig(node, 'replica-announce-port', node.announce.port),
                  reconnectReplicas(group.master),
                ],
        });
      }
      const { master } = group;
      for (const [whose, nodes] of unannounced) {
        const sentinels = group.views
          .map((v) => v.sentinel)
          .filter(({ id }) => whose.split(', ').includes(id));
        seen.push(unannouncedAt(master, nodes, sentinels));
      }
    }
    return judged(seen, missing);
  },
} satisfies GatheredCheck;

/** They are known by their own address, at which no sentinel reaches them. */
function unannouncedAt(
  master: GatheredNode,
  nodes: readonly GatheredNode[],
  sentinels: readonly { id: string }[],
): RawFinding {
  const unreached = {
    master,
    nodes: nodes.map(({ config, ...node }) => ({ ...node, settings: config.ok ? config.value : undefined })),
    sentinels,
  };
  const words = sendsWhere(unreached);
  const evidence = `${nodes.length === 1 ? 'it answers' : 'they answer'} here`;
  return {
    subject: idsOf(nodes),
    brief: words,
    message: `${words}; ${evidence}`,
    evidence,
    fix: announceOther(unreached, byTls(master)),
  };
}

/** Which port that is where the data nodes replicate by TLS. */
const byTls = ({ config }: GatheredNode): string =>
  config.ok && config.value['tls-replication'] === 'yes' ? ' (with tls-replication yes: its tls-port)' : '';

/** How each sentinel that lists this replica gets on with it. */
function sightings(
  { views, nodes }: Group,
  address: Address,
): { sentinel: { id: string }; unreached: boolean }[] {
  // It refuses a login here: where a sentinel got an error there too, that is the cause, and not the network.
  const isLocked = nodes.some((n) => n.silence?.kind === 'auth' && sameAddress(n.announce, address));
  return views.flatMap(({ sentinel, master }) => {
    const record = master.replicas.ok
      ? master.replicas.value.find((r) => sameAddress(addressIn(r), address))
      : undefined;
    return record === undefined
      ? []
      : [{ sentinel, unreached: isUnreached(record) && !(isLocked && lastGotAnError(record)) }];
  });
}

/**
 * Never connected to, or down for longer than a frozen replica goes unnoticed by its master. One that answers, if not
 * with what Sentinel takes for alive (-MISCONF, -NOAUTH), is reached.
 */
function isUnreached(record: Fields): boolean {
  if (answersWrongly(record)) return false;
  const flags = flagsOf(record);
  const down = flags.includes('s_down') && (num(record, 's-down-time') ?? 0) > CONNECTED_MS;
  const never = record.runid === '' && (num(record, 'role-reported-time') ?? 0) > CONNECTED_MS;
  return down || (never && flags.some((f) => f === 's_down' || f === 'disconnected'));
}

/** Which node has an address: the one that has it, or the only replica that the master does not list. */
function whoIs(group: Group, address: Address, listed: readonly Address[]): GatheredNode | null {
  const replicas = group.replicas.filter((n) => n.silence === null);
  const itself = replicas.find((n) => sameAddress(n.announce, address));
  if (itself !== undefined) return itself;
  const announced = replicas.find((n) => {
    if (!n.config.ok) return false;
    const { 'replica-announce-ip': ip, 'replica-announce-port': port } = n.config.value;
    return (
      (ip || n.announce.host) === address.host &&
      (Number(port) || n.announce.port) === address.port &&
      (ip !== '' || port !== '0')
    );
  });
  const unlisted = replicas.filter((n) => !listed.some((l) => sameAddress(l, n.announce)));
  return announced ?? (unlisted.length === 1 ? (unlisted[0] ?? null) : null);
}
