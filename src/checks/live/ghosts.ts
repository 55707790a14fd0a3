import { formatAddress, sameAddress } from '../../model/address.js';
import type { Fields, Gathered, GatheredServer, Got } from '../../model/gathered.js';
import type { Repair, Seen } from '../check.js';
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

/** The ghosts in one kind of list, each once; `missing` gets the reason of each list that can't be had. */
export function ghostsIn(
  group: Group,
  listOf: (view: MonitoredAt) => Got<Fields[]>,
  isGhost: (record: Fields) => boolean,
  missing: string[],
): Ghost[] {
  const found = new Map<string, Ghost>();
  for (const view of group.views) {
    const list = listOf(view);
    if (!list.ok) missing.push(`${view.sentinel.id}: ${list.why}`);
    for (const record of list.ok ? list.value.filter(isGhost) : []) {
      const key = `${record.ip}:${record.port}`;
      const ghost = found.get(key) ?? { record, key, at: [] };
      ghost.at.push(view);
      found.set(key, ghost);
    }
  }
  return [...found.values()];
}

/** A finding about a ghost: one that is only stopped is started, one that is gone is forgotten. */
export function ghostSeen(
  gathered: Gathered,
  group: Group,
  { record, key, at }: Ghost,
  servers: readonly GatheredServer[],
  messageOf: (planned: GatheredServer | undefined) => string,
): Seen {
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
