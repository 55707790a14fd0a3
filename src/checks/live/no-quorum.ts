import type { MasterFacts, SentinelView } from '../../model/facts.js';
import { RESETS_APART_MS, votesNeeded } from '../../model/sentinel-timing.js';
import type { NodeState, SentinelState } from '../../model/snapshot.js';
import { count } from '../../model/words.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { canElect, type Electorate, electorateOf, headCount } from '../electorate.js';
import { awaitedNames, LOOK_UP_HANGS } from '../name-lookups.js';
import { grouped, ids, isSilent, isStopped, judgeMasters, sentinelsOf } from '../snapshot.js';
import { cutOffPeers } from '../still-speaks.js';
import { lowerQuorum, monitoredBy } from '../voters.js';
import { bringBack } from './bring-back.js';
import { forgetGone, isCounted } from './gone-sentinels.js';
import { letIn, notHeard, refusesAll } from './refused-by-master.js';

export default {
  id: 'no-quorum',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'no-failover',
  group: 'live',
  part: 'sentinels',
  title: 'too few sentinels answer for a failover',
  consequence: 'no failover happens when the master fails',
  explanation:
    'Fewer sentinels answer than the quorum, or than the majority of all known sentinels; or SENTINEL CKQUORUM ' +
    'reports NOQUORUM, because they do not receive each other’s messages. The quorum decides whether the master ' +
    'counts as down; the election of the leader always needs the majority. Sentinels that are gone for good still ' +
    'count.',
  remedy: [
    'start the sentinels that do not answer',
    `for sentinels that are gone for good: SENTINEL RESET NAME, at one sentinel at a time, ${RESETS_APART_MS / 1000} s apart, while the ` +
      'master is healthy',
  ],
  sources: [
    'sentinel.c: sentinelIsQuorumReachable, sentinelGetLeader',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/',
  ],
  causes: ['failover-stuck'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) => {
      const { sentinelViews, snapshot } = master;
      const [first] = sentinelViews;
      if (first === undefined) return [];
      const electorate = electorateOf(master);
      if (canElect(electorate)) return notHearing(master, electorate);
      const node = refusesAll(master);
      const isAlone = sentinelViews.every(({ view }) => view.sentinels.length === 0);
      if (node !== null && (isAlone || electorate.quorum > electorate.known)) return [notLetIn(master, node)];
      const lost = snapshot.sentinels.filter(isSilent);
      if (electorate.quorum > electorate.known) return [tooHigh(master, electorate)];
      return [
        {
          subject: master.name,
          servers: (lost.length > 0 ? lost : sentinelsOf(sentinelViews)).map((s) => s.id),
          brief: `${headCount(electorate)}${hanging(master, lost)}`,
          evidence: null,
          message: `no failover is possible: ${headCount(electorate)}`,
          consequence: checkQuorum(sentinelViews),
          fix: lost.length > 0 ? bringBack(master, null) : [whyNot(master, first)],
          ...forgetGone(
            master,
            lost.filter(
              (s) => isStopped(s) && isCounted([master], s) && cutOffPeers(sentinelViews, s) === null,
            ),
          ),
        },
      ];
    }),
} satisfies SnapshotCheck;

/** Names those that may all wait for a name server: one cause, and not several processes that are frozen. */
function hanging(master: MasterFacts, lost: readonly SentinelState[]): string {
  const masters = [master];
  return lost.length > 0 && lost.every((s) => awaitedNames({ ...master, masters }, s).length > 0)
    ? `; ${ids(lost)} ${lost.length === 1 ? 'does' : 'do'} not answer: ${LOOK_UP_HANGS}`
    : '';
}

/** How many sentinels there are is not known, and what ends it is. */
function notLetIn(master: MasterFacts, node: NodeState): RawFinding {
  const { name, sentinelViews, hints } = master;
  const sentinels = sentinelsOf(sentinelViews);
  const words = notHeard(master, node);
  return {
    subject: name,
    servers: sentinels.map((s) => s.id),
    brief: words,
    evidence: null,
    message: `no failover is possible: ${words}`,
    consequence: checkQuorum(sentinelViews),
    ...letIn(sentinels, name, hints),
  };
}

/** The quorum of each is more than there are sentinels. */
function tooHigh(master: MasterFacts, { known, quorum }: Electorate): RawFinding {
  const { name, sentinelViews, expectation } = master;
  const words = `quorum ${quorum}, but there ${known === 1 ? 'is' : 'are'} only ${count(known, 'sentinel')}`;
  return {
    subject: name,
    servers: sentinelsOf(sentinelViews).map((s) => s.id),
    brief: words,
    evidence: null,
    message: `no failover is possible: ${words} for ${name}`,
    consequence: checkQuorum(sentinelViews),
    fix: lowerQuorum(expectation, sentinelViews, monitoredBy(master), known),
  };
}

/** It hears enough of the others, and only its own quorum is too high: that is settings-skew. */
const isOnlyHigh = ({ view }: SentinelView, { quorum }: Electorate): boolean =>
  view.quorum > quorum && (view.ckquorum.usable ?? 0) >= votesNeeded(view.sentinels.length + 1, quorum);

/** All answer to this machine, and some do not hear enough of the others. */
function notHearing(facts: MasterFacts, electorate: Electorate): RawFinding[] {
  const deaf = facts.sentinelViews.filter((w) => !w.view.ckquorum.ok && !isOnlyHigh(w, electorate));
  const [first] = deaf;
  if (first === undefined) return [];
  const who = ids(sentinelsOf(deaf));
  const all = deaf.length === facts.sentinelViews.length;
  const does = deaf.length === 1 ? 'does' : 'do';
  return [
    {
      subject: facts.name,
      servers: sentinelsOf(deaf).map((s) => s.id),
      severity: all ? 'critical' : 'warning',
      message: all
        ? `no failover is possible: ${who} ${does} not hear enough of the others`
        : `${who} could not start a failover: ${deaf.length === 1 ? 'it does' : 'they do'} not hear enough of the others`,
      consequence: checkQuorum(deaf),
      fix: [whyNot(facts, first)],
    },
  ];
}

const whyNot = (facts: MasterFacts, { sentinel }: SentinelView): string =>
  facts.hints.logs(sentinel, `SENTINEL CKQUORUM ${facts.name}`);

/** CKQUORUM's own words, each once. One that still says OK counts peers that died less than down-after ago. */
function checkQuorum(sentinelViews: readonly SentinelView[]): string {
  const said = grouped(sentinelViews, (w) => w.view.ckquorum.message).map(
    (group) => `${ids(sentinelsOf(group))}: ${group[0]?.view.ckquorum.message ?? ''}`,
  );
  const late = sentinelViews.some((w) => w.view.ckquorum.ok);
  return late
    ? `a master that fails now is not replaced; CKQUORUM still counts a dead peer until down-after has passed (${said.join('; ')})`
    : `CKQUORUM at ${said.join('; ')}`;
}
