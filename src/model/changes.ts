import type { MasterStatus, NodeStatus, StatusResult, ViewStatus } from './status.js';
import { verdictRank } from './verdict.js';
import { listed } from './words.js';

/** One thing that is different from the look before. */
export interface Change {
  /** Stable, kebab-case; scripts match on it. */
  id: string;
  /** The server that it is about, or the master's name. */
  subject: string;
  /** Whether it is for the worse, for the better, or neither. */
  turn: 'worse' | 'better' | 'neutral';
  /** In a few words, with ids. */
  message: string;
}

type Turn = Change['turn'];
const change = (id: string, subject: string, turn: Turn, message: string): Change => ({
  id,
  subject,
  turn,
  message,
});

/** A sentinel's flags of a master that are worth a line when they come or go. */
const TELLING_FLAGS = ['s_down', 'o_down', 'failover_in_progress'];

/** What happened between two looks at the same cluster: masters first, then nodes, then sentinels. Pure. */
export function changesBetween(before: StatusResult, now: StatusResult): Change[] {
  const masters = pairs(before.masters, now.masters, (m) => m.name);
  return [
    ...masters.flatMap(([was, is]) => (was && is ? masterChanges(was, is) : monitored(was, is))),
    ...masters.flatMap(([was, is]) =>
      pairs(was?.nodes ?? [], is?.nodes ?? [], (n) => n.id).flatMap(([a, b]) => nodeChanges(a, b)),
    ),
    ...pairs(before.sentinels, now.sentinels, (s) => s.id).flatMap(([was, is]) => sentinelChanges(was, is)),
    ...masters.flatMap(([was, is]) =>
      pairs(was?.views ?? [], is?.views ?? [], (v) => v.sentinel).flatMap(([a, b]) =>
        a && b && is ? viewChanges(a, b, is.name) : [],
      ),
    ),
    ...healthChanges(before, now),
  ];
}

type Pair<T> = [was: T | undefined, is: T | undefined];

/** Both sides of what has the same key, in the order of the new side; those that are gone come last. */
function pairs<T>(before: readonly T[], now: readonly T[], keyOf: (item: T) => string): Pair<T>[] {
  const old = new Map(before.map((item) => [keyOf(item), item]));
  const keys = new Set(now.map(keyOf));
  return [
    ...now.map((item): Pair<T> => [old.get(keyOf(item)), item]),
    ...before.filter((item) => !keys.has(keyOf(item))).map((item): Pair<T> => [item, undefined]),
  ];
}

function monitored(was: MasterStatus | undefined, is: MasterStatus | undefined): Change[] {
  if (is !== undefined) return [change('master-added', is.name, 'neutral', `${is.name} is monitored now`)];
  const name = was?.name ?? '';
  return [change('master-removed', name, 'worse', `${name} is no longer monitored`)];
}

function masterChanges(was: MasterStatus, is: MasterStatus): Change[] {
  const [from, to] = [was.master?.id, is.master?.id];
  if (from === to) return [];
  if (to === undefined)
    return [change('master-lost', is.name, 'worse', `${is.name} has no master: it was ${from}`)];
  if (from === undefined)
    return [change('master-found', is.name, 'better', `${is.name} has a master: ${to}`)];
  return [change('master-moved', is.name, 'neutral', `master moved: ${from} → ${to}`)];
}

function nodeChanges(was: NodeStatus | undefined, is: NodeStatus | undefined): Change[] {
  if (is === undefined) {
    return was === undefined
      ? []
      : [change('node-removed', was.id, 'neutral', `${was.id} is no longer listed`)];
  }
  if (was === undefined) return [change('node-added', is.id, 'neutral', `${is.id} is new here`)];
  if (was.reachable !== is.reachable) return [presence(is)];
  const changes: Change[] = [];
  if (was.role !== is.role)
    changes.push(change('role', is.id, 'neutral', `${is.id} has the role ${is.role} now`));
  if (was.linkStatus !== is.linkStatus && is.linkStatus !== null) {
    const up = is.linkStatus === 'up';
    // A former master had none.
    const state = up ? (was.linkStatus === null ? 'up' : 'up again') : 'down';
    changes.push(change('link', is.id, up ? 'better' : 'worse', `${is.id}'s link is ${state}`));
  }
  if (is.follows !== null && was.follows !== null && was.follows.id !== is.follows.id) {
    changes.push(change('follows', is.id, 'neutral', `${is.id} follows ${is.follows.id} now`));
  }
  return changes;
}

function presence(is: { id: string; reachable: boolean; error: string | null }): Change {
  if (is.reachable) return change('back', is.id, 'better', `${is.id} answers again`);
  return change('away', is.id, 'worse', `${is.id} ${is.error ?? 'does not answer'}`);
}

function sentinelChanges(
  was: StatusResult['sentinels'][number] | undefined,
  is: StatusResult['sentinels'][number] | undefined,
): Change[] {
  if (is === undefined) {
    return was === undefined
      ? []
      : [change('sentinel-removed', was.id, 'neutral', `${was.id} is no longer listed`)];
  }
  if (was === undefined) return [change('sentinel-added', is.id, 'neutral', `${is.id} is new here`)];
  if (was.reachable !== is.reachable) return [presence(is)];
  if (is.tilt === null || was.tilt === null || was.tilt === is.tilt) return [];
  return is.tilt
    ? [change('tilt', is.id, 'worse', `${is.id} is in TILT: it does not act`)]
    : [change('tilt', is.id, 'better', `${is.id} left TILT`)];
}

/** What one sentinel believes now that it did not believe before. */
function viewChanges(was: ViewStatus, is: ViewStatus, master: string): Change[] {
  const changes: Change[] = [];
  if (was.master.id !== is.master.id) {
    const epochs = was.configEpoch === is.configEpoch ? '' : `, epoch ${was.configEpoch} → ${is.configEpoch}`;
    changes.push(
      change('belief', is.sentinel, 'neutral', `${is.sentinel} names ${is.master.id} as master now${epochs}`),
    );
  }
  const come = TELLING_FLAGS.filter((flag) => is.flags.includes(flag) && !was.flags.includes(flag));
  const gone = TELLING_FLAGS.filter((flag) => was.flags.includes(flag) && !is.flags.includes(flag));
  if (come.length > 0)
    changes.push(change('flags', is.sentinel, 'worse', `${is.sentinel} flags ${master}: ${listed(come)}`));
  if (gone.length > 0)
    changes.push(change('flags', is.sentinel, 'better', `${is.sentinel} clears ${listed(gone)}`));
  if (was.ckquorum.ok !== is.ckquorum.ok) {
    const ok = is.ckquorum.ok;
    changes.push(
      change(
        'ckquorum',
        is.sentinel,
        ok ? 'better' : 'worse',
        `${is.sentinel}: ${ok ? 'a quorum again' : 'no quorum'}`,
      ),
    );
  }
  return changes;
}

function healthChanges(before: StatusResult, now: StatusResult): Change[] {
  const { word, text } = now.verdict;
  if (before.verdict.word === word) return [];
  if (word === 'HEALTHY') return [change('health', now.cluster, 'better', 'healthy again')];
  const isWorse = verdictRank(word) < verdictRank(before.verdict.word);
  return [change('health', now.cluster, isWorse ? 'worse' : 'better', `${word}: ${text}`)];
}
