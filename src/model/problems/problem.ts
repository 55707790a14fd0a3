import { formatAddress } from '../address.js';
import type { Facts } from '../facts.js';
import type { Problem, Severity } from '../status.js';
import { listed, named } from '../words.js';

interface Server {
  id: string;
  announce: { host: string; port: number };
}

const make =
  (severity: Severity) =>
  (
    id: string,
    subjects: readonly Server[],
    message: string,
    fix: string,
    why: string | null = null,
  ): Problem => ({
    id,
    severity,
    subjects: subjects.map((s) => s.id),
    message,
    why,
    fix,
  });

export const critical = make('critical');
export const warning = make('warning');
export const info = make('info');

/** A check of one master: everything that it finds wrong, in words. */
export type Check = (facts: Facts) => Problem[];

export const nameOf = (server: Server): string => named({ id: server.id, ...server.announce });
export const names = (servers: readonly Server[]): string => listed(servers.map(nameOf));
export const ids = (servers: readonly Server[]): string => listed(servers.map((s) => s.id));

/** `redis-1 127.0.0.1:6379` when its id is known, for an address that a sentinel or a node gave. */
export const placed = (facts: Pick<Facts, 'refOf'>, address: Server['announce']): string =>
  named(facts.refOf(address));

/** True where the id says nothing that the address doesn't. */
export const anonymous = (server: Server): boolean => server.id === formatAddress(server.announce);

/** Puts things that share a key together, in order of appearance. */
export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
