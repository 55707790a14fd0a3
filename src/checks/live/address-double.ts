import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import { type AnsweredNode, isAt, type MasterFacts, type SentinelView } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { HELLO_SEEN_MS, RESETS_APART_MS } from '../../model/sentinel-timing.js';
import { listed } from '../../model/words.js';
import { believedMaster, believedNode } from '../believed.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { setConfig } from '../fixes.js';
import { type OldAddress, oldAddressesIn } from '../old-addresses.js';
import { grouped, judgeMasters, sentinelsOf, subjectOf } from '../snapshot.js';

export default {
  id: 'address-double',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'at-risk',
  group: 'live',
  part: 'addresses',
  title: 'the sentinels know one server under two addresses',
  consequence:
    'a failover promotes it under one address and makes it a replica of itself under the other one; and it counts as two replicas, so that the only one may be missing',
  explanation:
    'Sentinel tells replicas apart by their address, not by their run id. A replica that first followed its master ' +
    'by another address (::1 and 127.0.0.1 for localhost, a second interface, a name) stays in the list under the ' +
    'first address after it was repointed, and a sentinel never removes an entry by itself. With ' +
    'dual-channel-replication-enabled yes, Valkey 8.0 to 9.0 lists the second connection of a full resync by its own ' +
    'address, beside the one of replica-announce-ip.',
  remedy: [
    'one address for each server: replicaof and bind in one family, or replica-announce-ip',
    'Valkey with replica-announce-ip: dual-channel-replication-enabled no, at each data node',
    `then SENTINEL RESET NAME, one sentinel at a time, ${RESETS_APART_MS / 1000} s apart, while the master is healthy`,
  ],
  sources: [
    'sentinel.c: sentinelRedisInstanceLookupSlave, sentinelFailoverReconfNextSlave',
    'replication.c: slaves are listed by the source address of their connection',
    'https://github.com/valkey-io/valkey/issues/2338',
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
    'node-down',
    'node-unreachable',
    'link-down',
    'hostname-mixed',
    'nat-replica',
  ],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) => {
      const old = oldAddressesIn(master);
      return [
        ...doublesIn(master, old).map((double) => finding(master, double)),
        ...(old.length === 0 ? [] : [leftOver(master, old)]),
      ];
    }),
} satisfies SnapshotCheck;

interface Double {
  addresses: Address[];
  node: AnsweredNode | undefined;
  at: SentinelView[];
}

/** Entries of one sentinel's list, the master's among them, that have one run id and different addresses. */
function doublesIn({ sentinelViews, answered, refOf }: MasterFacts, old: readonly OldAddress[]): Double[] {
  const isOld = (address: Address): boolean => old.some((one) => sameAddress(one.old, address));
  const pairs = sentinelViews.flatMap((sentinelView) =>
    grouped(
      [sentinelView.view, ...sentinelView.view.replicas].filter(({ address }) => !isOld(address)),
      ({ runId }) => runId,
    )
      .filter((same) => new Set(same.map(({ address }) => formatAddress(address))).size > 1)
      .map((same) => ({ sentinelView, runId: same[0]?.runId ?? '', addresses: same.map((s) => s.address) })),
  );
  const known = pairs.filter(({ runId }) => runId !== '');
  return grouped(known, ({ runId }) => runId).map((same) => {
    const addresses = same
      .flatMap((pair) => pair.addresses)
      .filter((a, i, all) => all.findIndex((b) => sameAddress(a, b)) === i);
    const those = answered.filter((n) => addresses.some((address) => isAt(n, address)));
    // A snapshot has it once for each address: the one that the sentinels name as the master tells the most.
    const named = same.map(({ sentinelView }) => refOf(sentinelView.view.address).id);
    const node = those.find(({ id }) => named.includes(id)) ?? those[0];
    return { addresses, node, at: same.map(({ sentinelView }) => sentinelView) };
  });
}

