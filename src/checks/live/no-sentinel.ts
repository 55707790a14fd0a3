import { formatAddress } from '../../model/address.js';
import { type SnapshotFacts, sentinelAnswers } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { shellWord } from '../../model/secrets.js';
import { HELLO_PERIOD_MS } from '../../model/sentinel-timing.js';
import { isLocked, type SentinelState } from '../../model/snapshot.js';
import { count } from '../../model/words.js';
import type { SnapshotCheck } from '../check.js';
import { isStopped, isUnheard, subjectOf } from '../snapshot.js';
import { isSpeaking, saysInstead } from './says-instead.js';

const NOT_THEIRS = 'nothing is known of the cluster: these are not the addresses of its sentinels';
const ENDED =
  'nothing that was attached answers: its servers were ended, they have other addresses now, or this machine has no route to them';
const NOTHING_KNOWN =
  'nothing is known of the cluster: the addresses may be wrong, or this machine may have no route to them';

export default {
  id: 'no-sentinel',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'no-failover',
  group: 'live',
  part: 'sentinels',
  title: 'no sentinel answers',
  consequence: 'clients cannot ask where the master is, and no replica is promoted when the master fails',
  explanation:
    'No known sentinel answers. The data nodes continue: replication works, and connected clients keep their ' +
    'connections. But a client that starts cannot find the master, and a master that fails is not replaced.',
  remedy: ['start the sentinels', 'check the given addresses'],
  sources: ['measured'],
  causes: ['sentinel-unreachable', 'no-quorum'],
  live(facts) {
    const { expectation, hints, snapshot } = facts;
    const { sentinels } = snapshot;
    const [first] = sentinels;
    if (sentinels.some((s) => sentinelAnswers(s) || (s.silence === null && !isDisabled(s)))) return [];
    // One that wants a password or TLS does answer.
    if (sentinels.some((s) => isLocked(s.silence))) return [];
    return [
      {
        subject: subjectOf(sentinels),
        // Typed addresses of which nothing is known may be the wrong ones; and where nothing refuses, this machine
        // may have no route to them.
        ...(!expectation.own &&
          sentinels.length > 0 &&
          (isUnheard(facts) || !sentinels.some(isStopped)) && { impact: 'unknown' }),
        message: first === undefined ? 'no sentinel is known' : noneOf(sentinels, expectation.own),
        consequence: [
          !isUnheard(facts) || first === undefined
            ? this.consequence
            : !isTyped(facts)
              ? ENDED
              : sentinels.every(isSomethingElse)
                ? NOT_THEIRS
                : sentinels.some(speaks)
                  ? this.consequence
                  : NOTHING_KNOWN,
          ...(expectation.whence === undefined ? [] : [expectation.whence]),
        ].join('; '),
        fix: expectation.own
          ? [hints.ctl('up')]
          : first === undefined
            ? [hints.at('HOST:PORT')]
            : (instead(sentinels, facts) ?? lookOrStart(first, facts)),
      },
    ];
  },
} satisfies SnapshotCheck;

/** An address that answers as something else has a route. Why ours do not answer the table says; typed addresses may be wrong. */
function noneOf(sentinels: readonly SentinelState[], own: boolean): string {
  const none = `none of ${count(sentinels.length, 'sentinel')} answers`;
  const one = sentinels.find(speaks);
  if (one === undefined) {
    const [reason, ...others] = new Set(sentinels.map(({ silence }) => silence?.message));
    return own || reason === undefined || others.length > 0 ? none : `${none}: ${reason}`;
  }
  const said = `${one.id} ${saysInstead(one, 'sentinel')?.words ?? one.silence?.message ?? ''}`;
  return sentinels.length === 1
    ? said
    : `none of ${count(sentinels.length, 'sentinel')} answers as a sentinel: ${said}`;
}

const isDataNode = ({ silence }: SentinelState): boolean =>
  silence?.kind === 'protocol' && silence.message.startsWith('is a data node');

/** A data node, or no Redis at all. */
const isSomethingElse = ({ silence }: SentinelState): boolean => silence?.kind === 'protocol';

/** It answers, and not to SENTINEL: `doctor` has its INFO all the same. */
const isDisabled = (sentinel: SentinelState): boolean => saysInstead(sentinel, 'sentinel') !== null;
const speaks = (sentinel: SentinelState): boolean => isSpeaking(sentinel) || isDisabled(sentinel);

/** What to type where something answers at one of the addresses, and not as a sentinel; null where nothing does. */
function instead(sentinels: readonly SentinelState[], facts: SnapshotFacts): string[] | null {
  const one = sentinels.find(isDataNode) ?? sentinels.find(speaks);
  if (one === undefined) return null;
  const [fix] = saysInstead(one, 'sentinel')?.fix ?? [];
  return fix === undefined ? elsewhere(one, facts) : [fix];
}

/** What shows the sentinels of a data node: each says its address there every 2 s, as itself knows it. */
const elsewhere = (server: SentinelState, { hints }: Pick<SnapshotFacts, 'hints'>): string[] => [
  ...(isDataNode(server)
    ? [
        `${cli(server, 'SUBSCRIBE __sentinel__:hello')}  # prints the address of each of its sentinels within ${HELLO_PERIOD_MS / 1000} s; Ctrl-C ends it`,
      ]
    : []),
  `${hints.at('HOST:PORT')}  # give the address of a sentinel`,
];

/** Whether the cluster is known by typed addresses alone, which may be wrong. */
const isTyped = ({ expectation: { cluster } }: Pick<SnapshotFacts, 'expectation'>): boolean =>
  cluster === '' || cluster.includes(':');

/** A sentinel that was there when its cluster was attached is started again; of a typed address it is looked what is there. */
function lookOrStart(first: SentinelState, facts: SnapshotFacts): string[] {
  const { sentinels } = facts.snapshot;
  const ended = isTyped(facts) ? [] : sentinels.filter(isStopped);
  return ended.length === 0 ? [lookAt(first, facts)] : ended.map((s) => facts.hints.revive(s, s.silence));
}

/** What shows why nothing answers at an address, at this machine or at that one. */
function lookAt({ endpoint, silence }: SentinelState, { hints }: Pick<SnapshotFacts, 'hints'>): string {
  const { host } = endpoint;
  const said = silence?.message ?? '';
  if (silence?.kind === 'refused')
    return `ss -ltnp  # on the machine of ${formatAddress(endpoint)}, which shows what listens there; start its sentinel, or correct the address`;
  if (/does not resolve/.test(said))
    return `getent hosts ${shellWord(host)}  # must print its address at this machine; else correct the name`;
  if (silence?.unreached === true && /no route/.test(said))
    return `ip route get ${shellWord(host)}  # the route of this machine to it; else run sentinelctl on a machine that has one`;
  return `${hints.again('--timeout 5s')}  # waits longer; else a firewall on the way, or the address is not right`;
}
