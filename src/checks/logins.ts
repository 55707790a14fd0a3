import type { Gathered, GatheredNode } from '../model/gathered.js';
import { ctl } from '../model/hints.js';
import { type NodeLogin, type Refusal, refusalOf } from '../model/login.js';
import type { Repair } from '../model/repair.js';
import { usesPassword } from '../model/secrets.js';
import { listed } from '../model/words.js';
import type { RawFinding } from './check.js';
import { setConfig, setSecret } from './fixes.js';
import { type Group, idsOf } from './group.js';
import { wantsPassword } from './passwords.js';

/** A data node whose login another one refuses. */
interface Refused {
  from: GatheredNode;
  to: GatheredNode;
  why: Refusal;
}

const loginOf = ({ login }: GatheredNode): NodeLogin | null => (login?.ok ? login.value : null);

/**
 * Data nodes that send a password or a user which another data node refuses: one that is connected stays so until it
 * must log in again, and every other node may be the next master. What sends nothing is not in it. Pure.
 */
export function refusedLogins(gathered: Gathered, group: Group): RawFinding[] {
  const nodes = group.nodes.filter((n) => loginOf(n) !== null);
  const refused = nodes.flatMap((from) =>
    nodes.flatMap((to): Refused[] => {
      const [sender, taker] = [loginOf(from), loginOf(to)];
      if (from === to || sender === null || taker === null) return [];
      const why = refusalOf(sender, taker);
      // A password that requirepass asks for is looked at without this.
      return why === null || (why === 'none-sent' && wantsPassword(to) === true) ? [] : [{ from, to, why }];
    }),
  );
  // One that refuses all the others, who get on with each other, is the odd one itself.
  const odd = nodes.filter((to) => {
    const theirs = refused.filter((r) => r.to === to);
    return theirs.length > 1 && theirs.length === nodes.length - 1 && alone(nodes, to, refused);
  });
  const whys = [...new Set(refused.map(({ why }) => why))];
  return [
    ...odd.map((to) =>
      oddOne(
        to,
        refused.filter((r) => r.to === to),
      ),
    ),
    ...whys.flatMap((why) =>
      senders(
        gathered,
        group,
        why,
        refused.filter((r) => r.why === why && !odd.includes(r.to)),
      ),
    ),
  ];
}

/** Whether the nodes but this one accept each other. */
const alone = (nodes: readonly GatheredNode[], odd: GatheredNode, refused: readonly Refused[]): boolean =>
  nodes.length > 2 && refused.every(({ from, to }) => from === odd || to === odd);

function oddOne(to: GatheredNode, refused: readonly Refused[]): RawFinding {
  const froms = idsOf(refused.map(({ from }) => from));
  const isOpen = refused.every(({ why }) => why === 'none-wanted');
  return {
    subject: to.id,
    message: isOpen
      ? `${to.id} has no password, but ${froms} send one (masterauth): it answers AUTH with an error`
      : `${to.id} refuses the password or user that ${froms} send (masterauth)`,
    consequence: 'when it becomes the master, the others get no link and no data',
    impact: 'at-risk',
    fix: setSecret([to], 'requirepass'),
  };
}

function senders(
  gathered: Gathered,
  { master, nodes }: Group,
  why: Refusal,
  refused: readonly Refused[],
): RawFinding[] {
  const froms = [...new Set(refused.map(({ from }) => from))];
  if (froms.length === 0) return [];
  const tos = [...new Set(refused.map(({ to }) => to))];
  // Where this command line logs in with a password to another of them, that is the cluster's: it is missing at these.
  const isMissing = usesPassword('redis') && nodes.some((n) => !tos.includes(n) && wantsPassword(n) === true);
  if (why === 'none-wanted' && isMissing)
    return tos.map((to) =>
      oddOne(
        to,
        refused.filter((r) => r.to === to),
      ),
    );
  const overlap = tos.some((to) => froms.includes(to));
  const whose = overlap ? 'the other data nodes' : listed(tos.map(({ id }) => id));
  const linked = froms.filter((n) => n !== master && linkOf(n) === 'up');
  const still =
    linked.length === 0 || master === null || !tos.includes(master)
      ? ''
      : `; the link of ${listed(linked.map(({ id }) => id))} is still up, because it logged in before`;
  const repairs = repairsFor(gathered, why, froms);
  return [
    {
      subject: idsOf(froms),
      message: `${SAYS[why](froms, whose)}${still}`,
      ...(areUnlinked(froms, master)
        ? withoutLink(froms, SAYS[why](froms, whose))
        : { brief: `${riskWords(froms)}: ${SAYS[why](froms, whose)}` }),
      consequence: consequenceFor(froms, areUnlinked(froms, master)),
      fix: gathered.own && repairs.length > 0 ? [fixAll(gathered)] : fixOf(froms, why),
      ...(repairs.length > 0 && { repairs }),
    },
  ];
}

