import { formatAddress, sameAddress } from '../../model/address.js';
import type { Fields, Gathered, GatheredServer, Got } from '../../model/gathered.js';
import type { RawFinding, Repair } from '../check.js';
import { addressIn, cli, ctl, flagsOf, isPlanned, type MonitoredAt } from '../evidence.js';
import type { Group } from '../group.js';

/** Between two RESETs, seconds: a sentinel finds its peers and replicas again within one INFO period and some hellos. */
const APART_S = 30;

/**
 * How leftovers are forgotten: SENTINEL RESET at each sentinel that has them, one at a time. While the master is down a
 * RESET forgets the replicas too, and there is no failover at all; then there is nothing to type yet.
 */
export function resetAt(group: Group, at: readonly MonitoredAt[]): { fix: string[]; repairs: Repair[] } {
  const sick = group.views.some(({ master }) => flagsOf(master.fields).some((f) => f !== 'master'));
  if (sick || group.master === null || group.master.silence !== null) {
    return {
      fix: [
        `nothing before ${group.name} has a healthy master again: SENTINEL RESET would forget its replicas too`,
      ],
      repairs: [],
    };
  }
  return {
    fix: at.flatMap(({ sentinel }, i) => [
      ...(i === 0 ? [] : [`sleep ${APART_S}`]),
      cli(sentinel, `SENTINEL RESET ${group.name}`),
    ]),
    repairs: at.map(({ sentinel }) => ({ kind: 'reset', sentinel: sentinel.id, masterName: group.name })),
  };
}

/** Somebody that sentinels list and that is gone, with all who list it. */
export interface Ghost {
  record: Fields;
  /** As it is listed: `127.0.0.1:6380`. */
  key: string;
  at: MonitoredAt[];
}

/** How a record is told to be of somebody who is gone, and of somebody who is there in one sentinel's eyes at least. */
export interface Signs {
  isGone(record: Fields): boolean;
  isThere(record: Fields): boolean;
}

/**
 * The ghosts in one kind of list, each once, and nobody who is there for one of the sentinels. Who lists it is all of
 * them, also those that have yet to call it down: left there it would go on counting. `missing` gets the reason of each
 * list that can't be had.
 */
export function ghostsIn(
  group: Group,
  listOf: (view: MonitoredAt) => Got<Fields[]>,
  { isGone, isThere }: Signs,
  missing: string[],
): Ghost[] {
  const listed = new Map<string, { view: MonitoredAt; record: Fields }[]>();
  for (const view of group.views) {
    const list = listOf(view);
    if (!list.ok) missing.push(`${view.sentinel.id}: ${list.why}`);
    for (const record of list.ok ? list.value : []) {
      const key = `${record.ip}:${record.port}`;
      listed.set(key, [...(listed.get(key) ?? []), { view, record }]);
    }
  }
  return [...listed].flatMap(([key, sights]): Ghost[] => {
    const gone = sights.find(({ record }) => isGone(record));
    if (gone === undefined || sights.some(({ record }) => isThere(record))) return [];
    return [{ record: gone.record, key, at: sights.map(({ view }) => view) }];
  });
}

/** A finding about a ghost: one that is only stopped is started, one that is gone is forgotten. */
export function ghostSeen(
  gathered: Gathered,
  group: Group,
  { record, key, at }: Ghost,
  servers: readonly GatheredServer[],
  messageOf: (planned: GatheredServer | undefined) => string,
): RawFinding {
  const address = addressIn(record);
  const planned = servers.find((s) => isPlanned(gathered, s) && sameAddress(s.announce, address));
  const { fix, repairs } = resetAt(group, at);
  return {
    subject: planned?.id ?? (address === null ? key : formatAddress(address)),
    message: messageOf(planned),
    fix:
      planned === undefined
        ? fix
        : [ctl(gathered, `${planned.silence?.kind === 'timeout' ? 'resume' : 'start'} ${planned.id}`)],
    ...(planned === undefined && repairs.length > 0 && { repairs }),
  };
}
