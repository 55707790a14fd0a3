import type { MasterFacts, SentinelView } from '../../model/facts.js';
import type { Got } from '../../model/gathered.js';
import type { NodeLogin } from '../../model/login.js';
import { oncePer } from '../../model/once-per.js';
import { dutyUser, userOf } from '../../model/secrets.js';
import { ERRORS_MS, INFO_PERIOD_MS, PING_PERIOD_MS, REPLIES_MS } from '../../model/sentinel-timing.js';
import { isLocked, type NodeState, type SentinelState, type Silence } from '../../model/snapshot.js';
import { canElect, electorateOf } from '../electorate.js';
import { blockedAt } from '../promotable.js';
import { isDown, sentinelsOf } from '../snapshot.js';
import { deniedIn } from './lacks-right.js';

/** A master that works and that enough sentinels call down to replace it. */
export interface CalledDownAlive {
  node: NodeState;
  sentinels: readonly SentinelState[];
  /** What holds the failover back, `once a replica can be promoted`; null where nothing is known to. */
  until: string | null;
}

/**
 * A master that answers here as one, and that the sentinels replace as soon as they can; null where there is none. Where
 * they call the replicas down too, or know none, what hides those hides the master, and its end is the end of both.
 */
export const calledDownAlive = oncePer((facts: MasterFacts): CalledDownAlive | null => {
  const { master, nodes, refOf, sentinelViews } = facts;
  const node = nodes.find((n) => master !== null && n.id === refOf(master).id);
  const works = node?.answer?.role === 'master' || node?.silence?.kind === 'auth';
  if (node === undefined || !works) return null;
  const calling = sentinelViews.filter(
    ({ view }) => isDown(view.flags) && refOf(view.address).id === node.id,
  );
  const electorate = electorateOf(facts);
  const { known, needed, quorum } = electorate;
  const isEnough =
    calling.length > 0 && (calling.length >= quorum || calling.length === sentinelViews.length);
  if (!isEnough || quorum > known || !calling.some(({ view }) => view.replicas.length > 0)) return null;
  const blocked = blockedAt(facts);
  const isSeen = (id: string): boolean =>
    nodes.some((n) => n.id === id && (n.answer !== null || isLocked(n.silence)));
  const isHidden = blocked?.reasons.every(
    ({ kind, replica }) => kind === 'down' && isSeen(refOf(replica.address).id),
  );
  if (isHidden === true) return null;
  return {
    node,
    sentinels: sentinelsOf(calling),
    until: !canElect(electorate)
      ? `once ${needed} sentinels answer`
      : blocked === null
        ? null
        : 'once a replica can be promoted',
  };
});

/** Whether a sentinel's PINGs are answered, and never with what Sentinel takes for alive (sentinel.c, sentinelPingReplyCallback). */
export function answersErrors({ view: { answeredMsAgo, repliedMsAgo } }: SentinelView): boolean {
  if (answeredMsAgo == null || repliedMsAgo == null) return false;
  return repliedMsAgo < ERRORS_MS && answeredMsAgo > repliedMsAgo + REPLIES_MS / 2;
}

/** Whether its INFO was answered after the last valid answer to a PING: then it is logged in, and lacks a right. */
export const isLetIn = (infoMsAgo: number | null | undefined, answeredMsAgo: number): boolean =>
  infoMsAgo != null && infoMsAgo + 2 * PING_PERIOD_MS < answeredMsAgo;

/** What is said beside a wrong password as long as no INFO was due since: the lack of a right looks the same until then. */
export const orNoRight = (infoMsAgo: number | null | undefined): string =>
  infoMsAgo != null && infoMsAgo < INFO_PERIOD_MS + 2 * PING_PERIOD_MS
    ? ', or no right to run ping there'
    : '';

/**
 * The user that the sentinels log in as, where a node does not allow it PING; null where that is not known. It says so
 * itself where sentinelctl is the same user.
 */
export function deniedPing(silence: Silence | null, login: Got<NodeLogin> | undefined): string | null {
  const duty = dutyUser('sentinel');
  const isSame = duty === null && userOf('redis') === null;
  if (isSame && deniedIn(silence?.message ?? '')?.command === 'ping') return 'default';
  if (login?.ok !== true) return null;
  const { takes } = login.value;
  const user = duty ?? (Object.keys(takes).length === 1 ? 'default' : null);
  return user !== null && takes[user]?.deniesPing === true ? user : null;
}

/** `deniedPing` of a node as a snapshot has it. */
export const deniedAt = ({ silence, answer }: Pick<NodeState, 'silence' | 'answer'>): string | null =>
  deniedPing(silence, answer?.raw?.login);
