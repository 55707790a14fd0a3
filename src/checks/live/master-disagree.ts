import { sameAddress } from '../../model/address.js';
import { ballots, isAt, type MasterFacts, type Witness } from '../../model/facts.js';
import { believedMaster } from '../believed.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { monitorInstead } from '../fixes.js';
import { ids, judgeMasters, placed, sentinelsOf, subjectOf } from '../snapshot.js';
import { failoverUnderWay, heldDown, lookAgain } from '../under-way.js';

export default {
  id: 'master-disagree',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'data-unsafe',
  group: 'live',
  title: 'the sentinels name different masters',
  consequence:
    'clients write to the master that the first sentinel names: two data sets diverge, and one of them is discarded when the sentinels agree again',
  explanation:
    'After a failover the sentinels agree within a second: the higher configuration epoch wins. During a failover ' +
    'its leader still names the old master; that is only a warning. If the disagreement stays, some sentinels do ' +
    'not receive the messages of the others, or they were given another master by hand or by an old configuration ' +
    'file with the same epoch.',
  remedy: [
    'at the sentinel that is wrong: SENTINEL REMOVE NAME, then SENTINEL MONITOR NAME with the correct address, ' +
      'then its settings again',
  ],
  sources: ['sentinel.c: sentinelProcessHelloMessage, sentinelCommand (MONITOR, REMOVE)'],
  causes: [
    'split-brain',
    'replica-orphan',
    'ghost-replica',
    'no-quorum',
    'replica-missing',
    'master-address-not-master',
  ],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) => {
      const right = believedMaster(master);
      const wrong = master.witnesses.filter(
        ({ view }) => right !== null && !sameAddress(view.address, right),
      );
      return wrong.length === 0 ? [] : [disagreement(master, wrong)];
    }),
} satisfies SnapshotCheck;

function disagreement(facts: MasterFacts, wrong: readonly Witness[]): RawFinding {
  const { hints, name, witnesses } = facts;
  const claims = ballots(witnesses).map(({ voices, address }) => {
    const epochs = [...new Set(voices.map((w) => w.view.configEpoch))].join(', ');
    return `${ids(sentinelsOf(voices))} ${voices.length === 1 ? 'says' : 'say'} ${placed(facts, address)} (epoch ${epochs})`;
  });
  const busy = failoverUnderWay(witnesses) ?? heldDown(witnesses);
  const ofOne = sameServer(facts);
  const right = witnesses.find((w) => !wrong.includes(w));
  const evidence = [...claims, ...(busy === null ? [] : [busy])].join('; ');
  return {
    subject: subjectOf(sentinelsOf(wrong)),
    brief: ofOne
      ? 'the sentinels monitor one server under different addresses'
      : 'the sentinels name different masters',
    message: `the sentinels disagree on the master of ${name}: ${evidence}`,
    evidence,
    ...(ofOne && {
      impact: 'at-risk',
      consequence:
        'it is one server (the same run id), so no data differs; but a vote about one address does not count for the other: the master may never be objectively down, and no failover comes',
    }),
    ...(busy === null && right !== undefined
      ? { fix: wrong.flatMap((w) => monitorAgain(name, w, right)) }
      : { severity: 'warning', fix: lookAgain(hints) }),
  };
}

/** Whether one process answers at all of their addresses: then no data set differs. */
function sameServer({ answered, witnesses }: MasterFacts): boolean {
  const runIds = witnesses.map(
    ({ view }) => answered.find((n) => isAt(n, view.address))?.answer.runId ?? view.runId,
  );
  const [first, ...others] = new Set(runIds);
  return others.length === 0 && first !== undefined && first !== '';
}

function monitorAgain(name: string, { sentinel }: Witness, { view }: Witness): string[] {
  const hasPassword = sentinel.answer.passwordsFor?.includes(name) ?? null;
  return monitorInstead(sentinel, name, view.address, view, hasPassword);
}
