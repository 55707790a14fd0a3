import { ROUNDED_S } from '../../model/came-back.js';
import { type AnsweredNode, isAt, type MasterFacts, type SentinelView } from '../../model/facts.js';
import { USUAL_RETURN_MS } from '../../model/sentinel-timing.js';
import type { NodeAnswer } from '../../model/snapshot.js';
import { byNumber, grouped, listed } from '../../model/words.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { eligibleAt } from '../promotable.js';
import { ids, judgeMasters, nameOf } from '../snapshot.js';
import { failoverUnderWay, lookAgain } from '../under-way.js';

export default {
  id: 'restarted-empty',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'data-unsafe',
  group: 'data',
  part: 'disk',
  title: 'the master restarted without its data, and a replica still holds it',
  consequence:
    'the replica deletes what it holds and copies the master as soon as its full resync begins: within seconds, with repl-diskless-sync-delay 5 after 5 s',
  explanation:
    'A master without persistence, or whose volume was replaced, that is started again within down-after is still the ' +
    'master, and is empty or has old data. It has ' +
    'a new replication id, so each replica needs a full resync, and deletes its own data for it. Until that resync ' +
    'begins, the replica has the data of before. A failover at this moment keeps it: the replica becomes the master, ' +
    'and the empty server its replica.',
  remedy: [
    'SENTINEL FAILOVER NAME at one sentinel, at once: a replica that has the data becomes the master',
    'afterwards appendonly yes at every data node, or no automatic restart: see restart-wipe',
  ],
  sources: [
    'replication.c: masterTryPartialResynchronization, readSyncBulkPayload (emptyData)',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ (Safety of replication when master has persistence turned off)',
    'measured',
  ],
  causes: ['link-down', 'lag', 'lag-growing', 'restart-wipe', 'persistence-skew', 'diskless-delay'],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (master) => {
      const { answered, refOf } = master;
      const node = answered.find((n) => master.master !== null && n.id === refOf(master.master).id);
      // What another server at its port does to them is said with it.
      if (node === undefined || node.other !== undefined) return [];
      if (node.answer.role !== 'master' || node.answer.loading) return [];
      const holders = answered
        .filter((n) => n !== node && stillHolds(master, node, n))
        .sort((a, b) => byNumber(a.id, b.id));
      return holders.length === 0 ? [] : [lost(master, node, holders)];
    }),
} satisfies SnapshotCheck;

/** Whether a replica has more than its master, which was started after its link went, and will delete it. */
export function stillHolds({ refOf }: MasterFacts, master: AnsweredNode, { answer }: AnsweredNode): boolean {
  const { follows, keys = 0, linkDownS, linkStatus, role } = answer;
  const { keys: left, uptimeS, logsWrites } = master.answer;
  if (role !== 'replica' || follows === null || refOf(follows).id !== master.id) return false;
  if (linkStatus === 'up' || left === undefined || keys <= left || mayContinue(master.answer, answer))
    return false;
  // One that was started itself since then does not say for how long it has had no link.
  if (linkDownS === undefined || uptimeS === undefined) return left === 0;
  // Its own append-only file lacks the last second at most: one that lacks more than half came from another disk.
  return uptimeS <= linkDownS + ROUNDED_S && (logsWrites === false || 2 * left < keys);
}

/** Whether its stream goes on where the replica's ended (replication.c, masterTryPartialResynchronization). */
function mayContinue({ history }: NodeAnswer, { history: its, offset }: NodeAnswer): boolean {
  if (history === undefined || its === undefined) return true;
  if (history.id === its.id) return true;
  return history.earlierId === its.id && (offset ?? 0) <= history.earlierUntil;
}

function lost(facts: MasterFacts, node: AnsweredNode, holders: readonly AnsweredNode[]): RawFinding {
  const { hints, sentinelViews } = facts;
  const left = node.answer.keys ?? 0;
  const isStart = holders.some((n) => n.answer.linkDownS !== undefined);
  const state = left > 0 ? `restarted with ${keyWords([left])}` : isStart ? 'restarted empty' : 'is empty';
  const still = stillHold(holders);
  const busy = failoverUnderWay(sentinelViews);
  const up = node.answer.uptimeS === undefined ? '' : `, started ${node.answer.uptimeS} s ago`;
  return {
    subject: node.id,
    servers: [node.id, ...holders.map((n) => n.id)],
    brief: `${node.id} (master) ${state}; ${still}`,
    message: `${nameOf(node)} (master) ${state}${up}; ${still}`,
    evidence: `${node.id} has a new replication id${up}: no replica can continue from it${busy === null ? '' : `; ${busy}`}`,
    fix: busy !== null ? lookAgain(hints) : keep(facts, node, holders, left),
  };
}

/** What replicas hold that their master does not. */
export const stillHold = (holders: readonly AnsweredNode[]): string =>
  `${ids(holders)} still ${holders.length === 1 ? 'holds' : 'hold'} ${keyWords([...new Set(holders.map((n) => n.answer.keys ?? 0))])}, which the next full resync deletes`;

const keyWords = (counts: readonly number[]): string =>
  `${listed(counts.map(grouped))} key${counts.length === 1 && counts[0] === 1 ? '' : 's'}`;

/** How the data is kept: a failover now, or where an emptied replica may be chosen, without the servers that are empty. */
function keep(
  facts: MasterFacts,
  node: AnsweredNode,
  holders: readonly AnsweredNode[],
  left: number,
): string[] {
  const { answered, hints, name, sentinelViews } = facts;
  const others = answered.filter((n) => n !== node && !holders.includes(n));
  const able = sentinelViews.find((w) => holders.some((n) => mayPromote(facts, w, n)));
  const what = `what ${ids(holders)} ${holders.length === 1 ? 'holds' : 'hold'}`;
  const explain = `sentinelctl explain restarted-empty  # ${what} is deleted within seconds: choose now`;
  // Where what comes first depends on what the data is worth, the line below the verdict changes nothing.
  const choice =
    left === 0 ? [] : [explain, `# if you need ${what} more than the writes to ${node.id} since it started:`];
  if (able !== undefined && others.length === 0)
    return [
      ...choice,
      hints.cli(able.sentinel, `SENTINEL FAILOVER ${name}`),
      `# a replica is the master then, with its data; within about ${USUAL_RETURN_MS / 1000} s ${node.id} is its replica, and what was written to ${node.id} since it started is gone`,
    ];
  const empty = [node, ...others.filter((n) => (n.answer.keys ?? left + 1) <= left)];
  return [
    ...(left === 0 ? [explain] : choice),
    `# to keep ${what}, end ${ids(empty)}, and start nothing before the sentinels name another master:`,
    ...empty.map((n) => hints.act(n, `kill ${n.id}`, shutdownNow(n, 'SHUTDOWN NOSAVE'))),
  ];
}

/** Without NOW a server since Redis 7 waits for its replicas, and may begin their resync. */
export const shutdownNow = ({ answer: { version } }: AnsweredNode, how = 'SHUTDOWN'): string =>
  Number.parseInt(version, 10) >= 7 ? `${how} NOW` : how;

/** Whether this sentinel would promote it, as far as is known. */
const mayPromote = (facts: MasterFacts, sentinelView: SentinelView, node: AnsweredNode): boolean =>
  sentinelView.view.replicas.some(
    (replica) => isAt(node, replica.address) && eligibleAt(facts, sentinelView, replica).is !== 'no',
  );
