import { sameAddress } from '../model/address.js';
import { agreementOf } from '../model/agreement.js';
import { type MasterFacts, type SnapshotFacts, snapshotFacts } from '../model/facts.js';
import type { Snapshot } from '../model/snapshot.js';
import {
  type Expectation,
  type MasterStatus,
  SEVERITIES,
  type SentinelStatus,
  type StatusResult,
  type Verdict,
  type ViewStatus,
} from '../model/status.js';
import {
  isNow,
  type Judgement,
  labelled,
  NOT_ALL_RUN,
  ofCluster,
  verdictOn,
  verdictRank,
  type Weighed,
} from '../model/verdict.js';
import { count, listed } from '../model/words.js';
import { lockedIn, rawWithLogins } from './asked.js';
import { type Finding, impactOf, type LiveCheck, type RawFinding, type Skip } from './check.js';
import { findingOf } from './finding.js';
import { explainer, fold, serverNames } from './fold.js';
import { gatheredOf } from './gathered-of.js';
import { snapshotWithoutLeftovers } from './never-reached.js';
import { possibleNow } from './possible-now.js';
import { problemsIn } from './problems.js';
import { nodeStatus, sentinelStatus, summary } from './shown.js';
import { STATUS_CHECKS } from './status-checks.js';
import { withoutExpected } from './taken-down.js';
import { weigh } from './weigh.js';

/** A finding of a check, with the check that made it. */
interface Judged {
  check: LiveCheck;
  raw: RawFinding;
  /** Made once: what names no master is among the findings of each of a thousand. */
  finding: Finding;
}

/** What a snapshot shows: which server says what, whether it fits together, and what to do where it does not. Pure. */
export function assess(all: Snapshot, expectation: Expectation): StatusResult {
  const snapshot = snapshotWithoutLeftovers(all, expectation.masterName);
  const facts = snapshotFacts(snapshot, expectation);
  const locked = lockedIn(snapshot);
  const now = possibleNow(facts);
  const judged = byWeight(
    STATUS_CHECKS.flatMap((check) => {
      const outcome = judgedBy(check, facts);
      // What a check could not judge is shown as the silence of a server.
      if (!Array.isArray(outcome)) return [];
      return outcome.map((seen): Judged => {
        const raw = rawWithLogins(now(seen, check), locked);
        return { check, raw, finding: findingOf(check, raw) };
      });
    }),
  );
  const sentinels = snapshot.sentinels.map(sentinelStatus);
  const concerning = byMaster(
    judged,
    facts.masters.map((m) => m.name),
  );
  const servers = serverNames({
    sentinels: snapshot.sentinels,
    nodes: snapshot.groups.flatMap(({ nodes }) => nodes),
  });
  const each = facts.masters.map((master) =>
    masterStatus(master, sentinels, concerning.get(master.name) ?? [], servers),
  );
  const masters = each.map(({ status }) => status);
  const beside = verdictOn(
    weighed(
      judged.filter(({ raw }) => raw.masterName === null),
      servers,
    ),
    { masters: [], healthy: '' },
  );
  const { verdict, said } = worstOf(overall(each, judged, servers), beside, each.length === 0);
  return {
    cluster: expectation.cluster,
    driver: expectation.driver,
    healthy: verdict.word === 'HEALTHY',
    verdict: labelled(
      ofCluster(withoutDoctor(verdict, snapshot), expectation.cluster, masters),
      expectation.label,
    ),
    sentinels,
    masters,
    problems: problemsIn(judged, new Set(said)),
  };
}

/** Of what `doctor` judges, only what weighs on the verdict: its risks and notes are its own to show. */
function judgedBy(check: LiveCheck, facts: SnapshotFacts): RawFinding[] | Skip {
  if (check.needs === 'gathered') {
    const outcome = check.live(gatheredOf(facts));
    return Array.isArray(outcome) ? outcome.filter((raw) => isNow(impactOf(check, raw))) : outcome;
  }
  const outcome = check.live(facts);
  return Array.isArray(outcome) ? withoutExpected(check, outcome, facts) : outcome;
}

/** Skipped is not passed: a snapshot lacks the evidence for what only `doctor` asks, and what its user may not read. */
function withoutDoctor(verdict: Verdict, { groups }: Snapshot): Verdict {
  if (verdict.word !== 'HEALTHY') return verdict;
  const unread = groups.flatMap(({ nodes }) =>
    nodes.filter(({ answer }) => answer?.raw?.config.ok === false),
  );
  const names = [...new Set(unread.map(({ id }) => id))];
  const but = names.length === 0 ? '' : `; the settings of ${listed(names)} were not read`;
  return { ...verdict, text: `${verdict.text}${but}${NOT_ALL_RUN}` };
}

