import type { GatheredSentinel } from '../../model/gathered.js';
import { count, grouped } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { changeFile, withLine } from '../fixes.js';
import { judged, num } from '../group.js';

/** config.h, CONFIG_FDSET_INCR: file descriptors that a server may have beyond its maxclients. */
const BEYOND_MAXCLIENTS = 128;
/** What it has open besides its links: sockets to listen on, its log, pipes (measured: 9). */
const OWN_DESCRIPTORS = 10;
/** A sentinel keeps one link for commands and one for Pub/Sub to each server. */
const LINKS_PER_SERVER = 2;
/** From this share of what it may have on, one failed host or a few more clients are too many. */
const NEARLY = 0.8;

export default {
  id: 'masters-many',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'live',
  part: 'sentinels',
  title: 'a sentinel has nearly as many connections as it may have',
  consequence:
    'with more it opens no further link and accepts no connection: to its clients, and to the other sentinels, it is down (measured)',
  explanation:
    'A sentinel keeps two connections to each master, each replica and each other sentinel, beside those of its ' +
    'clients. All of them together may be maxclients and 128 more; maxclients is 10000 where its file does not set it.',
  remedy: [
    'maxclients in the file of each sentinel, at least twice the number of its connections, and a restart, one sentinel at a time',
    'or fewer masters for each group of sentinels; names that nothing needs: SENTINEL REMOVE NAME',
  ],
  sources: ['server.h: CONFIG_FDSET_INCR', 'sentinel.c: sentinelReconnectInstance', 'measured'],
  causes: ['sentinel-unreachable', 'no-quorum', 'seen-down'],
  live(gathered) {
    const missing: string[] = [];
    const asked = gathered.sentinels.filter((s) => s.masters.ok);
    if (asked.length === 0) return silentSentinels(gathered);
    const seen = asked.flatMap((sentinel): RawFinding[] => {
      const most = sentinel.info.ok ? num(sentinel.info.value, 'maxclients') : null;
      if (most === null) {
        missing.push(
          `${sentinel.id}: ${sentinel.info.ok ? 'INFO does not name maxclients' : sentinel.info.why}`,
        );
        return [];
      }
      const { masters, replicas, used } = connections(sentinel);
      const allowed = most + BEYOND_MAXCLIENTS;
      if (used < NEARLY * allowed) return [];
      const of = `${count(masters, 'master')} and ${count(replicas, 'replica')}`;
      return [
        {
          subject: sentinel.id,
          ...(used >= allowed && { impact: 'at-risk' as const }),
          brief: `${sentinel.id} needs ${grouped(used)} of ${grouped(allowed)} connections for ${of}`,
          message: `${sentinel.id} needs about ${grouped(used)} connections for ${of}, and may have ${grouped(allowed)} (maxclients ${most})`,
          fix: changeFile(gathered, sentinel, [withLine(`maxclients ${2 * Math.max(used, most)}`)]),
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;

/** What a sentinel holds open, by its own lists; peers have one pair of links for all masters. */
function connections({ masters, info }: GatheredSentinel): {
  masters: number;
  replicas: number;
  used: number;
} {
  const list = masters.ok ? masters.value : [];
  const replicas = list.reduce((sum, { fields }) => sum + (num(fields, 'num-slaves') ?? 0), 0);
  const peers = Math.max(0, ...list.map(({ fields }) => num(fields, 'num-other-sentinels') ?? 0));
  const clients = info.ok ? (num(info.value, 'connected_clients') ?? 0) : 0;
  const servers = list.length + replicas + peers;
  return { masters: list.length, replicas, used: LINKS_PER_SERVER * servers + clients + OWN_DESCRIPTORS };
}
