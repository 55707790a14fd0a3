import { ballots, type Facts, type Witness } from '../facts.js';
import type { Problem } from '../status.js';
import { listed } from '../words.js';
import { sentinelsOf } from './master.js';
import { type Check, critical, grouped, ids, warning } from './problem.js';

/** CKQUORUM says that a failover could not be started or authorised. */
export const noQuorum: Check = (facts) =>
  grouped(
    facts.witnesses.filter((w) => !w.view.ckquorum.ok),
    (w) => w.view.ckquorum.message,
  ).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const lost = facts.snapshot.sentinels.find((s) => s.answer === null);
    return [
      critical(
        'no-quorum',
        sentinelsOf(group),
        `no failover is possible by ${ids(sentinelsOf(group))}: ${first.view.ckquorum.message}`,
        lost === undefined
          ? facts.hints.logs(first.sentinel, `SENTINEL CKQUORUM ${facts.name}`)
          : facts.hints.revive(lost, lost.silence),
        `quorum ${first.view.quorum} and a majority of the sentinels must be able to hear each other`,
      ),
    ];
  });

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
