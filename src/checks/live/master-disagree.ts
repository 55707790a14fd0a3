import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import { type AnsweredNode, ballots, isAt, type MasterFacts, type SentinelView } from '../../model/facts.js';
import { count } from '../../model/words.js';
import { demote, isApart } from '../apart.js';
import { believedMaster, followersOf } from '../believed.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import type { Monitor } from '../files/settings.js';
import { monitorInstead } from '../fixes.js';
import { idsOf, mostCommon } from '../group.js';
import { groupsOfOneName, oneName } from '../one-name.js';
import { grouped, ids, isDown, isSilent, judgeMasters, placed, sentinelsOf, subjectOf } from '../snapshot.js';
import { failoverUnderWay, heldDown, lookAgain } from '../under-way.js';

export default {
  id: 'master-disagree',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'data-unsafe',
  group: 'live',
  part: 'master',
  title: 'the sentinels name different masters',
  consequence:
    'clients write to the master that the first sentinel names: two data sets diverge, and one of them is discarded when the sentinels agree again',
  explanation:
    'After a failover the sentinels agree within a second: the higher configuration epoch wins. During a failover ' +
    'its leader still names the old master; that is only a warning. If the disagreement stays, some sentinels do ' +
    'not receive the messages of the others, or they were given another master by hand or by an old configuration ' +
    'file with the same epoch. Sentinels that began with different masters never hear each other: each publishes at ' +
    'its own. Then the data nodes decide: the master with the most replicas is right, of those the one that most ' +
    'sentinels name, then the one with the most keys. Two whole groups with one name do not disagree: each ' +
    'keeps its own data, and one of them gets another name.',
  remedy: [
    'at the sentinel that is wrong: SENTINEL REMOVE NAME, then SENTINEL MONITOR NAME with the correct address, ' +
      'then its settings again',
    'a master that began on its own has data that no other server has: copy them (redis-cli --rdb FILE) before it ' +
      'becomes a replica, which deletes them',
  ],
  sources: [
    'sentinel.c: sentinelProcessHelloMessage, sentinelCommand (MONITOR, REMOVE)',
    'https://github.com/redis/redis/issues/12271',
  ],
  causes: [
    'split-brain',
    'replica-orphan',
    'ghost-replica',
    'no-quorum',
    'master-down',
    'no-good-slave',
    'no-replica',
    'sentinel-isolated',
    'replica-missing',
    'master-address-not-master',
  ],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) => {
      const groups = groupsOfOneName(master);
      if (groups.length > 0) return [oneName(master, groups)];
      const right = believedMaster(master);
      const wrong = master.sentinelViews.filter(
        ({ view }) => right !== null && !sameAddress(view.address, right),
      );
      return wrong.length === 0 ? [] : [disagreement(master, wrong)];
    }),
  files: (project, { judgeMonitoredGroups, isAt: isServerAt }) =>
    judgeMonitoredGroups(project, (groups) =>
      groups.flatMap(({ name, monitors: all, master }) => {
        // One that only the running container knows disagrees with none.
        const monitors = all.filter(({ server }) => server.seen);
        const usual = mostCommon(monitors.map(placeIn));
        const odd = monitors.filter((m) => placeIn(m) !== usual);
        const [first] = odd;
        if (first === undefined || usual === undefined) return [];
        // One node may be known by a name and by an address.
        const isOne =
          master !== undefined &&
          monitors.every((m) => isServerAt(master, m.host, first.port, m.server) && m.port === first.port);
        if (isOne) return [];
        const claims = grouped([...monitors], placeIn).map((same) =>
          says(
            same.map(({ server }) => server),
            same.map(formatAddress)[0] ?? '',
          ),
        );
        return [
          {
            subject: idsOf(odd.map((m) => m.server)),
            message: disagreeWords(name, claims.join('; ')),
            fix: [`sentinel monitor ${name} ${usual} ${first.quorum}`],
            at: first.at,
          },
        ];
      }),
    ),
} satisfies SnapshotCheck;

const placeIn = ({ host, port }: Monitor): string => `${host} ${port}`;

/** `sentinel-1 and sentinel-2 say redis-1`. */
const says = (sentinels: readonly { id: string }[], what: string): string =>
  `${ids(sentinels)} ${sentinels.length === 1 ? 'says' : 'say'} ${what}`;

const disagreeWords = (name: string, evidence: string): string =>
  `the sentinels disagree on the master of ${name}: ${evidence}`;

