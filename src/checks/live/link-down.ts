import type { Check, RawFinding } from '../check.js';
import { cli, ctl, nodeAt, silentSentinels } from '../evidence.js';
import { groupsOf, isAt, judged, num, readAll } from '../group.js';

export default {
  id: 'link-down',
  severity: 'warning',
  group: 'live',
  title: 'a replica has no link to its master',
  consequence:
    'it falls behind with each write, and once it has been without for longer than 10 x down-after when the master dies, it can not be promoted',
  explanation:
    'The replica knows whom to follow, and is not connected or not in step: the master is down or refuses it (password, ACL, ' +
    'limit of clients), the network between them is cut, or it is copying everything at the moment.',
  remedy: [
    'the end of the replica’s log names the reason',
    'a user for replication needs +psync +replconf +ping',
    'REPLICAOF with the same address connects at once',
  ],
  sources: [
    'replication.c: connectWithMaster, syncWithMaster',
    'sentinel.c: sentinelSelectSlave',
    'https://github.com/redis/redis/issues/5677',
  ],
  causes: ['lag', 'lag-growing', 'no-good-slave'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const { nodes, master } of groups) {
      const { values, missing: silent } = readAll(nodes, (n) => n.info);
      missing.push(...silent);
      for (const { server, value } of values) {
        if (value.role !== 'slave' || value.master_link_status !== 'down') continue;
        const follows = { host: value.master_host ?? '', port: num(value, 'master_port') ?? 0 };
        const syncs = num(value, 'master_sync_in_progress') === 1;
        const forS = num(value, 'master_link_down_since_seconds');
        const dead = master !== null && isAt(master, follows) ? (master.silence?.message ?? null) : null;
        seen.push({
          subject: server.id,
          severity: syncs ? 'info' : 'warning',
          message: `master_link_status down${forS === null || forS < 0 ? '' : ` for ${forS} s`}${syncs ? ', it is copying everything from its master' : ''}; it follows ${nodeAt(gathered, follows)}${dead === null ? '' : `, which does not answer: ${dead}`}`,
          fix: syncs
            ? [cli(server, 'INFO replication')]
            : dead !== null
              ? [`bring ${nodeAt(gathered, follows)} back, or wait for the failover`]
              : [
                  gathered.own
                    ? ctl(gathered, `logs ${server.id} --tail 50`)
                    : `the log of ${server.id} says why`,
                  cli(server, `REPLICAOF ${follows.host} ${follows.port}`),
                ],
        });
      }
    }
    return judged(seen, missing);
  },
} satisfies Check;
