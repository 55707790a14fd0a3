import { BLINK_MS, type Observation } from '../observation.js';
import type { Still, TrialEvidence, Watch } from './trial-evidence.js';

interface Interval {
  fromMs: number;
  toMs: number;
}

type Span = Omit<Watch, 'tookWrites'>;

/** A time in which more than one node said that it is master; on the run's clock. */
export interface DualMasters extends Interval {
  /** Ids, in the order in which they became masters. */
  masters: string[];
}

/** When more than one node was a master at the same time, in order. */
export function dualMasters(
  { roles, seen }: Pick<TrialEvidence, 'roles' | 'seen'>,
  watch: Span,
): DualMasters[] {
  const { fromMs, untilMs } = watch;
  const reigns = roles.nodes.flatMap(({ id }) =>
    reignsOf(id, { roles, seen }, watch).map((reign) => ({ id, ...reign })),
  );
  const moments = [...new Set([fromMs, untilMs, ...reigns.flatMap((r) => [r.fromMs, r.toMs])])].sort(
    (a, b) => a - b,
  );
  const found: DualMasters[] = [];
  for (const [i, from] of moments.entries()) {
    const to = moments[i + 1];
    if (to === undefined) break;
    const masters = reigns
      .filter((r) => r.fromMs <= from && r.toMs >= to)
      .sort((a, b) => a.fromMs - b.fromMs)
      .map((r) => r.id);
    if (masters.length < 2) continue;
    const last = found.at(-1);
    if (last?.toMs === from && last.masters.join() === masters.join()) last.toMs = to;
    else found.push({ fromMs: from, toMs: to, masters });
  }
  return found;
}

/** How long the old master was a second one after it returned from a fault at `fromMs`; whole milliseconds. */
export function secondMasterMs(
  { roles, seen }: Pick<TrialEvidence, 'roles' | 'seen'>,
  { fromMs, untilMs }: Pick<Span, 'fromMs' | 'untilMs'>,
): number {
  const old = roles.master.id;
  const back = seen.find((o) => o.source === old && o.kind === 'role' && o.atMs > fromMs);
  const still = [{ id: old, fromMs, toMs: back?.atMs ?? untilMs }];
  const times = dualMasters({ roles, seen }, { fromMs, untilMs, still });
  const own = times.filter(({ masters }) => masters.includes(old));
  return Math.round(own.reduce((sum, time) => sum + (time.toMs - time.fromMs), 0));
}

/** Times in which a node's role is unknown: it did not answer, and was neither dead nor frozen by the run. */
export function unheard(
  { roles, seen }: Pick<TrialEvidence, 'roles' | 'seen'>,
  { untilMs, still }: Span,
  longerThanMs: number,
): { id: string; forMs: number }[] {
  return roles.nodes.flatMap(({ id }) => {
    const own = seen.filter((o) => o.source === id && aboutRole(o));
    const silences = own.flatMap((o, i): Interval[] =>
      o.kind !== 'role' ? [{ fromMs: o.atMs, toMs: own[i + 1]?.atMs ?? untilMs }] : [],
    );
    return silences
      .flatMap((silence) => without(silence, still, id))
      .map(({ fromMs, toMs }) => ({ id, forMs: toMs - fromMs }))
      .filter(({ forMs }) => forMs > longerThanMs);
  });
}

/** From ROLE saying master until it says something else, or nothing for longer than a blink; less the time in which it was still. */
function reignsOf(
  id: string,
  { roles, seen }: Pick<TrialEvidence, 'roles' | 'seen'>,
  { fromMs, untilMs, still }: Span,
): Interval[] {
  const reigns: Interval[] = [];
  let since = id === roles.master.id ? fromMs : null;
  const own = seen.filter((o) => o.source === id && aboutRole(o));
  for (const [i, o] of own.entries()) {
    if (blinks(o, own[i + 1])) continue;
    if (isMaster(o)) since ??= o.atMs;
    else if (since !== null) {
      reigns.push({ fromMs: since, toMs: o.atMs });
      since = null;
    }
  }
  if (since !== null) reigns.push({ fromMs: since, toMs: untilMs });
  return reigns.flatMap((reign) => without(reign, still, id));
}

/** What a node says of itself, or that it says nothing. */
const aboutRole = (o: Observation): boolean => o.kind === 'role' || o.kind === 'gone' || o.kind === 'silent';
/** It closed its connection with a change of its role, which it says right after. */
const blinks = (o: Observation, next: Observation | undefined): boolean =>
  o.kind === 'gone' && next?.kind === 'role' && next.atMs - o.atMs <= BLINK_MS;
const isMaster = (o: Observation): boolean => o.kind === 'role' && o.seen.role === 'master';

/** What remains of an interval when a node's own still times are cut out. */
function without(interval: Interval, still: readonly Still[], id: string): Interval[] {
  let rest: Interval[] = [interval];
  for (const cut of still.filter((s) => s.id === id)) {
    rest = rest
      .flatMap(({ fromMs, toMs }) => [
        { fromMs, toMs: Math.min(toMs, cut.fromMs) },
        { fromMs: Math.max(fromMs, cut.toMs), toMs },
      ])
      .filter(({ fromMs, toMs }) => toMs > fromMs);
  }
  return rest;
}
