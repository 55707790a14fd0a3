import { formatDurationMs } from '../duration.js';
import type { Facts } from '../facts.js';
import type { NodeState } from '../snapshot.js';
import type { Problem } from '../status.js';
import { count } from '../words.js';
import { canCallDown, canElect, electorateOf, headCount } from './electorate.js';
import { type Check, critical, ids, nameOf } from './problem.js';

/** Election and promotion beyond down-after, in milliseconds, with room: about 1.3 s is what they take. */
const BEYOND_DOWN_AFTER_MS = 2000;

/** No node that answers says that it is the master. A dead master and all that follows from it are this one problem. */
export const noMaster: Check = (facts) => {
  if (!hasNoMaster(facts)) return [];
  const lost = lostMaster(facts);
  return [lost === null ? nobodySaysMaster(facts) : masterIsDown(facts, lost)];
};

/** The node that everybody takes for the master, where it does not answer (one that wants a password does). */
export function lostMaster(facts: Facts): NodeState | null {
  // Where no sentinel answers, those that follow it still name it.
  const followed = facts.answered.flatMap((n) => n.answer.follows ?? []);
  const named = facts.master === null ? followed : [facts.master];
  const [id, ...others] = new Set(named.map((address) => facts.refOf(address).id));
  const node = others.length > 0 ? undefined : facts.silent.find((n) => n.id === id);
  return node === undefined || node.silence?.kind === 'auth' ? null : node;
}

/** Whether no-master tells of this node already, so that it is not told of a second time. */
export const isToldAsLost = (facts: Facts, id: string): boolean =>
  hasNoMaster(facts) && lostMaster(facts)?.id === id;

/** The way back of a master that is down, where a failover comes first: started before it, it would come back empty. */
export function afterFailover(facts: Facts, lost: NodeState): Pick<Problem, 'fix' | 'later'> {
  const { expectation, hints } = facts;
  const fix = hints.ctl('status --watch');
  if (!expectation.own) return { fix };
  return { fix, later: { when: 'once another one is the master', fix: hints.revive(lost, lost.silence) } };
}

/** `is down`, or what is known of a node that accepts and stays silent. */
export const downWord = (node: NodeState): string =>
  node.silence?.kind === 'timeout' ? 'does not answer' : 'is down';

function hasNoMaster({ nodes, answered }: Facts): boolean {
  if (answered.some((n) => n.answer.role === 'master')) return false;
  // A node that only lacks the password may well be the master: then nobody can say that there is none.
  return nodes.length > 0 && !nodes.some((n) => n.silence?.kind === 'auth');
}

function masterIsDown(facts: Facts, lost: NodeState): Problem {
  const { words, why, ...next } = outlook(facts, lost);
  const said = `${lost.id} ${lost.silence?.message ?? 'did not answer'}`;
  return {
    ...critical(
      'no-master',
      [lost],
      `${facts.name}: its master ${nameOf(lost)} ${downWord(lost)}, nothing can be written; ${words}`,
      next.fix,
      why === null ? said : `${said}; ${why}`,
    ),
    ...next,
  };
}

type Outlook = Pick<Problem, 'fix' | 'later' | 'why'> & { words: string };

/** Whether somebody will take over by himself, and what to type. */
function outlook(facts: Facts, lost: NodeState): Outlook {
  const { witnesses, nodes, snapshot, expectation, hints } = facts;
  const electorate = electorateOf(snapshot, expectation, facts.name);
  const hopeless = (words: string): Outlook => ({ words, why: null, fix: bringBack(facts, lost) });
  if (witnesses.length === 0) return hopeless('no sentinel answers that could replace it');
  if (!canElect(electorate)) return hopeless(`no failover is possible (${headCount(electorate)})`);
  if (!hasHeir(facts)) {
    if (nodes.length > 1) return hopeless('no replica is there to take its place');
    return { ...hopeless('it has no replica'), fix: hints.revive(lost, lost.silence) };
  }
  if (!canCallDown(electorate)) {
    const words = `no failover before TILT ends (${electorate.tilted} of ${count(electorate.known, 'sentinel')})`;
    return { words, why: 'TILT ends after 30 quiet seconds', ...afterFailover(facts, lost) };
  }
  if (witnesses.every((w) => !w.view.ckquorum.ok))
    return hopeless('no failover is possible (the sentinels do not hear each other)');
  const downAfterMs = Math.max(...witnesses.map((w) => w.view.downAfterMs));
  const able = `${electorate.alive - electorate.tilted} of ${count(electorate.known, 'sentinel')}`;
  return {
    words: `${able} can replace it, within about ${formatDurationMs(downAfterMs + BEYOND_DOWN_AFTER_MS)} (down-after + 2s)`,
    why: 'if none takes over, the sentinels’ logs say why (-failover-abort-…)',
    ...afterFailover(facts, lost),
  };
}

/** A replica that answers and that not every sentinel has at priority 0, which means never (sentinel.c, sentinelSelectSlave). */
function hasHeir(facts: Facts): boolean {
  return facts.answered.some((node) => {
    if (node.answer.role !== 'replica' || node.answer.loading) return false;
    const entries = facts.witnesses.flatMap((w) =>
      w.view.replicas.filter((r) => facts.refOf(r.address).id === node.id),
    );
    return entries.length === 0 || entries.some((entry) => entry.priority !== 0);
  });
}

/**
 * What to type where no failover will come by itself: `up` starts the sentinels first, waits for their failover and
 * brings the rest back behind it. It thaws nobody: where one is frozen, the first sentinel that is needed.
 */
export function bringBack(facts: Facts, otherwise: NodeState | null): string {
  const { expectation, hints, silent, snapshot, witnesses } = facts;
  const sentinels = snapshot.sentinels.filter((s) => s.answer === null && s.silence?.kind !== 'auth');
  const isFrozen = [...silent, ...sentinels].some((s) => s.silence?.kind === 'timeout');
  if (expectation.own && !isFrozen && silent.length + sentinels.length > 0) return hints.ctl('up');
  const first = sentinels[0] ?? otherwise;
  if (first !== null) return hints.revive(first, first.silence);
  const witness = witnesses[0]?.sentinel;
  return witness === undefined ? hints.ctl('status') : hints.logs(witness, `SENTINEL CKQUORUM ${facts.name}`);
}

function nobodySaysMaster(facts: Facts): Problem {
  const { answered, name } = facts;
  return critical(
    'no-master',
    [],
    answered.length === 0
      ? `no node of ${name} answers, nothing can be read or written`
      : `no reachable node says that it is the master of ${name}, nothing can be written: ${ids(answered)} answer${answered.length === 1 ? 's' : ''}`,
    nextWithoutMaster(facts),
  );
}

/** Any lost node, else whoever can be asked for the reason. */
function nextWithoutMaster(facts: Facts): string {
  const { hints, silent, answered, witnesses } = facts;
  if (silent[0] !== undefined) return bringBack(facts, silent[0]);
  const witness = witnesses[0]?.sentinel;
  if (witness !== undefined) return hints.logs(witness, `SENTINEL MASTER ${facts.name}`);
  const first = answered[0];
  return first === undefined ? hints.ctl('status') : hints.logs(first, 'ROLE');
}