function consequenceFor({ length }: readonly GatheredNode[], isUnlinked: boolean): string {
  const [it, its, gets, was] = length === 1 ? ['it', 'its', 'gets', 'was'] : ['they', 'their', 'get', 'were'];
  return isUnlinked
    ? `${it} ${gets} no data, and cannot be promoted after ${it} ${was} without ${its} master for longer than 10 x down-after`
    : `at ${its} next restart, or when another node becomes the master, ${it} ${gets} no link and no data (measured)`;
}

/** What such a login means while the links are up: `redis-3 gets no data after the next failover or its next restart`. */
const riskWords = (froms: readonly GatheredNode[]): string => {
  const [gets, its] = froms.length === 1 ? ['gets', 'its'] : ['get', 'their'];
  return `${listed(froms.map(({ id }) => id))} ${gets} no data after the next failover or ${its} next restart`;
};

const linkOf = ({ info }: GatheredNode): string | undefined =>
  info.ok ? info.value.master_link_status : undefined;

/** Whether a wrong login shows already: each of them is a replica without a link. */
export const areUnlinked = (nodes: readonly GatheredNode[], master: GatheredNode | null): boolean =>
  master !== null && nodes.length > 0 && nodes.every((n) => n !== master && linkOf(n) === 'down');

/** Then it means what a missing link means, in the words of link-down, with the cause. */
export function withoutLink(
  nodes: readonly GatheredNode[],
  cause: string,
): Pick<RawFinding, 'brief' | 'impact' | 'evidence'> {
  const [has, its] = nodes.length === 1 ? ['has', 'its'] : ['have', 'their'];
  return {
    impact: 'degraded',
    brief: `${listed(nodes.map(({ id }) => id))} ${has} no link to ${its} master: ${cause}`,
    evidence: null,
  };
}

const SAYS: Record<Refusal, (froms: readonly GatheredNode[], whose: string) => string> = {
  'wrong-password': (froms, whose) => `masterauth of ${idsOf(froms)} is not the password of ${whose}`,
  'no-user': (froms, whose) => `masteruser of ${idsOf(froms)} does not exist at ${whose}`,
  'user-off': (froms, whose) =>
    `the user that ${idsOf(froms)} ${froms.length === 1 ? 'logs' : 'log'} in as is off at ${whose}`,
  'none-wanted': (froms, whose) =>
    `masterauth is set at ${idsOf(froms)}, but there is no password at ${whose}: AUTH is answered with an error`,
  'none-sent': (froms, whose) =>
    `the default user has a password at ${whose}, but masterauth is not set at ${idsOf(froms)}`,
};

/** The command that repairs the masterauth of every data node. */
export const fixAll = (gathered: Gathered): string => ctl(gathered, 'doctor --fix --only masterauth-missing');

/** Whether sentinelctl is logged in there as the default user; undefined where the node does not say. Before Redis 6 the default user is the only one. */
function isDefaultAt({ info, whoami }: GatheredNode): boolean | undefined {
  if (whoami.ok) return whoami.value === 'default';
  return info.ok && Number.parseInt(info.value.redis_version ?? '', 10) < 6 ? true : undefined;
}

/**
 * What masterauth must be is known where sentinelctl logs in as the default user, with its password or none: the password
 * of another user is not the cluster's. At an attached cluster, a masterauth that is set may be meant.
 */
export function repairsFor(gathered: Gathered, why: Refusal, froms: readonly GatheredNode[]): Repair[] {
  const isKnown =
    froms.every((n) => loginOf(n)?.sends?.user == null && isDefaultAt(n) === true) &&
    gathered.nodes.every((n) => isDefaultAt(n) !== false);
  if (!isKnown || why === 'no-user' || why === 'user-off') return [];
  if (!gathered.own && why !== 'none-sent') return [];
  return froms.map(({ id: node }) => ({
    kind: 'masterauth',
    node,
    ...(why === 'wrong-password' && { replaces: true }),
    ...(why === 'none-wanted' && { clears: true }),
  }));
}

function fixOf(froms: readonly GatheredNode[], why: Refusal): string[] {
  if (why === 'wrong-password' || why === 'none-sent') return setSecret(froms, 'masterauth');
  if (why === 'none-wanted') return froms.flatMap((from) => setConfig(from, 'masterauth', '""'));
  return froms.flatMap((from) => {
    const user = loginOf(from)?.sends?.user ?? 'default';
    return [
      `# give the user ${user} to every data node (ACL rules are not replicated), or log in as the default user at ${from.id}:`,
      ...setConfig(from, 'masteruser', '""'),
    ];
  });
}
