import { isAt } from '../../model/facts.js';
import type { Gathered, GatheredNode } from '../../model/gathered.js';
import { count } from '../../model/words.js';
import type { RawFinding } from '../check.js';
import { addressIn, type MonitoredAt } from '../evidence.js';
import { changeFile, reconnectReplicas, setConfig } from '../fixes.js';
import { type Group, groupsOf, idsOf } from '../group.js';
import { monitorAt, toTls } from './tls-edits.js';
import { diallingOf, isCut, portsOf, reached, speechAt, tlsSettingAt } from './tls-ports.js';

/**
 * Sentinels without TLS whose data nodes are known by their TLS ports: each port completes a TLS handshake, and the
 * sentinels are not connected to it. A replica announces its TLS port where it replicates by TLS (replication.c,
 * replconf listening-port), also where the master is monitored at its plain port and looks well.
 */
export function tlsApart(gathered: Gathered): RawFinding[] {
  return groupsOf(gathered).flatMap((group): RawFinding[] => {
    const { name, master, nodes, replicas, views } = group;
    const cut = views.flatMap((view) => {
      const dialling = diallingOf(gathered, view.sentinel);
      if (dialling?.speech !== 'plain') return [];
      const dark = nodes.filter((node) => isDark(gathered, node, view));
      return dark.length > 0 ? [{ view, dark, isKnown: dialling.isKnown }] : [];
    });
    const [first] = cut;
    if (first === undefined) return [];
    const sentinels = cut.map(({ view }) => view.sentinel);
    const all = [...new Set(cut.flatMap((c) => c.dark))];
    const misnamed = all.filter(isMisnamed);
    const dark = all.filter((node) => !misnamed.includes(node));
    const wrong = misnamed.map((node) => announcesTls(group, node, idsOf(sentinels)));
    if (dark.length === 0) return wrong;
    const tlsPort = master === null ? 0 : Number(tlsSettingAt(master, 'tls-port') ?? 0);
    const isKnown = cut.every((c) => c.isKnown);
    const noneLeft = replicas.length > 0 && replicas.every((node) => dark.includes(node));
    const without = `${idsOf(sentinels)} ${sentinels.length === 1 ? 'connects' : 'connect'} without TLS (tls-replication ${isKnown ? 'no' : 'is not on, as it seems'})${noneLeft ? ': they reach no replica' : ''}`;
    return [
      ...wrong,
      {
        subject: idsOf(sentinels),
        // A sentinel that is cut off from the master is heard by none.
        servers: [...nodes.map((n) => n.id), ...views.map((v) => v.sentinel.id)],
        masterName: name,
        ...(noneLeft && { impact: 'no-failover' }),
        brief: `${count(dark.length, 'data node')} announced with TLS (${idsOf(dark)}), and the sentinels connect without`,
        evidence: `the data nodes replicate by TLS and announce their TLS ports; ${without}`,
        message: `${idsOf(dark)} ${dark.length === 1 ? 'is a TLS port' : 'are TLS ports'} (the data nodes replicate by TLS and announce them), and ${without}`,
        fix: cut.flatMap(({ view: { sentinel, master: seen } }) =>
          changeFile(gathered, sentinel, [
            ...toTls(sentinel, master),
            ...monitorAt(name, addressIn(seen.fields)?.port, tlsPort),
          ]),
        ),
      },
    ];
  });
}

/** Whether a sentinel lists a TLS port of this node and is not connected to it. */
function isDark(gathered: Gathered, node: GatheredNode, { master }: MonitoredAt): boolean {
  const records = [master.fields, ...(master.replicas.ok ? master.replicas.value : [])];
  return records.some((record) => {
    const address = addressIn(record);
    return address !== null && isAt(node, address) && isCut(record) && speechAt(gathered, address) === 'tls';
  });
}

/** A replica that replicates without TLS and announces its TLS port all the same. */
function isMisnamed(node: GatheredNode): boolean {
  const ports = portsOf(node);
  return (
    ports !== null &&
    ports.plain > 0 &&
    tlsSettingAt(node, 'tls-replication') !== 'yes' &&
    Number(tlsSettingAt(node, 'replica-announce-port') ?? 0) === ports.tls
  );
}

function announcesTls({ name, master }: Group, node: GatheredNode, sentinels: string): RawFinding {
  const plain = portsOf(node)?.plain ?? 0;
  return {
    subject: node.id,
    masterName: name,
    message: `${node.id} announces its TLS port (replica-announce-port), and ${sentinels} connect without TLS (tls-replication no)`,
    fix: [
      ...setConfig(reached(node), 'replica-announce-port', plain),
      ...(master === null ? [] : [reconnectReplicas(reached(master))]),
    ],
  };
}
