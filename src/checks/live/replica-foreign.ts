import type { Fields, GatheredNode } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { RESETS_APART_MS } from '../../model/sentinel-timing.js';
import { count } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { flagsOf, silentSentinels } from '../evidence.js';
import { type Group, groupsOf, idsOf, judged, num } from '../group.js';

export default {
  id: 'replica-foreign',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'live',
  part: 'nodes',
  title: 'a program that is not a Redis server reads the replication stream',
  consequence:
    'the sentinels list it as a replica with port 0, also after it has ended, and give that address to clients that read from replicas; it is never promoted',
  explanation:
    'A Redis replica tells its master its port before it asks for data. Programs that read the stream do not: ' +
    'redis-cli --replica, backup jobs, migration tools. The master lists them with port 0, and Sentinel copies that ' +
    'into its list of replicas, where it stays after the program has ended.',
  remedy: [
    'nothing while a migration or a backup is meant to run',
    `otherwise end the program, then SENTINEL RESET NAME at each sentinel, ${RESETS_APART_MS / 1000} s apart, while the master is healthy`,
  ],
  sources: [
    'replication.c: syncWithMaster (REPLCONF listening-port)',
    'sentinel.c: sentinelRefreshInstanceInfo',
    'measured',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.every(({ views }) => views.length === 0)) return silentSentinels(gathered);
    const missing: string[] = [];
    const seen = groups.flatMap((group): RawFinding[] => {
      const { name, master, views } = group;
      if (master?.info.ok !== true) {
        missing.push(`${name}: who reads the stream of its master is unknown`);
        return [];
      }
      const readers = withoutPort(master.info.value);
      const listing = views.filter(
        ({ master: view }) => view.replicas.ok && view.replicas.value.some((r) => r.port === '0'),
      );
      if (readers.length === 0 && listing.length === 0) return [];
      const who = connectionsOf(group, master);
      const isKnown = who !== null && who.length === readers.length;
      const reading = `${count(readers.length, 'reader')} of ${master.id} without a port of ${readers.length === 1 ? 'its' : 'their'} own (${isKnown ? who.map((c) => c.addr).join(', ') : readers.join(', ')})`;
      const listed =
        listing.length === 0 ? '' : `${idsOf(listing.map((v) => v.sentinel))} list a replica with port 0`;
      return [
        {
          subject: name,
          servers: [master.id],
          masterName: name,
          message: [...(readers.length > 0 ? [reading] : []), ...(listed === '' ? [] : [listed])].join('; '),
          fix: [
            ...(readers.length === 0
              ? []
              : [
                  '# nothing to do while a backup or a migration is meant to run; to end it:',
                  ...(isKnown
                    ? who.map(({ id }) => cli(master, `CLIENT KILL ID ${id}`))
                    : [cli(master, 'CLIENT LIST TYPE replica')]),
                ]),
            ...forget(group, listing),
          ],
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;

/** The hosts of those in a master's list that have no port: `slave2:ip=10.0.0.9,port=0,state=online`. */
const withoutPort = (info: Fields): string[] =>
  Object.entries(info).flatMap(([name, text]) =>
    /^slave\d+$/.test(name) && /(?:^|,)port=0(?:,|$)/.test(text) ? [/ip=([^,]*)/.exec(text)?.[1] ?? '?'] : [],
  );

/**
 * The master's replica connections that no known replica has at its other end (CLIENT LIST there: flag M, `laddr`).
 * Null where a replica does not say, or is behind a NAT, so that the ends cannot be matched.
 */
function connectionsOf({ replicas }: Group, master: GatheredNode): { id: string; addr: string }[] | null {
  if (!master.clients.ok || replicas.some((n) => n.silence === null && !n.clients.ok)) return null;
  const ends = replicas.flatMap((n) =>
    n.clients.ok ? n.clients.value.filter((c) => c.flags?.includes('M')).map((c) => c.laddr) : [],
  );
  return master.clients.value.flatMap(({ id = '', addr = '', flags = '' }) =>
    flags.includes('S') && !ends.includes(addr) && /^\d+$/.test(id) ? [{ id, addr }] : [],
  );
}

function forget({ name, views }: Group, listing: Group['views']): string[] {
  if (listing.length === 0) return [];
  const isHealthy = views.every(
    ({ master }) => flagsOf(master.fields).join() === 'master' && num(master.fields, 'num-slaves') !== 0,
  );
  if (!isHealthy) return [`# no RESET before ${name} has a healthy master again`];
  return [
    '# then, one sentinel at a time, while the master is healthy:',
    ...listing.flatMap(({ sentinel }, i) => [
      ...(i === 0 ? [] : [`sleep ${RESETS_APART_MS / 1000}`]),
      cli(sentinel, `SENTINEL RESET ${name}`),
    ]),
  ];
}
