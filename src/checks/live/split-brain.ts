import type { AnsweredNode, MasterFacts, SentinelView } from '../../model/facts.js';
import { RETURNED_MASTER_MS, USUAL_RETURN_MS } from '../../model/sentinel-timing.js';
import { listed } from '../../model/words.js';
import { demote } from '../apart.js';
import { believedId } from '../believed.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { groupsOfOneName } from '../one-name.js';
import { failureIn, refusalIn } from '../refuses.js';
import { ids, judgeMasters, names } from '../snapshot.js';
import { failoverUnderWay, lookAgain } from '../under-way.js';
import { cutIn } from './network-cut.js';

export default {
  id: 'split-brain',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'data-unsafe',
  group: 'live',
  part: 'master',
  title: 'more than one data node is a master',
  consequence: `every write to the wrong master is lost when it becomes a replica; this is normal for about ${USUAL_RETURN_MS / 1000} s after an old master has returned`,
  explanation:
    'Several data nodes of one group have role:master, and clients can write to each of them. An old master that ' +
    'returns stays a writable master until the sentinels make it a replica: after 4 hello periods of 2 s and the ' +
    'next INFO, 9.9 to 10.4 s (measured). If it lasts longer, no sentinel reaches that node, or no sentinel ' +
    'monitors it. One that refuses each write at this moment (MISCONF, NOREPLICAS) is a second master too: it accepts ' +
    'them again as soon as its disk or its replicas are back.',
  remedy: [
    'wait 15 s and run doctor again',
    'make the wrong master a replica: run REPLICAOF at it, with the address of the master that the sentinels name',
    'min-replicas-to-write 1 makes an isolated master refuse writes',
  ],
  sources: ['sentinel.c: sentinelRefreshInstanceInfo (+convert-to-slave)', 'measured'],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (master) => {
      const groups = groupsOfOneName(master);
      const masters = distinct(master).filter((n) => !groups.some((group) => group.master === n));
      return masters.length < 2 ? [] : [several(master, masters)];
    }),
} satisfies SnapshotCheck;

/**
 * Those that say that they are the master, each process once: one that answers at two addresses has one run id, and
 * REPLICAOF would make it follow itself. Of its addresses, the one that the sentinels name.
 */
function distinct(facts: MasterFacts): AnsweredNode[] {
  const right = believedId(facts);
  // One that loads answers LOADING to each write.
  const masters = facts.answered.filter((n) => n.answer.role === 'master' && !n.answer.loading);
  return masters.filter((node) => {
    const same = masters.filter((n) => n.answer.runId !== '' && n.answer.runId === node.answer.runId);
    return same.length < 2 || node === (same.find((n) => n.id === right) ?? same[0]);
  });
}

/** What shows that an old master has just returned or was just replaced, so that the sentinels demote it; else null. */
function demotionComes(
  { sentinelViews }: MasterFacts,
  masters: readonly AnsweredNode[],
  right: AnsweredNode | undefined,
): string | null {
  if (right === undefined || sentinelViews.length === 0) return null;
  const epoch = Math.max(...sentinelViews.map(({ view }) => view.configEpoch));
  // sentinel.c, sentinelResetMaster: a switch sets the time to 0.
  const switched = sentinelViews.some(
    ({ view }) =>
      view.configEpoch === epoch &&
      epoch > 0 &&
      (view.roleReportedMs ?? RETURNED_MASTER_MS) < RETURNED_MASTER_MS,
  );
  const others = masters.filter((m) => m !== right);
  // It is down for the sentinels, since it answers PING with an error: they demote only what is not.
  if (others.some(({ answer }) => failureIn(answer)?.refuses === true)) return null;
  const returned = others.every(
    ({ answer }) => (answer.uptimeS ?? RETURNED_MASTER_MS) * 1000 < RETURNED_MASTER_MS,
  );
  if (!switched && !returned) return null;
  const when = returned
    ? `${ids(others)} started less than ${RETURNED_MASTER_MS / 1000} s ago`
    : `the last switch was less than ${RETURNED_MASTER_MS / 1000} s ago`;
  return `${when}: the sentinels make ${ids(others)} ${others.length === 1 ? 'a replica' : 'replicas'} about ${USUAL_RETURN_MS / 1000} s after that, at most ${RETURNED_MASTER_MS / 1000} s`;
}

/** `sentinel-2 and sentinel-3 name`. */
const namedBy = (naming: readonly SentinelView[]): string =>
  `${listed(naming.map((w) => w.sentinel.id))} ${naming.length === 1 ? 'names' : 'name'}`;

/** Of masters that refuse every write at this moment. */
const WHEN_ACCEPTED = 'it accepts writes again later; those writes are lost when it becomes a replica';

function several(facts: MasterFacts, masters: AnsweredNode[]): RawFinding {
  const { hints, name, sentinelViews } = facts;
  const named = believedId(facts);
  const right = masters.find((n) => n.id === named);
  const busy = failoverUnderWay(sentinelViews) ?? demotionComes(facts, masters, right);
  const naming = sentinelViews.filter(
    ({ view }) => right !== undefined && facts.refOf(view.address).id === right.id,
  );
  const who = naming.length === sentinelViews.length ? 'the sentinels name' : namedBy(naming);
  const claims =
    sentinelViews.length === 0
      ? []
      : right === undefined
        ? ['the sentinels name none of them']
        : [`${who} ${right.id}`];
  const doing = busy === null ? [] : [busy];
  const all = masters.length === 2 ? 'both' : 'all';
  const refusing = masters.flatMap((m) => {
    const why = refusalIn(m.answer);
    return why === null ? [] : [{ id: m.id, says: `${m.id} refuses each write now (${why})` }];
  });
  const says = refusing.map((m) => m.says);
  const isTaken = masters.some((m) => m.id !== right?.id && !refusing.some(({ id }) => id === m.id));
  return {
    subject: name,
    servers: masters.map((m) => m.id),
    ...(!isTaken && { impact: 'at-risk', consequence: WHEN_ACCEPTED }),
    brief: `${ids(masters)} ${all} ${says.length === 0 ? 'accept writes' : `say that they are the master; ${says.join('; ')}`}${right === undefined ? '' : `; ${who} ${right.id}`}`,
    evidence: [...(right === undefined ? claims : []), ...doing].join('; ') || null,
    message: [
      `${masters.length} nodes say that they are the master: ${names(masters)}`,
      ...says,
      ...claims,
      ...doing,
    ].join('; '),
    ...(cutIn(facts) !== null &&
      isTaken && {
        consequence:
          'every write to the wrong master is lost when the network is back and it becomes a replica',
      }),
    // A repair by the sentinels' word while they change it would make the new master a replica.
    fix:
      busy !== null
        ? lookAgain(hints)
        : right === undefined
          ? masters.map((m) => hints.cli(m, 'INFO replication'))
          : masters.filter((m) => m !== right).flatMap((m) => demote(facts, m, right)),
  };
}
