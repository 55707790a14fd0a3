import { ballots, type Facts, type Witness } from '../facts.js';
import type { Problem } from '../status.js';
import { listed } from '../words.js';
import { canElect, electorateOf, headCount } from './electorate.js';
import { sentinelsOf } from './master.js';
import { bringBack } from './no-master.js';
import { type Check, critical, grouped, ids, warning } from './problem.js';

/** Too few sentinels are there to start or to authorise a failover; CKQUORUM notices that only after down-after. */
export const noQuorum: Check = (facts) => {
  const { witnesses, snapshot, expectation } = facts;
  const first = witnesses[0];
  if (first === undefined) return [];
  const electorate = electorateOf(snapshot, expectation, facts.name);
  if (!canElect(electorate)) {
    const lost = snapshot.sentinels.filter((s) => s.answer === null && s.silence?.kind !== 'auth');
    return [
      critical(
        'no-quorum',
        lost.length > 0 ? lost : sentinelsOf(witnesses),
        `no failover is possible: ${headCount(electorate)}`,
        lost.length > 0 ? bringBack(facts, null) : whyNot(facts, first),
        checkQuorum(witnesses),
      ),
    ];
  }
  const deaf = witnesses.filter((w) => !w.view.ckquorum.ok);
  const example = deaf[0];
  if (example === undefined) return [];
  const who = ids(sentinelsOf(deaf));
  const all = deaf.length === witnesses.length;
  return [
    (all ? critical : warning)(
      'no-quorum',
      sentinelsOf(deaf),
      all
        ? `no failover is possible: ${who} ${deaf.length === 1 ? 'does' : 'do'} not hear enough of the others`
        : `${who} could not start a failover: ${deaf.length === 1 ? 'it does' : 'they do'} not hear enough of the others`,
      whyNot(facts, example),
      checkQuorum(deaf),
    ),
  ];
};

const whyNot = (facts: Facts, { sentinel }: Witness): string =>
  facts.hints.logs(sentinel, `SENTINEL CKQUORUM ${facts.name}`);

/** CKQUORUM's own words, each once. One that still says OK counts peers that died less than down-after ago. */
function checkQuorum(witnesses: readonly Witness[]): string {
  const said = grouped(witnesses, (w) => w.view.ckquorum.message).map(
    (group) => `${ids(sentinelsOf(group))}: ${group[0]?.view.ckquorum.message ?? ''}`,
  );
  const late = witnesses.some((w) => w.view.ckquorum.ok);
  return `CKQUORUM at ${said.join('; ')}${late ? ' (it counts a dead peer until down-after is over)' : ''}`;
}

/** Somebody is busy promoting a replica. */
export const failoverInProgress: Check = (facts) => {
  const busy = facts.witnesses.filter(
    (w) => w.view.failoverState !== null || w.view.flags.includes('failover_in_progress'),
  );
  const first = busy[0];
  if (first === undefined) return [];
  const states = [...new Set(busy.flatMap((w) => w.view.failoverState ?? []))];
  return [
    warning(
      'failover-in-progress',
      sentinelsOf(busy),
      `a failover of ${facts.name} is in progress at ${ids(sentinelsOf(busy))}${states.length === 0 ? '' : ` (${listed(states)})`}`,
      waitFor(facts, first),
      `it ends by itself, at the latest after failover-timeout (${first.view.failoverTimeoutMs} ms)`,
    ),
  ];
};

const waitFor = (facts: Facts, witness: Witness): string =>
  facts.expectation.own
    ? facts.hints.ctl('status --watch')
    : facts.hints.cli(witness.sentinel, `SENTINEL MASTER ${facts.name}`);

/** The sentinels agree on the address, but not on which configuration is the newest. */
export const epochDisagree: Check = (facts): Problem[] => {
  if (ballots(facts.witnesses).length > 1) return [];
  const groups = grouped(facts.witnesses, (w) => String(w.view.configEpoch)).sort(
    (a, b) => b.length - a.length,
  );
  const odd = groups.at(-1)?.[0];
  if (groups.length < 2 || odd === undefined) return [];
  const claims = groups.map((g) => `${ids(sentinelsOf(g))} at ${g[0]?.view.configEpoch ?? '?'}`);
  return [
    warning(
      'epoch-disagree',
      sentinelsOf(groups.slice(1).flat()),
      `the sentinels disagree on the configuration epoch of ${facts.name}: ${claims.join('; ')}`,
      facts.hints.logs(odd.sentinel, `SENTINEL MASTER ${facts.name}`),
      'the highest epoch wins once they hear each other, each 2 s',
    ),
  ];
};
