import { ballots, type Facts, type Witness } from '../facts.js';
import { type Check, critical, grouped, ids, names, placed } from './problem.js';

export const sentinelsOf = (witnesses: readonly Witness[]) => witnesses.map((w) => w.sentinel);

/** More than one node says that it is the master. */
export const splitBrain: Check = (facts) => {
  const masters = facts.answered.filter((n) => n.answer.role === 'master');
  if (masters.length < 2) return [];
  const stray =
    masters.find((n) => facts.master === null || facts.refOf(facts.master).id !== n.id) ?? masters[0];
  if (stray === undefined) return [];
  return [
    critical(
      'split-brain',
      masters,
      `${masters.length} nodes say that they are the master: ${names(masters)}`,
      facts.hints.act(stray, `restart ${stray.id}`, 'ROLE'),
      'writes to the wrong one are lost once Sentinel makes it a replica, about 10 s after it came back',
    ),
  ];
};

/** No node that answers says that it is the master. */
export const noMaster: Check = (facts) => {
  if (facts.answered.some((n) => n.answer.role === 'master')) return [];
  // A node that only lacks the password may well be the master: then nobody can say that there is none.
  if (facts.nodes.length === 0 || facts.nodes.some((n) => n.silence?.kind === 'auth')) return [];
  return [
    critical(
      'no-master',
      [],
      facts.answered.length === 0
        ? `no node of ${facts.name} answers`
        : `no reachable node says that it is the master of ${facts.name}: ${ids(facts.answered)} answer${facts.answered.length === 1 ? 's' : ''}`,
      nextWithoutMaster(facts),
      'nothing can be written',
    ),
  ];
};

/** The lost master itself if it is known, else any lost node, else whoever can be asked for the reason. */
function nextWithoutMaster(facts: Facts): string {
  const { master, hints, silent } = facts;
  const lost = silent.find((n) => master !== null && facts.refOf(master).id === n.id) ?? silent[0];
  if (lost !== undefined) return hints.revive(lost, lost.silence);
  const witness = facts.witnesses[0]?.sentinel;
  if (witness !== undefined) return hints.logs(witness, `SENTINEL MASTER ${facts.name}`);
  const first = facts.answered[0];
  return first === undefined ? hints.ctl('status') : hints.logs(first, 'ROLE');
}

/** The sentinels give different addresses. */
export const masterDisagree: Check = (facts) => {
  const piles = ballots(facts.witnesses);
  const odd = piles.at(-1)?.voices[0];
  if (piles.length < 2 || odd === undefined) return [];
  const claims = piles.map(
    (pile) =>
      `${ids(sentinelsOf(pile.voices))} ${pile.voices.length === 1 ? 'says' : 'say'} ${placed(facts, pile.address)}`,
  );
  return [
    critical(
      'master-disagree',
      sentinelsOf(piles.slice(1).flatMap((pile) => pile.voices)),
      `the sentinels disagree on the master of ${facts.name}: ${claims.join('; ')}`,
      facts.hints.logs(odd.sentinel, `SENTINEL MASTER ${facts.name}`),
      'normal for about a second in a failover; if it stays, they can not hear each other',
    ),
  ];
};

/** The node at the address that the sentinels give answers, and says that it is no master. */
export const masterAddressNotMaster: Check = (facts) => {
  const { master } = facts;
  if (master === null || facts.witnesses.length === 0) return [];
  const node = facts.answered.find((n) => n.id === facts.refOf(master).id);
  if (node === undefined || node.answer.role === 'master') return [];
  const follows = node.answer.follows;
  const says = follows === null ? node.answer.role : `replica of ${placed(facts, follows)}`;
  return [
    critical(
      'master-address-not-master',
      [node],
      `the sentinels send clients to ${placed(facts, master)}, but it says that it is ${says}`,
      facts.hints.act(node, `logs ${node.id} --tail 50`, 'ROLE'),
      'clients that check the role refuse it; writes are answered with READONLY',
    ),
  ];
};

/** A sentinel flags the master as down. */
export const masterDown: Check = (facts) =>
  grouped(
    facts.witnesses.filter((w) => isDown(w.view.flags)),
    (w) => facts.refOf(w.view.address).id,
  ).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const ref = facts.refOf(first.view.address);
    const node = facts.nodes.find((n) => n.id === ref.id);
    const agreed = group.some((w) => w.view.flags.includes('o_down'));
    return [
      critical(
        'master-down',
        [{ id: ref.id, announce: ref }],
        `${ids(sentinelsOf(group))} ${group.length === 1 ? 'sees' : 'see'} the master ${placed(facts, ref)} as down (${agreed ? 'o_down: the quorum agrees' : 's_down: the quorum does not agree yet'})`,
        node?.silence != null
          ? facts.hints.revive(node, node.silence)
          : facts.hints.logs(first.sentinel, `SENTINEL MASTER ${facts.name}`),
        node?.silence === null
          ? 'it answers here, so look at the network between them, or at the password that Sentinel uses'
          : null,
      ),
    ];
  });

export const isDown = (flags: readonly string[]): boolean =>
  flags.includes('s_down') || flags.includes('o_down');
