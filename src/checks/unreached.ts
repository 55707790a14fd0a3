import { type Address, formatAddress, isLoopback, sameAddress } from '../model/address.js';
import type { AnsweredNode, MasterFacts } from '../model/facts.js';
import { cli } from '../model/hints.js';
import { REPLIES_MS } from '../model/sentinel-timing.js';
import { listed } from '../model/words.js';
import { reconnectReplicas } from './fixes.js';
import { idsOf } from './group.js';
import { isDown } from './snapshot.js';
import { openPort } from './still-speaks.js';
import { justStarted } from './under-way.js';

/** A replica that is known by an address at which no sentinel reaches it. */
interface Node {
  id: string;
  endpoint: Address;
  announce: Address;
  /** CONFIG GET, where it was asked. */
  settings?: Readonly<Record<string, string>> | undefined;
}

/** Replicas that one master sends data to, and these sentinels do not reach. */
interface Unreached {
  master: { id: string; endpoint: Address };
  nodes: readonly Node[];
  sentinels: readonly { id: string; announce?: Address }[];
}

/** `redis-1 sends data to 10.78.0.2:6379 and 10.78.0.3:6379, where sentinel-1, sentinel-2 cannot connect`. */
export const sendsWhere = ({
  master,
  nodes,
  sentinels,
}: Pick<Unreached, 'sentinels'> & {
  master: { id: string };
  nodes: readonly { announce: Address }[];
}): string =>
  `${master.id} sends data to ${listed(nodes.map(({ announce }) => formatAddress(announce)))}, where ${idsOf(sentinels)} cannot connect`;

/** What makes them known by another address: which one is right only the operator knows; `note` stands behind it. */
export function announceOther({ master, nodes, sentinels }: Unreached, note: string): string[] {
  const each = nodes.length === 1 ? 'an address' : 'an address of each';
  const others = nodes.flatMap((node) => {
    const also = listensAt(node);
    return also.length === 0 ? [] : [`# ${node.id} listens on ${listed(also)} too`];
  });
  const hosts = sentinels.map(({ id, announce }) => announce?.host ?? id);
  return [
    ...nodes.map(({ announce }) => `# where that is its address: ${openPort(hosts, announce)}; else:`),
    `replica-announce-ip and replica-announce-port in the redis.conf of ${listed(nodes.map(({ id }) => id))}: ${each} at which the sentinels connect${note}`,
    ...others,
    ...nodes.map(
      (node) =>
        `# ${cli(node, `CONFIG SET replica-announce-ip <an address of ${node.id} at which the sentinels connect>`)}`,
    ),
    `# then ${reconnectReplicas(master)}`,
    '# the sentinels still list the old addresses then: run doctor again',
  ];
}

/** The other addresses that it is bound to. */
const listensAt = ({ announce, settings }: Node): string[] =>
  (settings?.bind ?? '')
    .split(/\s+/)
    .map((word) => word.replace(/^-/, ''))
    .filter((host) => host !== '' && !/^(\*|::\*?|0\.0\.0\.0)$/.test(host))
    .filter((host) => host !== announce.host && !isLoopback(host));

/**
 * The replicas that answer here at the address that their master has of them, and give no answer there to any sentinel
 * that lists them, not even an error.
 */
export function unreachedIn(facts: MasterFacts): Unreached | null {
  const { answered, master: address, refOf, sentinelViews } = facts;
  const master = answered.find((n) => address !== null && n.id === refOf(address).id);
  const streams = (master?.answer.attached ?? []).filter(({ state }) => state === 'online');
  const seenAs = (node: AnsweredNode) =>
    sentinelViews.flatMap((at) =>
      at.view.replicas
        .filter((entry) => sameAddress(entry.address, node.announce))
        .map((entry) => ({ at, isDead: isDown(entry.flags) && (entry.repliedMsAgo ?? 0) > REPLIES_MS })),
    );
  const nodes = answered.filter((node) => {
    const seen = seenAs(node);
    return (
      streams.some((one) => sameAddress(one.address, node.announce)) &&
      justStarted(node) === null &&
      seen.length > 0 &&
      seen.every(({ isDead }) => isDead)
    );
  });
  const at = sentinelViews.filter((view) => nodes.some((node) => seenAs(node).some((s) => s.at === view)));
  if (master === undefined || nodes.length === 0) return null;
  return {
    master,
    nodes: nodes.map((node) => ({ ...node, settings: node.answer.settings })),
    sentinels: at.map(({ sentinel }) => sentinel),
  };
}
