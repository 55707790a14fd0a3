import { isAt, type MasterFacts } from '../model/facts.js';
import type { NodeState, SentinelState } from '../model/snapshot.js';
import { byNumber } from '../model/words.js';
import { isDown } from './snapshot.js';
import { justStarted } from './under-way.js';

type Server = NodeState | SentinelState;

/** What one sentinel says of one server that answers here. */
interface Sighting {
  from: string;
  to: string;
  down: boolean;
  up: boolean;
  /** Whether it has reached it at this address before: an address that never led there is no cut. */
  hadContact: boolean;
}

/** A part of the cluster that does not reach the others, although this machine reaches all of it. */
export interface Side {
  servers: Server[];
  sentinels: Server[];
}

/**
 * The parts into which the sentinels’ own views split the servers that answer here, the one with the fewest sentinels
 * first; none where they do not. The parts call each other down, both ways, and within a part nothing is called down: a
 * wrong password or a wrong address leaves some connection between them.
 */
export function sidesOf(facts: MasterFacts): Side[] {
  const alive: Server[] = [...facts.answered, ...facts.snapshot.sentinels.filter((s) => s.answer !== null)];
  const seen = sightings(facts, alive);
  if (!seen.some(({ down }) => down)) return [];
  const sides = together(alive, [...seen.filter(({ up }) => up), ...links(facts)]).map((servers): Side => {
    const voters = new Set(facts.sentinelViews.map((w) => w.sentinel.id));
    return { servers, sentinels: servers.filter(({ id }) => voters.has(id)) };
  });
  const parts = sides.filter(({ servers, sentinels }) => servers.length > 1 && sentinels.length > 0);
  const apart = parts.filter((one) => parts.some((other) => areCut(seen, one, other)));
  const isNew = apart.some(({ servers }) => servers.some((s) => justStarted(s) !== null));
  return isNew ? [] : apart.toSorted((a, b) => a.sentinels.length - b.sentinels.length);
}

function sightings({ sentinelViews }: MasterFacts, alive: readonly Server[]): Sighting[] {
  return sentinelViews.flatMap(({ sentinel, view }) =>
    [view, ...view.replicas, ...view.sentinels].flatMap((entry): Sighting[] => {
      const server = alive.find((s) => isAt(s, entry.address));
      if (server === undefined || server.id === sentinel.id) return [];
      const down = isDown(entry.flags);
      return [
        {
          from: sentinel.id,
          to: server.id,
          down,
          up: !down && !entry.flags.includes('disconnected'),
          hadContact: 'runId' in entry && entry.runId !== '',
        },
      ];
    }),
  );
}

/** A replica and the master that it has a link to. */
const links = ({ answered, refOf }: MasterFacts): Pick<Sighting, 'from' | 'to'>[] =>
  answered.flatMap(({ id, answer: { follows, linkStatus } }) =>
    follows !== null && linkStatus === 'up' ? [{ from: id, to: refOf(follows).id }] : [],
  );

/** The servers that some chain of connections joins. */
function together(alive: readonly Server[], joins: readonly Pick<Sighting, 'from' | 'to'>[]): Server[][] {
  const sides = new Map(alive.map((s) => [s.id, new Set([s.id])]));
  for (const { from, to } of joins) {
    const [a, b] = [sides.get(from), sides.get(to)];
    if (a === undefined || b === undefined || a === b) continue;
    for (const id of b) sides.set(id, a.add(id));
  }
  return [...new Set(sides.values())].map((ids) =>
    alive.filter(({ id }) => ids.has(id)).toSorted((a, b) => byNumber(a.id, b.id)),
  );
}

function areCut(seen: readonly Sighting[], one: Side, other: Side): boolean {
  if (one === other) return false;
  const has = ({ servers }: Side, id: string): boolean => servers.some((s) => s.id === id);
  const [there, back] = [
    seen.filter(({ from, to }) => has(one, from) && has(other, to)),
    seen.filter(({ from, to }) => has(other, from) && has(one, to)),
  ];
  return (
    there.some(({ down }) => down) &&
    back.some(({ down }) => down) &&
    [...there, ...back].some(({ hadContact }) => hadContact)
  );
}
