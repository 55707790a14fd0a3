import type { Gathered, GatheredMaster } from '../model/gathered.js';
import { isNeverReached as isUnreached } from '../model/never-reached.js';

/** More names without a server than this are leftovers, also where no other name has one. */
const MANY = 8;

const isNeverReached = ({ fields }: GatheredMaster): boolean => isUnreached((name) => fields[name]);

/**
 * The masters of one sentinel that it has never reached, beside others: not asked one by one, and told together. Where
 * there is nothing else, and there are few, each is looked at as any other.
 */
export function leftoversOf(masters: readonly GatheredMaster[]): GatheredMaster[] {
  const never = masters.filter(isNeverReached);
  return never.length < masters.length || never.length > MANY ? never : [];
}

/** The names that no answering sentinel has ever reached; none of them is the one that the diagnosis is about. */
function leftoverNames({ sentinels, masterName }: Pick<Gathered, 'sentinels' | 'masterName'>): string[] {
  const lists = sentinels.flatMap((s) => (s.masters.ok ? [s.masters.value] : []));
  const leftovers = new Set(lists.flatMap((masters) => leftoversOf(masters).map(({ name }) => name)));
  const alive = new Set(
    lists.flatMap((masters) => masters.filter((m) => !isNeverReached(m)).map(({ name }) => name)),
  );
  return [...leftovers].filter((name) => name !== masterName && !alive.has(name));
}

/** The same gathering without these names, and with them in `leftovers`: no other check has anything to say of them. */
export function withoutLeftovers(gathered: Gathered): Gathered {
  const names = new Set(leftoverNames(gathered));
  if (names.size === 0) return gathered;
  return {
    ...gathered,
    leftovers: gathered.sentinels.flatMap(({ id, endpoint, masters }) =>
      masters.ok
        ? masters.value
            .filter(({ name }) => names.has(name))
            .map(({ name, fields }) => ({ name, fields, sentinel: { id, endpoint } }))
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
