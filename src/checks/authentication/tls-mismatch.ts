import type { Address } from '../../model/address.js';
import { isAt } from '../../model/facts.js';
import type { GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn, missing as lacking } from '../evidence.js';
import { judgeNodeGroups } from '../files/judge.js';
import type { FileServer } from '../files/project.js';
import { isYes, lastOf, lineOr, place, portOf, settingOf } from '../files/settings.js';
import { changeFile, setConfig, withLine } from '../fixes.js';
import { dataNodes, groupsOf, judged, shown } from '../group.js';
import { settingAt } from '../sentinels.js';
import { tlsApart } from './tls-apart.js';

/** How a server listens, and how it connects to others; undefined where unknown. */
interface Speech {
  plainPort: number;
  tlsPort: number;
  /** tls-replication: a replica to its master, a sentinel to all instances. */
  outward: boolean;
}

function speechOf(server: GatheredNode | GatheredSentinel): Speech | undefined {
  // Its port was tried: how it connects to others is for its link to say.
  if (server.speaksTls === true) return { plainPort: 0, tlsPort: server.announce.port, outward: true };
  const replication = settingAt(server, 'tls-replication');
  if (replication === null) return undefined;
  return {
    plainPort: Number(settingAt(server, 'port') ?? server.announce.port),
    tlsPort: Number(settingAt(server, 'tls-port') ?? 0),
    outward: replication === 'yes',
  };
}

/** What is wrong where a server connects to this address of another; null where nothing is. */
function clash(from: Speech, to: Speech, address: Address): string | null {
  if (address.port === to.tlsPort && !from.outward)
    return `port ${address.port} uses TLS, but this connection does not`;
  if (address.port === to.plainPort && from.outward)
    return `port ${address.port} does not use TLS, but this connection does`;
  return null;
}