/** The findings that concern each master, in their order; see RawFinding.masterName. */
function byMaster(judged: readonly Judged[], names: readonly string[]): Map<string, Judged[]> {
  const lists = new Map(names.map((name): [string, Judged[]] => [name, []]));
  for (const finding of judged) {
    const { masterName } = finding.raw;
    if (masterName === undefined) for (const list of lists.values()) list.push(finding);
    else if (masterName !== null) lists.get(masterName)?.push(finding);
  }
  return lists;
}

/** A master with what its own verdict says. */
interface JudgedMaster {
  status: MasterStatus;
  said: readonly Judged[];
}

/** Of several masters, the worst off, with how many are healthy. What any of their lines says was said. */
function overall(
  masters: readonly JudgedMaster[],
  judged: readonly Judged[],
  servers: ReadonlySet<string>,
): Judgement<Judged> {
  const [worst, ...others] = masters
    .map(({ status }) => status)
    .toSorted((a, b) => verdictRank(a.verdict.word) - verdictRank(b.verdict.word));
  if (worst === undefined)
    return verdictOn(weighed(judged, servers), {
      masters: [],
      healthy: '',
      unproven: ['no master is monitored'],
    });
  const { verdict } = worst;
  const said = masters.flatMap((m) => m.said);
  if (others.length === 0) return { verdict, said };
  const healthy = masters.filter(({ status }) => status.healthy).length;
  const counted = `${healthy} of ${count(masters.length, 'master')} healthy`;
  return { verdict: { ...verdict, text: worst.healthy ? counted : `${counted}; ${verdict.text}` }, said };
}

/** What concerns no master counts where no master is worse off. */
function worstOf(masters: Judgement<Judged>, beside: Judgement<Judged>, isAlone: boolean): Judgement<Judged> {
  const isWorse = verdictRank(beside.verdict.word) < verdictRank(masters.verdict.word);
  if (!isWorse) return masters;
  const text = isAlone ? beside.verdict.text : `${masters.verdict.text}; ${beside.verdict.text}`;
  return { verdict: { ...beside.verdict, text }, said: beside.said };
}

/** The root causes as they count, the same as in `doctor`; `servers`: the names of all. */
function weighed(judged: readonly Judged[], servers: ReadonlySet<string>): Weighed<Judged>[] {
  const roots = fold(
    judged.map(({ finding }) => finding),
    STATUS_CHECKS,
    servers,
  );
  const asJudged = (of: readonly Finding[]): Judged[] =>
    // A root is a copy of its finding.
    judged.filter(({ finding }) =>
      of.some(
        ({ id, subject, message }) =>
          id === finding.id && subject === finding.subject && message === finding.message,
      ),
    );
  return weigh(roots, explainer(STATUS_CHECKS, servers)).map(({ of, covers = [], ...rest }) => ({
    ...rest,
    of: asJudged(of),
    covers: asJudged(covers),
  }));
}

/** What a run of sentinelctl did first, since all else may come of it; then by severity, then in the order of the checks. */
function byWeight(judged: readonly Judged[]): Judged[] {
  const rank = ({ check, raw }: Judged): number =>
    check.first === true ? -1 : SEVERITIES.indexOf(raw.severity ?? check.severity);
  return judged.toSorted((a, b) => rank(a) - rank(b));
}

function masterStatus(
  facts: MasterFacts,
  sentinels: readonly SentinelStatus[],
  judged: readonly Judged[],
  servers: ReadonlySet<string>,
): JudgedMaster {
  const master = facts.master === null ? null : facts.refOf(facts.master);
  const masterOffset = facts.answered.find((n) => n.id === master?.id)?.answer.offset ?? null;
  const shown = {
    name: facts.name,
    master,
    agreement: agreementOf(facts.snapshot, facts.name),
    nodes: facts.nodes.map((node) => nodeStatus(node, facts, masterOffset)),
    views: facts.sentinelViews.map(
      ({ sentinel, view }): ViewStatus => ({
        sentinel: sentinel.id,
        master: facts.refOf(view.address),
        configEpoch: view.configEpoch,
        flags: view.flags,
        replicas: view.replicas.length,
        otherSentinels: view.sentinels.length,
        quorum: view.quorum,
        ckquorum: view.ckquorum,
        failoverState: view.failoverState,
        differs: !sameAddress(view.address, facts.master),
      }),
    ),
  };
  const healthy = summary(shown, sentinels);
  const { verdict, said } = verdictOn(weighed(judged, servers), { masters: [facts], healthy });
  const problems = problemsIn(judged, new Set(said));
  return { status: { ...shown, problems, healthy: verdict.word === 'HEALTHY', verdict }, said };
}
