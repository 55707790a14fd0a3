import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import { isAt } from '../../model/facts.js';
import type { Gathered, GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { byNumber } from '../../model/words.js';
import type { GatheredCheck, RawFinding } from '../check.js';
import { addressIn, missing, silentSentinels, viewsOf } from '../evidence.js';
import { judged, readAll, shown } from '../group.js';
import { grouped } from '../snapshot.js';

/** One sentinel's entry of one instance under one name. */
interface Entry {
  sentinel: GatheredSentinel;
  name: string;
  as: 'master' | 'replica';
  address: Address;
}

/** Every entry of every name, not only of the one that the diagnosis is about: the other name is the fault. */
function entriesOf({ sentinels }: Gathered): Entry[] {
  return sentinels.flatMap((sentinel) =>
    (sentinel.masters.ok ? sentinel.masters.value : []).flatMap(({ name, fields, replicas }) =>
      [
        { as: 'master' as const, address: addressIn(fields) },
        ...(replicas.ok ? replicas.value : []).map((r) => ({
          as: 'replica' as const,
          address: addressIn(r),
        })),
      ].flatMap(({ as, address }) => (address === null ? [] : [{ sentinel, name, as, address }])),
    ),
  );
}

/**
 * Where it belongs: the group whose master it is or follows, and of several names the one that most sentinels have. Null
 * where that does not decide: SENTINEL REMOVE of the name that the clients use leaves them without a master.
 */
function homeOf(
  gathered: Gathered,
  entries: Entry[],
  all: Entry[],
  node: GatheredNode | undefined,
): string | null {
  const names = [...new Set(entries.map((e) => e.name))];
  const role = node?.role.ok ? node.role.value : undefined;
  const followed = all.filter((e) => e.as === 'master' && sameAddress(e.address, role?.follows));
  const asMaster = role?.role === 'master' ? entries.filter((e) => e.as === 'master') : [];
  const own = names.filter((name) => [...followed, ...asMaster].some((e) => e.name === name));
  const [most, next] = (own.length > 0 ? own : names)
    .map((name) => ({ name, holders: viewsOf(gathered, name).length }))
    .toSorted((a, b) => b.holders - a.holders);
  return most === undefined || most.holders === next?.holders ? null : most.name;
}

/** Whether these are several names for one master. */
function haveOneMaster(all: Entry[], names: string[]): boolean {
  const masters = all.filter((e) => e.as === 'master' && names.includes(e.name));
  return masters.every(({ address }) => sameAddress(address, masters[0]?.address));
}

export default {
  id: 'overlap',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'names',
  title: 'one data node is monitored under two names',
  consequence:
    'two groups manage the same node: each failover and each correction by one group undoes the other’s, and clients of one name write into the other’s data',
  explanation:
    'A sentinel treats each name as a separate group. A node in two groups is repointed by one and repointed ' +
    'again by the other, and both fail it over. It comes from a second SENTINEL MONITOR of the same master ' +
    'under a new name, or from a replica that was moved to another master: the old group does not forget it ' +
    'without a RESET.',
  remedy: [
    'SENTINEL REMOVE the name that should not exist',
    'or SENTINEL RESET the group that the replica has left',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Removing the old master or unreachable replicas)',
  ],
  causes: [
    'replica-orphan',
    'master-disagree',
    'ghost-replica',
    'sentinels-few',
    'sentinels-even',
    'settings-skew',
  ],
  live(gathered) {
    const all = entriesOf(gathered);
    if (all.length === 0) return silentSentinels(gathered);
    const removed = new Set<string>();
    const undecided = new Set<string>();
    const seen: RawFinding[] = [];
    for (const entries of grouped(all, (e) => formatAddress(e.address))) {
      const [first] = entries;
      if (first === undefined) continue;
      const { address } = first;
      // SENTINEL MASTERS has them in the order of a hash.
      const names = [...new Set(entries.map((e) => e.name))].toSorted(byNumber);
      if (names.length < 2 || (gathered.masterName !== null && !names.includes(gathered.masterName)))
        continue;
      // The same master under names of which no sentinel has two: one of them is misspelled, which is another finding,
      // and the same replicas are under both.
      const shared = gathered.sentinels.some(
        (s) => new Set(entries.filter((e) => e.sentinel === s).map((e) => e.name)).size > 1,
      );
      if (!shared && haveOneMaster(all, names)) continue;
      const node = gathered.nodes.find((n) => isAt(n, address));
      const home = homeOf(gathered, entries, all, node);
      const is = `${node ? shown(node) : formatAddress(address)} is ${names.map((n) => `${entries.find((e) => e.name === n)?.as} of ${n}`).join(' and ')}`;
      if (home === null) {
        // The replicas are under both names as well.
        const pair = names.join(' ');
        if (undecided.has(pair)) continue;
        undecided.add(pair);
        seen.push({
          subject: node?.id ?? formatAddress(address),
          masterName: names.find((n) => n === gathered.masterName) ?? names[0] ?? '',
          message: is,
          fix: [
            haveOneMaster(all, names)
              ? `find out which of ${names.join(' and ')} the clients use, and remove the other at each sentinel that has it: SENTINEL REMOVE`
              : `find out to which of ${names.join(' and ')} it belongs, and reset the other at each sentinel that has it: SENTINEL RESET`,
          ],
        });
        continue;
      }
      const wrong = entries.filter((e) => e.name !== home);
      // With its master gone from the name, the replicas are gone from it as well.
      const still = wrong.filter((e) => e.as === 'master' || !removed.has(e.name));
      for (const e of wrong) if (e.as === 'master') removed.add(e.name);
      if (still.length === 0) continue;
      seen.push({
        subject: node?.id ?? formatAddress(address),
        masterName: home,
        message: `${is}; it belongs to ${home}`,
        fix: still.map((e) =>
          cli(e.sentinel, e.as === 'master' ? `SENTINEL REMOVE ${e.name}` : `SENTINEL RESET ${e.name}`),
        ),
      });
    }
    const unlisted = gathered.sentinels.flatMap((s) =>
      s.masters.ok
        ? s.masters.value.flatMap((m) => (m.replicas.ok ? [] : [`${s.id}: ${m.replicas.why}`]))
        : [],
    );
    if (all.length === 0) return missing('no sentinel names a data node');
    return judged(seen, [...readAll(gathered.sentinels, (s) => s.masters).missing, ...unlisted]);
  },
} satisfies GatheredCheck;