function disagreement(facts: MasterFacts, wrong: readonly SentinelView[]): RawFinding {
  const { hints, name, sentinelViews, silent } = facts;
  const named = ballots(sentinelViews);
  const right = sentinelViews.find((w) => !wrong.includes(w));
  const others = right === undefined ? [] : apartFrom(facts, right, wrong);
  const busy =
    failoverUnderWay(sentinelViews) ??
    heldDown(sentinelViews.filter((w) => !monitorsReplica(facts, w, right)));
  const toReplicas = wrong.every(({ view }) => nodeAt(facts, view.address)?.answer.role === 'replica');
  const claims = named.map(({ voices, address }) => {
    const epochs = [...new Set(voices.map((w) => w.view.configEpoch))].join(', ');
    const holds = others.length === 0 ? '' : `; ${holdings(facts, address)}`;
    return says(sentinelsOf(voices), `${placed(facts, address)} (epoch ${epochs}${holds})`);
  });
  const ofOne = sameServer(facts);
  const toNothing = wrong.every(
    ({ view }) => isDown(view.flags) && silent.some((node) => isSilent(node) && isAt(node, view.address)),
  );
  const evidence = [...claims, ...(busy === null ? [] : [busy])].join('; ');
  return {
    subject: subjectOf(sentinelsOf(wrong)),
    // Sentinels of different masters do not hear each other, also those of the right one.
    ...((others.length > 0 || wrong.some((w) => isDown(w.view.flags))) && {
      servers: [
        ...sentinelViews.map((w) => w.sentinel.id),
        ...named.map(({ address }) => facts.refOf(address).id),
      ],
    }),
    brief: ofOne
      ? 'the sentinels monitor one server under different addresses'
      : `the sentinels name different masters: ${named.map(({ voices, address }) => `${facts.refOf(address).id} (${voices.length})`).join(', ')}`,
    message: disagreeWords(name, evidence),
    evidence,
    ...(ofOne && {
      impact: 'at-risk',
      consequence:
        'it is one server (the same run id), so no data differs; but a vote about one address does not count for the other: the master may never be objectively down, and no failover comes',
    }),
    ...(toReplicas && {
      impact: 'at-risk',
      consequence:
        'clients that ask the wrong sentinels are sent to a replica, which refuses writes (READONLY); these sentinels do not vote about the master',
    }),
    ...(toNothing && {
      impact: 'at-risk',
      consequence:
        'clients that ask the wrong sentinels are sent to an address at which nothing answers; these sentinels do not vote about the master',
    }),
    ...(busy === null && right !== undefined
      ? {
          fix: [
            ...wrong.flatMap((w) => monitorAgain(name, w, right)),
            // No sentinel that names the right one knows them: none would make them replicas.
            ...others.flatMap(([node, master]) => demote(facts, node, master)),
          ],
        }
      : { severity: 'warning', fix: lookAgain(hints) }),
  };
}

/**
 * Whether a sentinel monitors what is a replica, at the epoch of the right one: it calls that down because it says that
 * it is a replica (sentinel.c, sentinelCheckSubjectivelyDown), and no failover and no hello message ends it.
 */
const monitorsReplica = (
  facts: MasterFacts,
  { view }: SentinelView,
  right: SentinelView | undefined,
): boolean =>
  right !== undefined &&
  view.configEpoch === right.view.configEpoch &&
  view.saysReplica === true &&
  nodeAt(facts, view.address)?.answer.role === 'replica';

const nodeAt = ({ answered }: MasterFacts, address: Address): AnsweredNode | undefined =>
  answered.find((n) => isAt(n, address));

/** The masters that these sentinels name and that have data of their own, each with the right one. */
function apartFrom(
  facts: MasterFacts,
  { view }: SentinelView,
  wrong: readonly SentinelView[],
): [node: AnsweredNode, master: AnsweredNode][] {
  const master = nodeAt(facts, view.address);
  if (master === undefined) return [];
  const nodes = new Set(wrong.map((w) => nodeAt(facts, w.view.address)));
  return [...nodes].flatMap((node): [AnsweredNode, AnsweredNode][] =>
    node?.answer.role === 'master' && isApart(node.answer, master.answer) ? [[node, master]] : [],
  );
}

/** What stands for one of several masters: its replicas, and its data. */
function holdings(facts: MasterFacts, address: Address): string {
  const node = nodeAt(facts, address);
  const keys = node?.answer.keys;
  const replicas = node === undefined ? 0 : followersOf(facts, node);
  return [count(replicas, 'replica'), ...(keys === undefined ? [] : [count(keys, 'key')])].join(', ');
}

/** Whether one process answers at all of their addresses: then no data set differs. */
function sameServer({ answered, sentinelViews }: MasterFacts): boolean {
  const runIds = sentinelViews.map(
    ({ view }) => answered.find((n) => isAt(n, view.address))?.answer.runId ?? view.runId,
  );
  const [first, ...others] = new Set(runIds);
  return others.length === 0 && first !== undefined && first !== '';
}

function monitorAgain(name: string, { sentinel }: SentinelView, { view }: SentinelView): string[] {
  const hasPassword = sentinel.answer.passwordsFor?.includes(name) ?? null;
  return monitorInstead(sentinel, name, view.address, view, hasPassword);
}