function finding(facts: MasterFacts, { addresses, node, at }: Double): RawFinding {
  const { name } = facts;
  const words = addresses.map(formatAddress).sort();
  const address = believedMaster(facts);
  const master = believedNode(facts);
  const right = rightOf(addresses, address, master);
  const follows = node?.answer.follows ?? null;
  // Promoted under one address, and made a replica of itself under the other: no other node has newer data.
  const followsItself = node !== undefined && node === master && follows !== null && isAt(node, follows);
  // A sentinel that still has both would repoint it again after 8 s.
  const apartMs = followsItself ? HELLO_SEEN_MS : RESETS_APART_MS;
  const resets = resetsAt(at, name, apartMs);
  const isHealthy = at.every(({ view }) => view.flags.join() === 'master');
  const streams = master?.answer.attached.length ?? null;
  const counted =
    streams === null ? '' : `; the master counts ${streams} ${streams === 1 ? 'replica' : 'replicas'}`;
  const whose = subjectOf(sentinelsOf(at));
  // A replica that announces an address of the master, such as that of a proxy: after a RESET it would be listed again.
  const announcer =
    node !== master ? undefined : facts.answered.find((n) => n !== node && announcesOneOf(n, addresses));
  const announced =
    announcer !== undefined
      ? announceOwn(announcer)
      : node === undefined || right === null || node === master
        ? []
        : announceOnce(facts, node, right, addresses);
  // A replica says what it announces when its link begins.
  const isNew = announced.some((line) => line.includes('CONFIG SET replica-announce-'));
  const whoAnnounces = announcer === undefined ? '' : `; ${announcer.id} announces one of them as its own`;
  const because = node !== undefined && hasTwoChannels(node) ? `; ${TWO_CHANNELS}` : whoAnnounces;
  return {
    subject: words.join(', '),
    servers: node === undefined ? [] : [node.id],
    ...(followsItself && { impact: 'down' }),
    brief: `one server is known as ${listed(words)}${followsItself ? ', and follows itself' : ''}`,
    evidence: `${listed(words)} have the same run id at ${whose}${counted}${because}`,
    message: `${whose} know one server of ${name} as ${listed(words)} (the same run id)${counted}${because}${followsItself ? '; it was made a replica of itself' : ''}`,
    fix: [
      ...announced,
      // At the replica it ends that one link; at the master those of all replicas, and min-replicas-to-write refuses writes.
      ...(isNew ? [announcer ?? node].flatMap((n) => (n ? [cli(n, 'CLIENT KILL TYPE master')] : [])) : []),
      ...(follows !== null &&
      node !== undefined &&
      address !== null &&
      node !== master &&
      isV6(follows) !== isV6(address)
        ? [cli(node, `REPLICAOF ${address.host} ${address.port}`)]
        : []),
      ...(followsItself ? [cli(node, 'REPLICAOF NO ONE')] : []),
      ...(isHealthy || followsItself
        ? ['# one sentinel at a time, while the master is healthy:', ...resets]
        : [`# no RESET before ${name} has a healthy master again; then run doctor again`]),
    ],
  };
}

const TWO_CHANNELS =
  'with dual-channel-replication-enabled yes, its second connection of a full resync is listed by its own address, whatever replica-announce-ip says (Valkey 8.0 to 9.0)';

const DUAL_CHANNEL = 'dual-channel-replication-enabled';

const hasTwoChannels = ({ answer: { settings } }: AnsweredNode): boolean =>
  settings?.[DUAL_CHANNEL] === 'yes' && Boolean(settings['replica-announce-ip']);

/** Whether a replica gives its master one of these addresses, where it is not reached. */
function announcesOneOf({ answer, endpoint }: AnsweredNode, addresses: readonly Address[]): boolean {
  const { 'replica-announce-ip': ip, 'replica-announce-port': port } = answer.settings ?? {};
  if (!ip && (!port || port === '0')) return false;
  const announced = { host: ip || endpoint.host, port: Number(port) || endpoint.port };
  return !sameAddress(announced, endpoint) && addresses.some((address) => sameAddress(address, announced));
}

/** Its own address, as this machine reaches it. */
const announceOwn = (node: AnsweredNode): string[] => [
  ...setConfig(node, 'replica-announce-ip', node.endpoint.host),
  ...setConfig(node, 'replica-announce-port', node.endpoint.port),
];

