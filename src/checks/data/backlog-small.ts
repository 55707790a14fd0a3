import type { Gathered, GatheredNode } from '../../model/gathered.js';
import { DEFAULT_DOWN_AFTER_MS, USUAL_RETURN_MS } from '../../model/sentinel-timing.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { judgeNodeGroups } from '../files/judge.js';
import { bytesOf, lineOr, settingOf } from '../files/settings.js';
import { setConfig } from '../fixes.js';
import { bytes, type Group, groupsOf, judged, num, readAll } from '../group.js';

/** Redis's default before 8.0 and Valkey 8.1; bytes. */
const DEFAULT = 2 ** 20;

export default {
  id: 'backlog-small',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'data',
  part: 'replication',
  title: 'the replication backlog is too small for a failover',
  consequence:
    'a node that rejoins after a failover gets a full resync instead of a partial one: minutes for large data, with a busy new master and one replica less',
  explanation:
    'A replica that reconnects gets only what it missed if the master still has it in its backlog, a ring of ' +
    `repl-backlog-size bytes. At the current write rate it must hold down-after plus about ${USUAL_RETURN_MS / 1000} s of writes, ` +
    'the time in which the old master is found and made a replica.',
  remedy: [
    'CONFIG SET repl-backlog-size: the bytes written per second, times the seconds that a node may be away',
  ],
  sources: ['redis.conf: repl-backlog-size', 'replication.c: masterTryPartialResynchronization', 'measured'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const group of groups) {
      const { values, missing: silent } = readAll(group.nodes, (n) => n.config);
      missing.push(...silent);
      const rate = rateOf(gathered, group.master);
      const away = (downAfterOf(group) ?? DEFAULT_DOWN_AFTER_MS) + USUAL_RETURN_MS;
      const need = Math.max(DEFAULT, Math.ceil(((rate ?? 0) * away) / 1000 / DEFAULT) * DEFAULT);
      for (const { server, value } of values) {
        const size = num(value, 'repl-backlog-size');
        if (size === null || size >= need) continue;
        const lasts = rate
          ? ` lasts ${Math.round(size / rate)} s at ${bytes(Math.round(rate))}/s; a failover takes about ${Math.round(away / 1000)} s`
          : ' is less than the default of 1 MiB';
        seen.push({
          subject: server.id,
          // The default size under a heavy test load is not a fault in a cluster that sentinelctl created.
          severity: gathered.own && size >= DEFAULT ? 'info' : 'warning',
          message: `repl-backlog-size ${bytes(size)}${lasts}`,
          fix: setConfig(server, 'repl-backlog-size', need),
        });
      }
    }
    return judged(seen, missing);
  },
  files: (project) =>
    judgeNodeGroups(project, ({ nodes }) =>
      nodes.flatMap((n): RawFinding[] => {
        const size = bytesOf(settingOf(n, 'repl-backlog-size'));
        if (size === undefined || size >= DEFAULT) return [];
        return [
          {
            subject: n.id,
            message: `repl-backlog-size ${settingOf(n, 'repl-backlog-size')} is less than the default of 1mb`,
            fix: ['repl-backlog-size 64mb'],
            at: lineOr(n, 'repl-backlog-size'),
          },
        ];
      }),
    ),
} satisfies Check;

function downAfterOf({ views }: Group): number | null {
  return (
    views.map(({ master }) => num(master.fields, 'down-after-milliseconds')).find((n) => n !== null) ?? null
  );
}

/** Bytes a second that the master sends to each replica: as watched, else as it says of the last moments; null: unknown. */
function rateOf(gathered: Gathered, master: GatheredNode | null): number | null {
  if (master === null) return null;
  const watched = gathered.watched?.offsets.filter((o) => o.node === master.id) ?? [];
  const [first] = watched;
  const last = watched.at(-1);
  if (first !== undefined && last !== undefined && last.atMs > first.atMs) {
    return Math.max(0, ((last.offset - first.offset) * 1000) / (last.atMs - first.atMs));
  }
  if (!master.info.ok) return null;
  // Since Redis 7.0; kilobytes, of all replicas together (server.c, genRedisInfoString).
  const kb = num(master.info.value, 'instantaneous_output_repl_kbps');
  const replicas = num(master.info.value, 'connected_slaves') ?? 0;
  return kb === null || replicas === 0 ? null : (kb * 1024) / replicas;
}
