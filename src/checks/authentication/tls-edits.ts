import type { GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import { type Edit, withLine } from '../fixes.js';
import { portsOf, tlsSettingAt } from './tls-ports.js';

type Server = GatheredNode | GatheredSentinel;

/** How far a server's TLS port is from its plain one, where it has none: two servers of one machine do not meet. */
const APART = 1000;
const HIGHEST = 65_535;
const FILES = ['tls-cert-file', 'tls-key-file', 'tls-ca-cert-file'] as const;
const UNKNOWN = {
  'tls-cert-file': '<its certificate>',
  'tls-key-file': '<its key>',
  'tls-ca-cert-file': '<the CA>',
};

/** A port beside a known one. */
export const besides = (port: number): number => port + (port > HIGHEST - APART ? -APART : APART);

/** The certificate, key and CA that a server lacks, as settings; on the machine of another server with TLS its files are there. */
export function certificatesFor(server: Server, other: Server | null): { name: string; value: string }[] {
  const isSameHost =
    other?.life.ok === true &&
    server.life.ok &&
    other.life.value.kind === 'process' &&
    other.life.value.hostKey === server.life.value.hostKey;
  return FILES.flatMap((name) => {
    if (tlsSettingAt(server, name)) return [];
    const others = isSameHost && other !== null ? tlsSettingAt(other, name) : null;
    return [{ name, value: others || UNKNOWN[name] }];
  });
}

/** TLS in a sentinel's file. With tls-replication it connects to its peers by TLS too, so that each has to listen. */
export function toTls(sentinel: GatheredSentinel, other: Server | null): Edit[] {
  const listens = Number(tlsSettingAt(sentinel, 'tls-port') ?? 0) > 0;
  return [
    withLine('tls-replication yes'),
    ...(listens ? [] : [withLine(`tls-port ${besides(sentinel.announce.port)}`)]),
    ...certificatesFor(sentinel, other).map(({ name, value }) => withLine(`${name} ${value}`)),
  ];
}

/** No TLS between a sentinel and the others; clients keep its TLS port. */
export function toPlain(sentinel: GatheredSentinel): Edit[] {
  const ports = portsOf(sentinel);
  return [
    withLine('tls-replication no'),
    ...(ports !== null && ports.plain === 0 ? [withLine(`port ${besides(ports.tls)}`)] : []),
  ];
}

/** Monitors the same master at another of its ports; nothing where that port is the one, or is not known. */
export function monitorAt(name: string, from: number | undefined, to: number): Edit[] {
  if (from === undefined || to === 0 || from === to) return [];
  return [(file) => `sed -i.old 's/^\\(sentinel monitor ${name} [^ ]*\\) ${from} /\\1 ${to} /' ${file}`];
}
