import { formatAddress } from '../../model/address.js';
import { isAt } from '../../model/facts.js';
import type { Fields, Gathered, GatheredNode } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import type { RawFinding } from '../check.js';
import { addressIn, type MonitoredAt } from '../evidence.js';
import { changeFile, keepConfig, reconnectReplicas, setConfig } from '../fixes.js';
import { type Group, groupsOf, idsOf, shown } from '../group.js';
import { besides, certificatesFor, monitorAt, toPlain } from './tls-edits.js';
import {
  diallingOf,
  isCut,
  portsOf,
  reached,
  replicationWords,
  speechAt,
  tlsSettingAt,
} from './tls-ports.js';

/**
 * Sentinels that connect with TLS to a plain port. The port is the sentinels' mistake where it is the master's, and a
 * replica's own where they reach the master: it announces that port (replication.c, replconf listening-port).
 */
export const tlsBeyond = (gathered: Gathered): RawFinding[] =>
  groupsOf(gathered).flatMap((group) => {
    const dials = (view: MonitoredAt) => diallingOf(gathered, view.sentinel)?.speech;
    const views = group.views.filter((view) => dials(view) === 'tls');
    const atMaster = views.filter(({ master }) => isPlainAndCut(gathered, master.fields));
    const others = views.filter((view) => !atMaster.includes(view));
    // Where sentinels connect without TLS, the port is right for them.
    const replicas = group.views.some((view) => dials(view) === 'plain') ? [] : group.replicas;
    return [
      ...wrongMaster(gathered, group, atMaster),
      ...replicas.flatMap((node) => wrongReplica(gathered, group, others, node)),
    ];
  });

function isPlainAndCut(gathered: Gathered, record: Fields): boolean {
  const address = addressIn(record);
  return address !== null && isCut(record) && speechAt(gathered, address) === 'plain';
}

function wrongMaster(gathered: Gathered, group: Group, views: readonly MonitoredAt[]): RawFinding[] {
  const { name, nodes, views: all } = group;
  const [first] = views;
  const dialling = first && diallingOf(gathered, first.sentinel);
  const address = first && addressIn(first.master.fields);
  if (!dialling || !address) return [];
  const node = nodes.find((n) => isAt(n, address));
  // Where the data nodes do not replicate by TLS, the sentinels would find plain replicas at its TLS port.
  const isTls = node !== undefined && tlsSettingAt(node, 'tls-replication') === 'yes';
  const tlsPort = isTls ? (portsOf(node)?.tls ?? 0) : 0;
  const verb = views.length === 1 ? 'monitors' : 'monitor';
  return [
    {
      subject: idsOf(views.map((v) => v.sentinel)),
      servers: [...nodes.map((n) => n.id), ...all.map((v) => v.sentinel.id)],
      masterName: name,
      message: `${verb} ${name} at ${node === undefined ? formatAddress(address) : shown(node)}: port ${address.port} does not use TLS, but this connection does (${replicationWords(dialling)})${tlsPort > 0 ? `; its tls-port is ${tlsPort}` : ''}`,
      fix: views.flatMap(({ sentinel, master: seen }) => {
        const moved = monitorAt(name, addressIn(seen.fields)?.port, tlsPort);
        return changeFile(gathered, sentinel, moved.length > 0 ? moved : toPlain(sentinel));
      }),
    },
  ];
}

/** A replica whose plain port the sentinels have, and at no other of its ports a connection. */
function wrongReplica(
  gathered: Gathered,
  group: Group,
  views: readonly MonitoredAt[],
  node: GatheredNode,
): RawFinding[] {
  const recordsOf = ({ master }: MonitoredAt): Fields[] =>
    (master.replicas.ok ? master.replicas.value : []).filter((record) => {
      const address = addressIn(record);
      return address !== null && isAt(node, address);
    });
  const cut = views.filter((view) => {
    const records = recordsOf(view);
    return records.some((r) => isPlainAndCut(gathered, r)) && records.every(isCut);
  });
  if (cut.length === 0) return [];
  const { name, master } = group;
  const sentinels = idsOf(cut.map((v) => v.sentinel));
  const noneLeft = group.replicas.length === 1;
  return [
    {
      subject: node.id,
      masterName: name,
      ...(noneLeft && { impact: 'no-failover' }),
      message: `${shown(node)} is announced with its plain port, and ${sentinels} ${cut.length === 1 ? 'connects' : 'connect'} with TLS (tls-replication yes): ${reasonFor(node)}`,
      fix: announceTls(node, master),
    },
  ];
}

const isSet = (value: string | null | undefined): boolean => Number(value ?? 0) > 0;

function reasonFor(node: GatheredNode): string {
  const ports = portsOf(node);
  if (ports === null) return 'it has no tls-port, or tls-replication is not on there';
  if (ports.tls === 0) return 'it has no tls-port';
  if (isSet(tlsSettingAt(node, 'replica-announce-port'))) return 'replica-announce-port names it';
  return 'tls-replication is not on there, so it announces its plain port';
}

/** The commands that make a replica listen, replicate and announce itself by TLS. */
function announceTls(node: GatheredNode, master: GatheredNode | null): string[] {
  const ports = portsOf(node);
  const isOn = tlsSettingAt(node, 'tls-replication') === 'yes';
  const listens = ports !== null && ports.tls > 0;
  const certificates = listens ? [] : certificatesFor(node, master);
  const words = certificates.map(({ name, value }) => `${name} ${value}`).join(' ');
  const port = listens ? ports.tls : besides(node.announce.port);
  const announced = isSet(tlsSettingAt(node, 'replica-announce-port'));
  const masterPort = master === null ? 0 : (portsOf(master)?.tls ?? 0);
  const follow = master !== null && masterPort > 0 && !isOn;
  return [
    ...(words === '' ? [] : [cli(node, `CONFIG SET ${words}`)]),
    ...(listens ? [] : [cli(node, `CONFIG SET tls-port ${port}`)]),
    ...(isOn ? [] : [cli(node, 'CONFIG SET tls-replication yes')]),
    ...(announced ? setConfig(node, 'replica-announce-port', port).slice(0, 1) : []),
    ...(follow ? [cli(node, `REPLICAOF ${master.announce.host} ${masterPort}`)] : []),
    ...keepConfig(node),
    ...(!follow && master !== null ? [reconnectReplicas(reached(master))] : []),
  ];
}
