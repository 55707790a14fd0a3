import { formatAddress, sameAddress } from '../../model/address.js';
import { humanDurationMs } from '../../model/duration.js';
import { eligibility, excludedWords } from '../../model/promotable.js';
import { bytes, count } from '../../model/words.js';
import type { Look } from '../look.js';
import { broken, ctl, holds, type Judged, nodesOf, unknown } from './judged.js';

export function targetLinked(look: Look): Judged {
  const { target, roles } = look;
  if (target === roles.master) return broken(`${target.id} is the master already`);
  const answer = look.answerOf(target);
  if (answer === null) return broken(`${target.id} does not answer`, ctl(look, 'status'));
  if (answer.role !== 'replica' || !sameAddress(answer.follows, roles.master.announce))
    return broken(
      `${target.id} ${answer.role === 'replica' ? `follows ${answer.follows === null ? 'no master' : formatAddress(answer.follows)}` : `says ${answer.role}`}, not ${roles.master.id}`,
      ctl(look, 'topology'),
    );
  return answer.linkStatus === 'up'
    ? holds(`${target.id} follows ${roles.master.id}, its link is up`)
    : broken(`${target.id} has no link to ${roles.master.id}`, ctl(look, 'doctor'));
}

export function targetCatchesUp({ target, catchUp, budgetMs }: Look): Judged {
  const within = `; the pause allows ${budgetMs} ms`;
  if (catchUp.ms === null)
    return broken(
      `${target.id}: ${catchUp.why}${catchUp.lagBytes === null ? '' : `, ${bytes(catchUp.lagBytes)} behind`}`,
    );
  return holds(
    catchUp.lagBytes === 0
      ? `${target.id} has what the master had at that moment${within}`
      : `${target.id} was ${bytes(catchUp.lagBytes)} behind, and caught up in ${humanDurationMs(catchUp.ms)}${within}`,
  );
}

export function targetEligible(look: Look): Judged {
  const { target, isNamed, views } = look;
  const against = views.flatMap(({ sentinel, view }) => {
    const seen = view.replicas.find(({ address }) => sameAddress(address, target.announce));
    if (seen === undefined) return [`${sentinel.id} does not list it`];
    const judged = eligibility(seen, view);
    if (judged.is !== 'no' || (judged.by === 'priority' && isNamed)) return [];
    return [`${sentinel.id}: it ${excludedWords(judged)}`];
  });
  return against.length === 0
    ? holds(`every sentinel could promote ${target.id}`)
    : broken(`${target.id}: ${against.join('; ')}`, ctl(look, 'doctor'));
}

/** Sentinel prefers the lowest priority but 0. */
export const FIRST_PRIORITY = 1;

/**
 * Whether every sentinel chooses the target for its priority. Among equal ones the offset decides that INFO gave last, which
 * another replica may exceed by then.
 */
export const isFirst = ({ views, target }: Look): boolean =>
  views.every(({ view }) => {
    const priorityOf = (isTarget: boolean): number[] =>
      view.replicas
        .filter(
          (replica) =>
            sameAddress(replica.address, target.announce) === isTarget &&
            eligibility(replica, view).is !== 'no',
        )
        .map(({ priority }) => priority ?? 0);
    const [own] = priorityOf(true);
    return own !== undefined && priorityOf(false).every((other) => own < other);
  });

/** Sentinel chooses: a priority that comes first decides, unless another node has that one too. */
export function targetChosen(look: Look): Judged {
  const { target, views } = look;
  if (isFirst(look)) return holds(`Sentinel would choose ${target.id}`);
  const rivals = views.flatMap(({ view }) =>
    view.replicas.filter(
      ({ address, priority }) => !sameAddress(address, target.announce) && priority === FIRST_PRIORITY,
    ),
  );
  return rivals.length === 0
    ? holds(`${target.id} gets replica-priority ${FIRST_PRIORITY} meanwhile, so that Sentinel chooses it`)
    : broken(
        `${formatAddress(rivals[0]?.address ?? target.announce)} has replica-priority ${FIRST_PRIORITY}: Sentinel may choose that node`,
        ctl(look, 'replicas'),
      );
}

/** A replica that is older than its master may not read its stream. */
export function targetVersion(look: Look): Judged {
  const target = look.answerOf(look.target);
  if (target === null) return unknown(`${look.target.id} does not say its version`);
  const newer = nodesOf(look).filter(
    ({ node, answer }) =>
      node !== look.target &&
      answer !== null &&
      (answer.engine !== target.engine || isOlder(answer.version, target.version)),
  );
  const words = `${look.target.id} runs ${target.engine} ${target.version}`;
  return newer.length === 0
    ? holds(`${words}, and no node that would follow it is older`)
    : broken(
        `${words}; ${newer.map(({ node, answer }) => `${node.id} runs ${answer?.engine} ${answer?.version}`).join(', ')}: an older node may not read what a newer master sends`,
      );
}

/** By the first two numbers: what a replica must read changes with those. */
function isOlder(a: string, b: string): boolean {
  const [[a1 = 0, a2 = 0], [b1 = 0, b2 = 0]] = [a, b].map((v) => v.split('.').map(Number)) as [
    number[],
    number[],
  ];
  return a1 < b1 || (a1 === b1 && a2 < b2);
}

export function targetMemory(look: Look): Judged {
  const [from, to] = [look.answerOf(look.roles.master)?.memory, look.answerOf(look.target)?.memory];
  if (from === undefined || to === undefined) return unknown('a server does not say its memory');
  if (to.limitBytes > 0 && from.usedBytes > to.limitBytes)
    return broken(
      `the master uses ${bytes(from.usedBytes)}, ${look.target.id} may use ${bytes(to.limitBytes)} (maxmemory)`,
      ctl(look, 'doctor'),
    );
  return holds(
    to.limitBytes === 0
      ? `${look.target.id} has no maxmemory`
      : `the master uses ${bytes(from.usedBytes)} of the ${bytes(to.limitBytes)} that ${look.target.id} may use`,
  );
}

export function minReplicas(look: Look): Judged {
  const { target, roles } = look;
  const least = Number(look.answerOf(target)?.settings?.['min-replicas-to-write'] ?? Number.NaN);
  if (Number.isNaN(least)) return unknown(`${target.id} does not say its min-replicas-to-write`);
  const left = nodesOf(look).filter(({ node, answer }) => node !== target && answer !== null).length;
  const words = `${target.id} needs ${count(least, 'replica')} for a write, and ${left} of ${roles.nodes.length - 1} would follow it`;
  return left >= least ? holds(words) : broken(words, ctl(look, 'doctor'));
}
