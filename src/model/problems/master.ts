import { ballots, type Witness } from '../facts.js';
import type { NodeState } from '../snapshot.js';
import { isNodeLeftover } from './ghosts.js';
import { isToldAsLost } from './no-master.js';
import { type Check, critical, grouped, ids, info, names, placed } from './problem.js';

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

/** A sentinel flags a master as down that answers here; a silent one is a problem of its own already. */
export const masterDown: Check = (facts) =>
  grouped(
    facts.witnesses.filter((w) => isDown(w.view.flags)),
    (w) => facts.refOf(w.view.address).id,
  ).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const ref = facts.refOf(first.view.address);
    const node = facts.nodes.find((n) => n.id === ref.id);
    if (isToldAsLost(facts, ref.id)) return [];
    if (node !== undefined && isSilent(node) && !isNodeLeftover(node, facts)) return [];
    const agreed = group.some((w) => w.view.flags.includes('o_down'));
    return [
      critical(
        'master-down',
        [{ id: ref.id, announce: ref }],
        `${ids(sentinelsOf(group))} ${group.length === 1 ? 'sees' : 'see'} the master ${placed(facts, ref)} as down (${agreed ? 'o_down: the quorum agrees' : 's_down: the quorum does not agree yet'})`,
        facts.hints.logs(first.sentinel, `SENTINEL MASTER ${facts.name}`),
        node?.silence === null
          ? 'it answers here, so look at the network between them, or at the password that Sentinel uses'
          : null,
      ),
    ];
  });

/** A sentinel that has no link to a master which answers here. One that is being made says so for a moment. */
export const masterLink: Check = (facts) => {
  const without = facts.witnesses.filter(
    ({ view }) =>
      view.flags.includes('disconnected') &&
      !isDown(view.flags) &&
      facts.answered.some((n) => n.id === facts.refOf(view.address).id),
  );
  const first = without[0];
  if (first === undefined) return [];
  return [
    info(
      'sentinel-disconnected',
      sentinelsOf(without),
      `${ids(sentinelsOf(without))} ${without.length === 1 ? 'has' : 'have'} no link to the master ${placed(facts, first.view.address)} at this moment`,
      facts.hints.ctl('status --watch'),
      'a link that is being made looks like this; if it stays, the sentinel calls the master down after down-after',
    ),
  ];
};

const isSilent = (node: NodeState): boolean => node.answer === null && node.silence?.kind !== 'auth';

export const isDown = (flags: readonly string[]): boolean =>
  flags.includes('s_down') || flags.includes('o_down');
