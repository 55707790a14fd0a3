import type { MasterFacts, SnapshotFacts } from '../model/facts.js';
import { command } from '../model/hints.js';
import type { Impact } from '../model/status.js';
import { type CheckText, impactOf, type RawFinding } from './check.js';
import { does } from './fix-lines.js';
import { calledDownAlive } from './live/called-down-alive.js';
import networkCut, { cutIn } from './live/network-cut.js';
import { isSilent } from './snapshot.js';

/** What a cut explains. */
const EXPLAINED: ReadonlySet<string> = new Set(networkCut.causes);

/**
 * While a run is active, what is wrong is only watched: a change from outside would be refused, or spoil the run. What a
 * run left is rolled back first. Where no sentinel answers, everything is started.
 */
export function possibleNow(
  facts: SnapshotFacts,
): (seen: RawFinding, check: Pick<CheckText, 'id' | 'impact' | 'severity'>) => RawFinding {
  const { expectation, masters } = facts;
  const { underWay, unfinished } = expectation;
  // A run that is active, or left something, cut the network itself.
  const isOurs = underWay !== undefined || unfinished !== undefined;
  const byName = new Map(masters.map((master) => [master.name, master]));
  const only = masters.length === 1 ? masters[0] : undefined;
  const masterOf = ({ masterName }: RawFinding): MasterFacts | undefined =>
    byName.get(masterName ?? '') ?? only;
  return (seen, check) => {
    const safe = afterSeen(seen, impactOf(check, seen), masterOf(seen));
    return besideRun(isOurs || !EXPLAINED.has(check.id) ? safe : beforeHealed(safe, masterOf(seen)), facts);
  };
}

/**
 * While the sentinels call a working master down, what would let their failover begin comes after what makes them see it.
 * One that takes no writes is rather replaced.
 */
function afterSeen(raw: RawFinding, impact: Impact, master: MasterFacts | undefined): RawFinding {
  const called = impact === 'down' || master === undefined ? null : calledDownAlive(master);
  if (called === null || !raw.fix.some((line) => does(line, 'lets a failover begin'))) return raw;
  const { repair: _one, repairs: _all, ...rest } = raw;
  const { id } = called.node;
  return {
    ...rest,
    fix: [`# first make the sentinels see ${id} again, else they replace it although it works:`, ...raw.fix],
  };
}

function besideRun(raw: RawFinding, { expectation, hints, snapshot }: SnapshotFacts): RawFinding {
  const { acts, cluster, own, underWay, unfinished } = expectation;
  const { later: _, ...rest } = raw;
  if (underWay !== undefined)
    return raw.fix.some((line) => line.startsWith('sentinelctl ') || does(line, 'changes a server'))
      ? { ...rest, fix: [command('status --watch', cluster)] }
      : raw;
  if (unfinished === undefined || 'unreadable' in unfinished) {
    if (!snapshot.sentinels.every(isSilent) || !raw.fix.some((line) => does(line, 'starts a node')))
      return raw;
    if (own) return { ...rest, fix: [command('up', cluster)] };
    // A data node is started by what the sentinels say (see the guard of start): they come first.
    const nodes = raw.fix.filter((line) => !does(line, 'starts a sentinel'));
    const then = nodes.length === 0 ? [] : ['# once a sentinel answers:', ...nodes];
    return acts === undefined
      ? raw
      : { ...rest, fix: [...snapshot.sentinels.map((s) => hints.revive(s, s.silence)), ...then] };
  }
  const lines = [...raw.fix, ...(raw.later === undefined ? [] : [raw.later.fix])];
  return lines.some((line) => does(line, 'refused beside a run') || does(line, 'changes a server'))
    ? { ...rest, fix: [command(unfinished.keep ? 'heal' : 'recover', cluster)] }
    : raw;
}

/** What a cut network explains has one fix: a command that names the other side fails, and RESET forgets that side. */
function beforeHealed(raw: RawFinding, master: MasterFacts | undefined): RawFinding {
  const cut = master === undefined ? null : cutIn(master);
  const open = cut?.fix[0];
  if (open === undefined) return raw;
  // A side that can elect goes on: what it can do now stays, but for what speaks of the other side.
  if (cut?.impact === 'degraded' && !raw.fix.some((line) => does(line, 'forgets'))) return raw;
  const { later: _, repair: _one, repairs: _all, ...rest } = raw;
  return { ...rest, fix: [open] };
}
