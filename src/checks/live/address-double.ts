import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import { isAt } from '../../model/facts.js';
import type { GatheredNode } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { listed } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn, flagsOf, silentSentinels } from '../evidence.js';
import { setConfig } from '../fixes.js';
import { attachedIn, type Group, groupsOf, idsOf, judged, unreported } from '../group.js';
import { grouped } from '../snapshot.js';

/** Between two RESETs, seconds: a sentinel finds its peers and replicas again within one INFO period and some hellos. */
const APART_S = 30;
/** The same where a sentinel that still has both would repoint it again after 8 s: one hello period, and a little. */
const HELLO_S = 3;

export default {
  id: 'address-double',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'live',
  title: 'the sentinels know one server under two addresses',
  consequence:
    'a failover promotes it under one address and makes it a replica of itself under the other one; and it counts as two replicas, so that the only one may be missing',
  explanation:
    'Sentinel tells replicas apart by their address, not by their run id. A replica that first followed its master ' +
    'by another address (::1 and 127.0.0.1 for localhost, a second interface, a name) stays in the list under the ' +
    'first address after it was repointed, and a sentinel never removes an entry by itself.',
  remedy: [
    'one address for each server: replicaof and bind in one family, or replica-announce-ip',
    'then SENTINEL RESET NAME, one sentinel at a time, 30 s apart, while the master is healthy',
  ],
  sources: [
    'sentinel.c: sentinelRedisInstanceLookupSlave, sentinelFailoverReconfNextSlave',
    'replication.c: slaves are listed by the source address of their connection',
    'measured',
  ],
  causes: [
    'master-address-not-master',
    'no-master',
    'master-down',
    'replica-ring',
    'ghost-replica',
    'replica-orphan',
    'replica-missing',
    'link-down',
    'hostname-mixed',
    'nat-replica',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.every(({ views }) => views.length === 0)) return silentSentinels(gathered);
    const missing = unreported(groups);
    const seen = groups.flatMap((group): RawFinding[] => {
      for (const { sentinel, master } of group.views)
        if (!master.replicas.ok) missing.push(`${sentinel.id}: ${master.replicas.why}`);
      return doublesIn(group).map((double) => finding(group, double));
    });
    return judged(seen, missing);
  },
} satisfies Check;

interface Double {
  addresses: Address[];
  node: GatheredNode | undefined;
  at: Group['views'];
}

/** Entries of one sentinel's list, the master's among them, that have one run id and different addresses. */
function doublesIn({ views, nodes }: Group): Double[] {
  const pairs = views.flatMap((view) => {
    const records = [view.master.fields, ...(view.master.replicas.ok ? view.master.replicas.value : [])];
    const named = records.flatMap((record) => {
      const address = addressIn(record);
      return record.runid && address !== null ? [{ runId: record.runid, address }] : [];
    });
    return grouped(named, ({ runId }) => runId)
      .filter((same) => new Set(same.map(({ address }) => formatAddress(address))).size > 1)
      .map((same) => ({ view, runId: same[0]?.runId ?? '', addresses: same.map(({ address }) => address) }));
  });
  return grouped(pairs, ({ runId }) => runId).map((same) => {
    const addresses = same
      .flatMap((pair) => pair.addresses)
      .filter((a, i, all) => all.findIndex((b) => sameAddress(a, b)) === i);
    const node = nodes.find((n) => addresses.some((address) => isAt(n, address)));
    return { addresses, node, at: same.map(({ view }) => view) };
  });
}

function finding(group: Group, { addresses, node, at }: Double): RawFinding {
  const { master, name } = group;
  const words = addresses.map(formatAddress).sort();
  const streams = master?.info.ok === true ? attachedIn(master.info.value).length : null;
  const right = rightOf(group, addresses);
  const follows = node?.role.ok === true ? node.role.value.follows : null;
  // Promoted under one address, and made a replica of itself under the other: no other node has newer data.
  const followsItself = node !== undefined && node === master && follows !== null && isAt(node, follows);
  const apartS = followsItself ? HELLO_S : APART_S;
  const resets = at.flatMap(({ sentinel }, i) => [
    ...(i === 0 ? [] : [`sleep ${apartS}`]),
    cli(sentinel, `SENTINEL RESET ${name}`),
  ]);
  const isHealthy = at.every(({ master: view }) => flagsOf(view.fields).join() === 'master');
  const counted =
    streams === null ? '' : `; the master counts ${streams} ${streams === 1 ? 'replica' : 'replicas'}`;
  return {
    subject: words.join(', '),
    servers: node === undefined ? [] : [node.id],
    masterName: name,
    ...(followsItself && { impact: 'down' }),
    brief: `one server is known as ${listed(words)}${followsItself ? ', and follows itself' : ''}`,
    evidence: `the same run id at ${idsOf(at.map(({ sentinel }) => sentinel))}${counted}`,
    message: `${idsOf(at.map(({ sentinel }) => sentinel))} know one server of ${name} as ${listed(words)} (the same run id)${counted}${followsItself ? '; it was made a replica of itself' : ''}`,
    fix: [
      ...(node === undefined || right === null || node === master
        ? []
        : setConfig(node, 'replica-announce-ip', right.host)),
      ...(node?.role.ok === true &&
      node.role.value.follows?.host.includes(':') !== group.address?.host.includes(':') &&
      group.address !== null &&
      node !== master
        ? [cli(node, `REPLICAOF ${group.address.host} ${group.address.port}`)]
        : []),
      ...(followsItself ? [cli(node, 'REPLICAOF NO ONE')] : []),
      ...(isHealthy || followsItself
        ? ['# one sentinel at a time, while the master is healthy:', ...resets]
        : [`# no RESET before ${name} has a healthy master again; then run doctor again`]),
    ],
  };
}

/** The address in the family in which the sentinels monitor the master; else the one that the master lists. */
function rightOf({ address, master }: Group, addresses: readonly Address[]): Address | null {
  const isV6 = (a: Address): boolean => a.host.includes(':');
  const alike = addresses.filter((a) => address !== null && isV6(a) === isV6(address));
  const attached = master?.info.ok === true ? attachedIn(master.info.value) : [];
  return (
    (alike.length === 1 ? alike[0] : undefined) ??
    addresses.find((a) => attached.some((one) => sameAddress(one.address, a))) ??
    null
  );
}
