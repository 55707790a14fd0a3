import { sameAddress } from '../address.js';
import { monitoredNames, sentinelAnswers } from '../facts.js';
import { hintsFor } from '../hints.js';
import type { SentinelState, Snapshot } from '../snapshot.js';
import type { Expectation, Problem } from '../status.js';
import { count, listed } from '../words.js';
import { canCallDown, electorateOf } from './electorate.js';
import { critical, ids, nameOf, names, warning } from './problem.js';

/** What is wrong with the sentinels themselves, whatever they monitor. */
export function sentinelProblems(snapshot: Snapshot, expectation: Expectation): Problem[] {
  const hints = hintsFor(expectation);
  const answering = snapshot.sentinels.filter(sentinelAnswers);
  const silent = snapshot.sentinels.filter(
    (s) => !sentinelAnswers(s) && !isLeftover(s, snapshot, expectation),
  );
  const problems: Problem[] = [];

  if (answering.length === 0) {
    const first = snapshot.sentinels[0];
    problems.push(
      critical(
        'no-sentinel',
        snapshot.sentinels,
        first === undefined
          ? 'no sentinel is known'
          : `none of ${count(snapshot.sentinels.length, 'sentinel')} answers`,
        expectation.own
          ? hints.ctl('up')
          : first === undefined
            ? 'sentinelctl status --sentinel-addrs HOST:PORT'
            : hints.cli(first, 'PING'),
        `nobody can tell clients where the master is, and nobody would promote a replica${expectation.whence === undefined ? '' : `; ${expectation.whence}`}`,
      ),
    );
  }

  for (const sentinel of silent) {
    const said = sentinel.silence?.message ?? 'no answer';
    problems.push(
      sentinel.silence?.kind === 'auth'
        ? critical(
            'auth',
            [sentinel],
            `${nameOf(sentinel)} ${said}`,
            hints.ctl('status --password-file FILE'),
          )
        : warning(
            'sentinel-unreachable',
            [sentinel],
            `${nameOf(sentinel)} does not answer: ${said}`,
            hints.revive(sentinel, sentinel.silence),
          ),
    );
  }

  const disables = tiltDisables(snapshot, expectation);
  for (const sentinel of answering.filter((s) => s.answer.tilt)) {
    problems.push(
      (disables ? critical : warning)(
        'tilt',
        [sentinel],
        `${nameOf(sentinel)} is in TILT: it watches, but calls no master down and does not act`,
        hints.logs(sentinel, 'INFO sentinel'),
        'its clock jumped or it stood still for more than 2 s; TILT ends after 30 quiet seconds',
      ),
    );
  }

  return [...problems, ...unmonitored(snapshot, expectation)];
}

/** Most are in TILT, or too few are not: nobody is replaced before TILT ends. */
function tiltDisables(snapshot: Snapshot, expectation: Expectation): boolean {
  return monitoredNames(snapshot).some((name) => {
    const electorate = electorateOf(snapshot, expectation, name);
    return electorate.tilted * 2 > electorate.known || !canCallDown(electorate);
  });
}

/** The master that was asked for is monitored by nobody, or by some and not by others. */
function unmonitored(snapshot: Snapshot, expectation: Expectation): Problem[] {
  const hints = hintsFor(expectation);
  const answering = snapshot.sentinels.filter(sentinelAnswers);
  const monitored = monitoredNames(snapshot);
  const asked = expectation.masterName ?? (monitored.length === 1 ? (monitored[0] ?? null) : null);
  const first = answering[0];
  if (asked === null || first === undefined) return [];

  if (!monitored.includes(asked)) {
    // Where only this master was asked for, nobody said what else there is.
    const there = monitored.length === 0 ? '' : `; they monitor ${listed(monitored)}`;
    const alternative = monitored[0];
    return [
      critical(
        'unknown-master-name',
        answering,
        `no sentinel monitors a master named ${asked}${there}`,
        alternative === undefined || expectation.own
          ? hints.logs(first, 'SENTINEL MASTERS')
          : hints.ctl(`status --master-name ${alternative}`),
      ),
    ];
  }
  const without = answering.filter((s) => !s.answer.masters.some((m) => m.name === asked));
  const witness = without[0];
  return witness === undefined
    ? []
    : [
        warning(
          'not-monitored',
          without,
          `${names(without)} ${without.length === 1 ? 'does' : 'do'} not monitor ${asked}, while ${ids(
            answering.filter((s) => !without.includes(s)),
          )} ${answering.length - without.length === 1 ? 'does' : 'do'}`,
          hints.logs(witness, 'SENTINEL MASTERS'),
        ),
      ];
}

/** A silent sentinel that no plan lists and that only peers name: reported as a ghost instead. */
export function isLeftover(sentinel: SentinelState, snapshot: Snapshot, expectation: Expectation): boolean {
  if (!expectation.own || expectation.nodes === undefined || sentinel.answer !== null) return false;
  if (expectation.nodes.some((n) => n.id === sentinel.id || sameAddress(n.announce, sentinel.announce)))
    return false;
  return snapshot.sentinels.some((s) =>
    s.answer?.masters.some((m) => m.sentinels.some((peer) => sameAddress(peer.address, sentinel.announce))),
  );
}