export default {
  id: 'tls-mismatch',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'authentication',
  title: 'one side uses TLS and the other does not',
  consequence: 'the connection always fails: a sentinel calls the server down, a replica never gets a link',
  explanation:
    'tls-replication decides whether a replica uses TLS to its master and a sentinel to all instances; ' +
    'tls-port and port decide what a server accepts where. All servers of a cluster need the same, and the ' +
    'port in sentinel monitor and replicaof must be the matching one.',
  remedy: [
    'tls-replication yes at every server, with tls-port as the port that is monitored and announced',
    'or tls-replication no everywhere and the plain port',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/',
    'sentinel.c: instanceLinkNegotiateTLS',
  ],
  causes: [
    'nat-replica',
    'nat-client',
    'masterauth-missing',
    'failover-stuck',
    'no-replica',
    'writes-refused',
    'node-down',
    'node-unreachable',
    'sentinel-unreachable',
    'no-sentinel',
    'no-master',
    'link-down',
    'no-quorum',
    'replica-orphan',
    'no-good-slave',
    'ghost-replica',
    'ghost-sentinel',
    'master-down',
    'seen-down',
    'replica-missing',
    'sentinel-isolated',
  ],
  live(gathered) {
    const nodes = dataNodes(gathered);
    const missing: string[] = [];
    const seen: RawFinding[] = [];
    const speech = (server: GatheredNode | GatheredSentinel): Speech | undefined => {
      const known = speechOf(server);
      const why = server.conf.ok ? '' : server.conf.why;
      const hint = server.silence?.kind === 'closed' ? '; it closed the connection, as a TLS port does' : '';
      if (known === undefined) missing.push(`${server.id}: ${why}${hint}`);
      return known;
    };
    const listening = new Map(nodes.map((n) => [n, speech(n)]));
    const at = (address: Address | null): [GatheredNode, Speech] | undefined => {
      if (address === null) return undefined;
      for (const [node, known] of listening) {
        const ports = [known?.plainPort, known?.tlsPort];
        const here =
          isAt(node, address) || (node.announce.host === address.host && ports.includes(address.port));
        if (known !== undefined && here) return [node, known];
      }
      return undefined;
    };
    for (const { name, views } of groupsOf(gathered)) {
      for (const { sentinel, master } of views) {
        const address = addressIn(master.fields);
        const target = at(address);
        if (address === null || target === undefined) continue;
        const from = speech(sentinel);
        const why = from && clash(from, target[1], address);
        if (!from || !why) continue;
        seen.push({
          subject: sentinel.id,
          message: `monitors ${name} at ${shown(target[0])}: ${why} (tls-replication ${from.outward ? 'yes' : 'no'})`,
          fix: changeFile(gathered, sentinel, [
            withLine(`tls-replication ${from.outward ? 'no' : 'yes'}`),
            ...(from.outward
              ? []
              : [
                  'tls-cert-file <its certificate>',
                  'tls-key-file <its key>',
                  'tls-ca-cert-file <the CA>',
                ].map(withLine)),
          ]),
        });
      }
    }
    for (const node of nodes) {
      if (!node.role.ok && node.speaksTls !== true) missing.push(`${node.id}: ${node.role.why}`);
      const follows = node.role.ok ? node.role.value.follows : null;
      const from = listening.get(node);
      const target = at(follows);
      const why = from && target && follows && clash(from, target[1], follows);
      if (!from || !target || !why) continue;
      seen.push({
        subject: node.id,
        message: `follows ${shown(target[0])}: ${why} (tls-replication ${from.outward ? 'yes' : 'no'})`,
        fix: setConfig(node, 'tls-replication', from.outward ? 'no' : 'yes'),
      });
    }
    if (nodes.length === 0) return lacking('no data node is known');
    const apart = tlsApart(gathered);
    return judged(apart.length > 0 ? apart : seen, missing);
  },
  files(project) {
    return judgeNodeGroups(project, ({ nodes, monitors, master }): RawFinding[] => {
      const replicas = nodes.filter((n) => n !== master);
      const dialling = [...new Set([...monitors.map((m) => m.server), ...replicas])];
      const tlsOnly = nodes.find(onlyTls);
      const plain = nodes.find((n) => !usesTls(n));
      // After a failover the master is a replica: it dials the port that the replicas dial now.
      const secure = replicas.find((n) => usesTls(n) && dialsTls(n));
      const plainMaster = master !== undefined && usesTls(master) && !dialsTls(master) && !onlyTls(master);
      const later: RawFinding[] =
        secure === undefined || !plainMaster || master === undefined
          ? []
          : [
              {
                subject: master.id,
                message: `tls-replication is not on at the master, and is at ${secure.id}: after a failover it dials the TLS port ${settingOf(secure, 'tls-port')} without TLS and never rejoins`,
                fix: ['tls-replication yes'],
                at: lineOr(master, 'tls-port'),
              },
            ];
      const now = dialling.flatMap((server) => {
        const line = lastOf(server, 'tls-replication');
        const at = line === undefined ? server.at : place(line);
        if (tlsOnly !== undefined && !dialsTls(server)) {
          return [
            {
              subject: server.id,
              message: `${tlsOnly.id} accepts TLS only, but tls-replication is not on here`,
              fix: ['tls-replication yes'],
              at,
            },
          ];
        }
        if (plain !== undefined && dialsTls(server) && plain !== server) {
          return [
            {
              subject: server.id,
              message: `tls-replication is on, but ${plain.id} has no tls-port`,
              fix: [`${plain.id}: tls-port ${portOf(plain)} and port 0`],
              at,
            },
          ];
        }
        return [];
      });
      return [...now, ...later];
    });
  },
} satisfies Check;

const usesTls = (server: FileServer): boolean => Number(settingOf(server, 'tls-port') ?? 0) > 0;
const onlyTls = (server: FileServer): boolean => usesTls(server) && settingOf(server, 'port') === '0';
const dialsTls = (server: FileServer): boolean => isYes(settingOf(server, 'tls-replication'));
