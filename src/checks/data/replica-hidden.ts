import { cli } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { judgeNodeGroups } from '../files/judge.js';
import { lineOr, settingOf } from '../files/settings.js';
import { setConfig } from '../fixes.js';
import { groupsOf, judged, num, readAll } from '../group.js';

export default {
  id: 'replica-hidden',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'data',
  part: 'replication',
  title: 'a replica is hidden from clients but may be promoted',
  consequence:
    'clients that read from replicas never find it, SENTINEL REPLICAS does not list it, and Sentinel may still make it the master',
  explanation:
    'replica-announced no hides a replica from what sentinels report. It does not exclude it from promotion: ' +
    'replica-priority 0 does that. A replica that is hidden on purpose, for example for backups, needs both ' +
    'settings.',
  remedy: [
    'CONFIG SET replica-announced yes, or',
    'CONFIG SET replica-priority 0 as well, if it is a backup that no client uses',
  ],
  sources: ['redis.conf: replica-announced', 'sentinel.c: sentinelSelectSlave does not look at it'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const { name, replicas, views } of groups) {
      const { values, missing: silent } = readAll(replicas, (n) => n.info);
      missing.push(...silent);
      const hidden = values.filter(({ value }) => num(value, 'replica_announced') === 0);
      for (const { server, value } of hidden) {
        const isBackup = num(value, 'slave_priority') === 0;
        seen.push({
          subject: server.id,
          severity: isBackup ? 'info' : 'warning',
          message: `hidden from clients${isBackup ? '' : ', but may be promoted'}: replica_announced 0, slave_priority ${value.slave_priority ?? '?'}`,
          fix: setConfig(server, 'replica-announced', 'yes'),
        });
      }
      // SENTINEL MASTER counts all of them, SENTINEL REPLICAS lists only the announced ones (7.0 and later).
      // In a cluster created by sentinelctl every node is known and asked itself.
      const more = gathered.own
        ? undefined
        : views.find(
            ({ master }) =>
              master.replicas.ok &&
              (num(master.fields, 'num-slaves') ?? 0) > master.replicas.value.length + hidden.length,
          );
      if (more?.master.replicas.ok) {
        seen.push({
          subject: name,
          message: `${more.sentinel.id} counts ${more.master.fields['num-slaves']} replicas and lists ${more.master.replicas.value.length}`,
          fix: views.slice(0, 1).map(({ sentinel }) => cli(sentinel, `SENTINEL REPLICAS ${name}`)),
        });
      }
    }
    return judged(seen, missing);
  },
  files: (project) =>
    judgeNodeGroups(project, ({ nodes }) =>
      nodes
        .filter((n) => settingOf(n, 'replica-announced')?.toLowerCase() === 'no')
        .map((n) => {
          const isBackup = settingOf(n, 'replica-priority') === '0';
          return {
            subject: n.id,
            severity: isBackup ? ('info' as const) : ('warning' as const),
            message: `replica-announced no${isBackup ? ', replica-priority 0: a backup that no client uses' : ', but it may still be promoted'}`,
            fix: [
              isBackup ? 'replica-announced yes, where clients are to read from it' : 'replica-announced yes',
            ],
            at: lineOr(n, 'replica-announced'),
          };
        }),
    ),
} satisfies Check;
