import { isAt } from '../../model/facts.js';
import type { Fields, Gathered, GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import { count } from '../../model/words.js';
import type { RawFinding } from '../check.js';
import { addressIn, flagsOf, type MonitoredAt } from '../evidence.js';
import { changeFile, type Edit, withLine } from '../fixes.js';
import { type Group, groupsOf, idsOf } from '../group.js';
import { settingAt } from '../sentinels.js';

/**
 * Sentinels without TLS whose data nodes are known by their TLS ports: each port completes a TLS handshake, and the
 * sentinels are not connected to it. A replica announces its TLS port where it replicates by TLS (replication.c,
 * replconf listening-port), also where the master is monitored at its plain port and looks well.
 */
export function tlsApart(gathered: Gathered): RawFinding[] {
  return groupsOf(gathered).flatMap((group): RawFinding[] => {
    const { name, master, nodes, replicas, views } = group;
    const cut = views.flatMap((view) => {
      const dark = nodes.filter((node) => node.speaksTls === true && isDark(node, view));
      return dark.length > 0 && settingAt(view.sentinel, 'tls-replication') !== 'yes' ? [{ view, dark }] : [];
    });
    const dark = [...new Set(cut.flatMap((c) => c.dark))];
    const [first] = cut;
    if (first === undefined) return [];
    const sentinels = cut.map(({ view }) => view.sentinel);
    const tlsPort = master === null ? 0 : Number(settingAt(master, 'tls-port') ?? 0);
    const isKnown = sentinels.every((s) => settingAt(s, 'tls-replication') !== null);
    const noneLeft = replicas.length > 0 && replicas.every((node) => dark.includes(node));
    const without = `${idsOf(sentinels)} ${sentinels.length === 1 ? 'connects' : 'connect'} without TLS (tls-replication ${isKnown ? 'no' : 'is not on, as it seems'})${noneLeft ? ': they reach no replica' : ''}`;
    return [
      {
        subject: idsOf(sentinels),
        servers: [...nodes.map((n) => n.id), ...sentinels.map((s) => s.id)],
        masterName: name,
        ...(noneLeft && { impact: 'no-failover' }),
        brief: `${count(dark.length, 'data node')} announced with TLS (${idsOf(dark)}), and the sentinels connect without`,
        evidence: `the data nodes replicate by TLS and announce their TLS ports; ${without}`,
        message: `${idsOf(dark)} ${dark.length === 1 ? 'is a TLS port' : 'are TLS ports'} (the data nodes replicate by TLS and announce them), and ${without}`,
        fix: sentinels.flatMap((sentinel) => changeFile(gathered, sentinel, edits(group, sentinel, tlsPort))),
      },
    ];
  });
}

/** Whether a sentinel lists this node and is not connected to it. */
function isDark(node: GatheredNode, { master }: MonitoredAt): boolean {
  const records: Fields[] = [master.fields, ...(master.replicas.ok ? master.replicas.value : [])];
  return records.some((record) => {
    const address = addressIn(record);
    const flags = flagsOf(record);
    return (
      address !== null && isAt(node, address) && flags.some((f) => f === 's_down' || f === 'disconnected')
    );
  });
}

/** How far a sentinel's TLS port is from its plain one, where it has none: two sentinels of one machine do not meet. */
const APART = 1000;
const HIGHEST = 65_535;
const FILES = ['tls-cert-file', 'tls-key-file', 'tls-ca-cert-file'] as const;
const UNKNOWN = {
  'tls-cert-file': 'its certificate',
  'tls-key-file': 'its key',
  'tls-ca-cert-file': 'the CA',
};

/** TLS in a sentinel's file, and the master at its TLS port. On the master's machine its certificates are there. */
function edits({ master, name }: Group, sentinel: GatheredSentinel, tlsPort: number): Edit[] {
  const isSameHost =
    master?.life.ok === true &&
    sentinel.life.ok &&
    master.life.value.kind === 'process' &&
    master.life.value.hostKey === sentinel.life.value.hostKey;
  const lines = FILES.flatMap((file) => {
    const own = settingAt(sentinel, file);
    if (own) return [];
    const masters = isSameHost && master !== null ? settingAt(master, file) : null;
    return [`${file} ${masters || `<${UNKNOWN[file]}>`}`];
  });
  const address = master?.announce;
  const moved =
    address === undefined || tlsPort === 0 || address.port === tlsPort
      ? []
      : [
          (file: string) =>
            `sed -i.old 's/^\\(sentinel monitor ${name} [^ ]*\\) ${address.port} /\\1 ${tlsPort} /' ${file}`,
        ];
  // sentinel.c, sentinelReconnectInstance: with tls-replication a sentinel connects to its peers by TLS too.
  const listens = Number(settingAt(sentinel, 'tls-port') ?? 0) > 0;
  const { port } = sentinel.announce;
  const ownPort = listens ? [] : [withLine(`tls-port ${port + (port > HIGHEST - APART ? -APART : APART)}`)];
  return [withLine('tls-replication yes'), ...ownPort, ...lines.map(withLine), ...moved];
}
