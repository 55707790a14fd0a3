import { type Address, formatAddress } from '../../model/address.js';
import type {
  Fields,
  Gathered,
  GatheredMaster,
  GatheredNode,
  GatheredSentinel,
} from '../../model/gathered.js';
import { oncePer } from '../../model/once-per.js';
import { CONNECTED_MS } from '../../model/sentinel-timing.js';
import { addressIn, flagsOf } from '../evidence.js';
import { num } from '../group.js';
import { settingAt } from '../sentinels.js';

/** What a port takes, and how a server connects to others. */
export type Speech = 'tls' | 'plain';

type Server = GatheredNode | GatheredSentinel;

const said = (speaksTls: boolean): Speech => (speaksTls ? 'tls' : 'plain');

/** A setting of ports or TLS that is in effect at a server: as `settingAt`, and where it was asked the other way. */
export const tlsSettingAt = (server: Server, name: string): string | undefined | null =>
  ('role' in server ? server.tlsSettings?.[name] : undefined) ?? settingAt(server, name);

/** `port` and `tls-port` that are in effect; null where they cannot be read. */
export function portsOf(server: Server): Record<Speech, number> | null {
  const tls = tlsSettingAt(server, 'tls-port');
  if (tls === null) return null;
  return { plain: Number(tlsSettingAt(server, 'port') ?? server.announce.port), tls: Number(tls ?? 0) };
}

/** A data node at the port that takes our connections, where it has one: for a command that is typed there. */
export function reached(node: GatheredNode): GatheredNode {
  const port = node.speaksTls === true && node.silence?.kind === 'tls' ? (portsOf(node)?.plain ?? 0) : 0;
  return port === 0 ? node : { ...node, endpoint: { ...node.endpoint, port }, speaksTls: false };
}

/** What each port speaks, by `HOST:PORT`. */
const portsIn = oncePer(({ nodes, sentinels }: Gathered) => speeches([...nodes, ...sentinels]));

/** What the port at an address speaks: as it answered sentinelctl, else by the settings of the server that has it. */
export const speechAt = (gathered: Gathered, address: Address): Speech | null =>
  portsIn(gathered).get(formatAddress(address)) ?? null;

function speeches(servers: readonly Server[]): Map<string, Speech> {
  const known = new Map<string, Speech>();
  for (const server of servers) {
    const ports = portsOf(server);
    const hosts = [server.announce, server.endpoint, ...(server.alsoAt ?? [])].map(({ host }) => host);
    for (const host of ports === null ? [] : new Set(hosts)) {
      for (const speech of ['plain', 'tls'] as const) {
        const port = ports?.[speech] ?? 0;
        if (port > 0) known.set(formatAddress({ host, port }), speech);
      }
    }
  }
  // What was tried is surer than settings: a published port may have another number. Of an announced port that is reached
  // through a map it says nothing.
  for (const { endpoint, speaksTls, otherPorts = [] } of servers) {
    if (speaksTls !== undefined) known.set(formatAddress(endpoint), said(speaksTls));
    for (const other of otherPorts) known.set(formatAddress(other.address), said(other.speaksTls));
  }
  return known;
}

/** How a sentinel connects to all instances, and whether its settings or a working connection say so. */
export interface Dialling {
  speech: Speech;
  isKnown: boolean;
}

/** sentinel.c, instanceLinkNegotiateTLS: with tls-replication it uses TLS to data nodes and sentinels, else to none. */
export function diallingOf(gathered: Gathered, sentinel: GatheredSentinel): Dialling | null {
  const masters = sentinel.masters.ok ? sentinel.masters.value : [];
  // Of a thousand masters the first one tells nearly always, and each of them asks.
  for (const master of masters) {
    for (const record of recordsIn(master)) {
      const address = isLinked(record) ? addressIn(record) : null;
      const speech = address === null ? null : speechAt(gathered, address);
      if (speech !== null) return { speech, isKnown: true };
    }
  }
  const setting = settingAt(sentinel, 'tls-replication');
  if (setting !== null) return { speech: said(setting === 'yes'), isKnown: true };
  // Its own port speaks one way and its masters' ports the other: it connects as it listens.
  const { speaksTls } = sentinel;
  const others = masters.map(({ fields }) => addressIn(fields)).map((at) => at && speechAt(gathered, at));
  return speaksTls !== undefined && others.length > 0 && others.every((o) => o === said(!speaksTls))
    ? { speech: said(speaksTls), isKnown: false }
    : null;
}

/** What a sentinel has of a master, its replicas and the other sentinels. */
const recordsIn = ({ fields, replicas, sentinels }: GatheredMaster): Fields[] => [
  fields,
  ...(replicas.ok ? replicas.value : []),
  ...(sentinels.ok ? sentinels.value : []),
];

/** Whether a sentinel has no working connection to what it lists here: `last-ok-ping-reply` counts from when it was found. */
export const isCut = (record: Fields): boolean =>
  flagsOf(record).some((f) => f === 's_down' || f === 'disconnected') ||
  (num(record, 'last-ok-ping-reply') ?? 0) >= CONNECTED_MS;

/** A data node's run id is known once it has answered INFO; a sentinel's from its message. */
const isLinked = (record: Fields): boolean =>
  !isCut(record) && record.runid !== '' && num(record, 'last-ok-ping-reply') !== null;

/** `tls-replication yes`, as it is in effect. */
export const replicationWords = ({ speech, isKnown }: Dialling): string =>
  `tls-replication ${speech === 'tls' ? 'yes' : 'no'}${isKnown ? '' : ', as it seems'}`;