/** What makes a replica known by one address from now on; where its settings were not read, doctor reads them. */
function announceOnce(
  { answered, hints }: MasterFacts,
  node: AnsweredNode,
  right: Address,
  addresses: readonly Address[],
): string[] {
  const { settings, version } = node.answer;
  if (settings === undefined && Number.parseInt(version, 10) >= 8) return [hints.ctl('doctor')];
  const both = answered.filter((n) => n.answer.settings?.[DUAL_CHANNEL] === 'yes');
  return [
    ...(both.includes(node) ? both.flatMap((n) => setConfig(n, DUAL_CHANNEL, 'no')) : []),
    ...(settings?.['replica-announce-ip'] === right.host
      ? []
      : setConfig(node, 'replica-announce-ip', right.host)),
    // Without it a replica says the port that it listens on, which the other address has.
    ...(addresses.every(({ port }) => port === right.port) ||
    settings?.['replica-announce-port'] === `${right.port}`
      ? []
      : setConfig(node, 'replica-announce-port', `${right.port}`)),
  ];
}

/** The server is known by its new address already: the old one is only to be forgotten. */
function leftOver(facts: MasterFacts, old: readonly OldAddress[]): RawFinding {
  const { name, sentinelViews } = facts;
  const at = sentinelViews.filter((view) => old.some((one) => one.at.includes(view)));
  const [are, nows] = [old.map((one) => formatAddress(one.old)), old.map((one) => formatAddress(one.now))];
  const address = believedMaster(facts);
  const master = believedNode(facts);
  const isHealthy =
    master?.answer.role === 'master' && at.every(({ view }) => view.flags.join() === 'master');
  // RESET forgets the replicas, and only the master names them again.
  const isNamed = old.every(
    ({ now }) =>
      sameAddress(now, address) || master?.answer.attached.some((one) => sameAddress(one.address, now)),
  );
  const words = `the sentinels still list ${listed(are)}, ${are.length === 1 ? 'an old address' : 'old addresses'} of ${listed([...new Set(nows)])}`;
  return {
    subject: are.join(', '),
    servers: [...are, ...nows],
    ...(isNamed ? { severity: 'warning', impact: 'degraded' } : { severity: 'info', impact: 'none' }),
    brief: words,
    evidence: `the same run id; ${listed(sentinelsOf(at).map(({ id }) => id))} ${at.length === 1 ? 'calls' : 'call'} the old address down, and the new one up`,
    message: `${words} (the same run id): down there, and up at the new address`,
    consequence:
      'it counts as one more replica, which is down; clients that read from replicas may be given that address',
    ...(isHealthy && isNamed
      ? {
          fix: [
            ...resetsAt(at, name, RESETS_APART_MS),
            '# one sentinel after another, while the master is healthy',
          ],
          repairs: at.map(({ sentinel }) => ({ kind: 'reset', sentinel: sentinel.id, masterName: name })),
        }
      : {
          fix: [
            `# no RESET before ${name} has a healthy master that lists ${listed([...new Set(nows)])}; then run doctor again`,
          ],
        }),
  };
}

const resetsAt = (at: readonly SentinelView[], name: string, apartMs: number): string[] =>
  at.flatMap(({ sentinel }, i) => [
    ...(i === 0 ? [] : [`sleep ${apartMs / 1000}`]),
    cli(sentinel, `SENTINEL RESET ${name}`),
  ]);

const isV6 = ({ host }: Address): boolean => host.includes(':');

/**
 * The address on the host of the master, where several servers are published; the one in the family in which the
 * sentinels monitor the master; else the one that the master lists.
 */
function rightOf(
  addresses: readonly Address[],
  monitored: Address | null,
  master: AnsweredNode | undefined,
): Address | null {
  const beside = addresses.filter((a) => a.host === monitored?.host);
  const alike = addresses.filter((a) => monitored !== null && isV6(a) === isV6(monitored));
  const attached = master?.answer.attached ?? [];
  return (
    (beside.length === 1 ? beside[0] : undefined) ??
    (alike.length === 1 ? alike[0] : undefined) ??
    addresses.find((a) => attached.some((one) => sameAddress(one.address, a))) ??
    null
  );
}
