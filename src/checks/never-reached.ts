import type { Gathered, GatheredMaster } from '../model/gathered.js';
import { isOutOfReach, isOutOfReachIn, leftoverNames } from '../model/never-reached.js';
import type { Leftover, Snapshot } from '../model/snapshot.js';
import { num } from './group.js';

export const isUnreached = ({ fields }: GatheredMaster): boolean => isOutOfReach((name) => fields[name]);

/** The same gathering without the names that no sentinel has reached, which are in `leftovers`: no other check judges them. */
export function withoutLeftovers(gathered: Gathered): Gathered {
  const lists = gathered.sentinels.map(({ masters }) => (masters.ok ? masters.value : []));
  const names = leftoverNames(lists, isUnreached, gathered.masterName);
  if (names.size === 0) return gathered;
  return {
    ...gathered,
    leftovers: gathered.sentinels.flatMap(({ id, endpoint, masters }): Leftover[] =>
      masters.ok
        ? masters.value
            .filter(({ name }) => names.has(name))
            .map(({ name, fields }) => ({
              name,
              downMs: num(fields, 's-down-time'),
              sentinel: { id, endpoint },
            }))
        : [],
    ),
    sentinels: gathered.sentinels.map((sentinel) =>
      sentinel.masters.ok
        ? {
            ...sentinel,
            masters: { ok: true, value: sentinel.masters.value.filter(({ name }) => !names.has(name)) },
          }
        : sentinel,
    ),
  };
}

/** The same of a snapshot. */
export function snapshotWithoutLeftovers(snapshot: Snapshot, masterName: string | null): Snapshot {
  const lists = snapshot.sentinels.map(({ answer }) => answer?.masters ?? []);
  const names = leftoverNames(lists, isOutOfReachIn, masterName);
  if (names.size === 0) return snapshot;
  return {
    ...snapshot,
    leftovers: snapshot.sentinels.flatMap(({ id, endpoint, answer }): Leftover[] =>
      (answer?.masters ?? [])
        .filter(({ name }) => names.has(name))
        .map(({ name, downMs = null }) => ({ name, downMs, sentinel: { id, endpoint } })),
    ),
    sentinels: snapshot.sentinels.map((sentinel) =>
      sentinel.answer === null
        ? sentinel
        : {
            ...sentinel,
            answer: {
              ...sentinel.answer,
              masters: sentinel.answer.masters.filter(({ name }) => !names.has(name)),
            },
          },
    ),
    groups: snapshot.groups.filter(({ masterName: name }) => !names.has(name)),
  };
}
