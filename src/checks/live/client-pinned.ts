import type { Fields, GatheredNode } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { count } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { groupsOf, judged, num, readAll } from '../group.js';

/** A client whose last command is older than this may have given up, in seconds. */
const RECENT_S = 60;
/** So many clients are named. */
const NAMED = 5;

export default {
  id: 'client-pinned',
  needs: 'gathered',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'nodes',
  title: 'clients write to a replica, which refuses',
  consequence:
    'all their writes fail with READONLY until they connect to the master: a connection pool that never asks the sentinels again stays so after each failover',
  explanation:
    'After a failover the old master is a replica and refuses writes with -READONLY. A client that keeps its ' +
    'connection, or has the address of one node in its settings, goes on writing there. INFO counts these errors ' +
    'since the start of the server; this check names only clients that are connected now and whose last command is ' +
    'one that this replica refused.',
  remedy: [
    'a client that asks the sentinels for the master, and reconnects at READONLY',
    'to make the connected ones reconnect: CLIENT KILL ID at the replica',
  ],
  sources: [
    'server.c: processCommand (READONLY, rejected_calls)',
    'https://redis.io/docs/latest/develop/reference/sentinel-clients/',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const missing: string[] = [];
    const seen = groups.flatMap(({ name, master, replicas }): RawFinding[] => {
      const { values, missing: unread } = readAll(replicas, (n) => n.clients);
      missing.push(...unread);
      return values.flatMap(({ server, value }) => {
        const { info, role } = server;
        if (!info.ok) missing.push(`${server.id}: ${info.why}`);
        if (!info.ok || !role.ok || role.value.role !== 'replica') return [];
        const refused = refusalsIn(info.value);
        const writing = refused === 0 ? [] : value.filter((client) => isRefused(client, info.value));
        if (writing.length === 0) return [];
        const evidence = `${count(refused, 'error')} READONLY since its start; ${writing.slice(0, NAMED).map(shownClient).join(', ')}${writing.length > NAMED ? ` and ${writing.length - NAMED} more` : ''}`;
        const brief = `${count(writing.length, 'client')} ${writing.length === 1 ? 'writes' : 'write'} to the replica ${server.id}`;
        return [
          {
            subject: server.id,
            masterName: name,
            brief,
            evidence,
            message: `${brief}${master === null ? '' : ` instead of the master ${master.id}`}: ${evidence}`,
            fix: disconnect(server, name, writing),
          },
        ];
      });
    });
    return judged(seen, missing);
  },
} satisfies Check;

/** How many READONLY errors it answered since its start: `errorstat_READONLY:count=5`, since 6.2. */
const refusalsIn = (info: Fields): number =>
  Number(/count=(\d+)/.exec(info.errorstat_READONLY ?? '')?.[1] ?? 0);

/**
 * Commands that write, of many clients: only these are refused with READONLY. A PING may be refused too, for want of a
 * password, and says nothing of writes.
 */
const WRITES = new Set(
  (
    'append bitfield bitop blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin copy decr decrby del expire ' +
    'expireat geoadd getdel getex getset hdel hincrby hincrbyfloat hmset hset hsetnx incr incrby incrbyfloat linsert ' +
    'lmove lmpop lpop lpush lpushx lrem lset ltrim mset msetnx persist pexpire pexpireat pfadd pfmerge psetex rename ' +
    'renamenx restore rpop rpoplpush rpush rpushx sadd sdiffstore set setbit setex setnx setrange sinterstore smove ' +
    'spop srem sunionstore unlink xack xadd xautoclaim xclaim xdel xreadgroup xtrim zadd zdiffstore zincrby ' +
    'zinterstore zmpop zpopmax zpopmin zrem zremrangebylex zremrangebyrank zremrangebyscore zunionstore'
  ).split(' '),
);

/** A client, neither master nor replica nor monitor, whose last command is a write that this server refused before it ran. */
function isRefused(client: Fields, info: Fields): boolean {
  if (!WRITES.has(client.cmd ?? '')) return false;
  if (/[MSO]/.test(client.flags ?? '') || (num(client, 'idle') ?? RECENT_S) >= RECENT_S) return false;
  const stats = info[`cmdstat_${client.cmd ?? ''}`] ?? '';
  return Number(/rejected_calls=(\d+)/.exec(stats)?.[1] ?? 0) > 0;
}

const shownClient = ({ addr = '?', name, cmd = '?' }: Fields): string =>
  `${addr}${name ? ` (${name})` : ''} with ${cmd.toUpperCase()}`;

function disconnect(node: GatheredNode, name: string, clients: readonly Fields[]): string[] {
  const ids = clients.flatMap(({ id = '' }) => (/^\d+$/.test(id) ? [id] : []));
  return [
    `# they reconnect; one that returns here has this address in its settings and must ask the sentinels for ${name}`,
    ...(ids.length > NAMED
      ? [cli(node, 'CLIENT KILL TYPE normal')]
      : ids.map((id) => cli(node, `CLIENT KILL ID ${id}`))),
  ];
}
