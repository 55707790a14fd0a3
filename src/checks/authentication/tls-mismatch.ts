import { type Address, formatAddress } from '../../model/address.js';
import { isAt } from '../../model/facts.js';
import type { Gathered, GatheredNode } from '../../model/gathered.js';
import type { Check, RawFinding } from '../check.js';
import { missing as lacking } from '../evidence.js';
import { judgeNodeGroups } from '../files/judge.js';
import type { FileServer } from '../files/project.js';
import { isYes, lastOf, lineOr, place, portOf, settingOf } from '../files/settings.js';
import { setConfig } from '../fixes.js';
import { dataNodes, judged, shown } from '../group.js';
import { settingAt } from '../sentinels.js';
import { tlsApart } from './tls-apart.js';
import { tlsBeyond } from './tls-beyond.js';
import { tlsPeers } from './tls-peers.js';
import { portsOf, speechAt } from './tls-ports.js';

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
    'port in sentinel monitor and replicaof must be the matching one. It also decides which port a replica and a ' +
    'sentinel announce: the TLS port with tls-replication, the plain one without, unless replica-announce-port or ' +
    'sentinel announce-port names another. A sentinel with only a TLS port and without tls-replication announces port 0.',
  remedy: [
    'tls-replication yes at every server, with tls-port as the port that is monitored and announced',
    'or tls-replication no everywhere and the plain port',
    'replica-announce-port and sentinel announce-port: the port of the same kind, or none',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/',
    'sentinel.c: instanceLinkNegotiateTLS, sentinelSendHello',
    'https://github.com/redis/redis/issues/9952',
    'https://github.com/redis/redis/issues/9981',
    'measured',
  ],
  causes: [
    'auth',
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
    'sentinel-disconnected',
    'nat-sentinel',
    'master-disagree',
    'master-never-reached',
  ],
  live(gathered) {
    const nodes = dataNodes(gathered);
    if (nodes.length === 0) return lacking('no data node is known');
    const missing = nodes.flatMap(unread);
    const sentinels = [...tlsApart(gathered), ...tlsBeyond(gathered)];
    const named = new Set(sentinels.flatMap(({ subject }) => subject.split(', ')));
    const replicas = nodes.flatMap((node) => wrongLink(gathered, node));
    return judged([...sentinels, ...tlsPeers(gathered, named), ...replicas], missing);
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

/** Why a data node that may be a TLS port cannot be judged. */
function unread(node: GatheredNode): string[] {
  if (node.speaksTls !== undefined && node.silence !== null) return [];
  if (settingAt(node, 'tls-replication') === null) {
    const hint = node.silence?.kind === 'closed' ? '; it closed the connection, as a TLS port does' : '';
    return [`${node.id}: ${node.conf.ok ? '' : node.conf.why}${hint}`];
  }
  return node.role.ok ? [] : [`${node.id}: ${node.role.why}`];
}

/** A replica that connects to its master otherwise than that port speaks. */
function wrongLink(gathered: Gathered, node: GatheredNode): RawFinding[] {
  const follows = node.role.ok ? node.role.value.follows : null;
  const setting = settingAt(node, 'tls-replication');
  const speech = follows === null ? null : speechAt(gathered, follows);
  if (follows === null || setting === null || speech === null) return [];
  const isOn = setting === 'yes';
  if (isOn === (speech === 'tls')) return [];
  const master = gathered.nodes.find((n) => isAt(n, follows) || hasPort(n, follows));
  const why = isOn ? 'does not use TLS, but this connection does' : 'uses TLS, but this connection does not';
  return [
    {
      subject: node.id,
      message: `follows ${master === undefined ? formatAddress(follows) : shown(master)}: port ${follows.port} ${why} (tls-replication ${isOn ? 'yes' : 'no'})`,
      fix: setConfig(node, 'tls-replication', isOn ? 'no' : 'yes'),
    },
  ];
}

const hasPort = (node: GatheredNode, { host, port }: Address): boolean => {
  const ports = node.announce.host === host ? portsOf(node) : null;
  return ports !== null && [ports.plain, ports.tls].includes(port);
};

const usesTls = (server: FileServer): boolean => Number(settingOf(server, 'tls-port') ?? 0) > 0;
const onlyTls = (server: FileServer): boolean => usesTls(server) && settingOf(server, 'port') === '0';
const dialsTls = (server: FileServer): boolean => isYes(settingOf(server, 'tls-replication'));
