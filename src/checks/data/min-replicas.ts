import type { GatheredNode } from '../../model/gathered.js';
import { USUAL_RETURN_MS } from '../../model/sentinel-timing.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { replicasOf } from '../files/groups.js';
import { judgeNodeGroups } from '../files/judge.js';
import type { FileServer } from '../files/project.js';
import { lineOr, settingOf } from '../files/settings.js';
import { setConfig } from '../fixes.js';
import { groupsOf, idsOf, judged, LEAST_REPLICAS, num, readAll, settingIn } from '../group.js';

const ASKS_FOR_ALL =
  'while one replica is away, as the old master is after a failover, the master refuses every write (NOREPLICAS)';

/** INFO has the count only where a least number is set. */
const goodReplicas = ({ info }: GatheredNode): number | null =>
  info.ok ? num(info.value, 'min_slaves_good_slaves') : null;

export default {
  id: 'min-replicas',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'data',
  part: 'replication',
  title: 'min-replicas-to-write is 0, or asks for every replica',
  consequence:
    'every write that a cut-off or replaced master accepts is lost when it rejoins: about 4,900 acknowledged writes measured, and 370 with min-replicas-to-write 1',
  explanation:
    'With min-replicas-to-write 0 a master needs no replica to acknowledge a write. So a master that is cut off ' +
    `stays writable, and for about ${USUAL_RETURN_MS / 1000} s after the network is restored, until Sentinel makes it a replica; its ` +
    'writes are discarded. With 1 it refuses writes (NOREPLICAS) once its last replica has been silent for ' +
    'min-replicas-max-lag seconds. The price: with every replica down no write is possible, so use it with at ' +
    'least 2 replicas. As many as there are replicas is too many: one that is away, or that was promoted, is enough ' +
    'to stop all writes. A master that refuses them now is writes-refused.',
  remedy: [
    'CONFIG SET min-replicas-to-write 1 on every data node: each may become master',
    'CONFIG SET min-replicas-max-lag 10, or less to lose fewer writes',
    'where it asks for every replica: one less',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Example 2)',
    'redis.conf: min-replicas-to-write',
    'measured',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const { nodes, master, replicas } of groups) {
      const { values, missing: silent } = readAll(nodes, (n) => n.config);
      missing.push(...silent);
      const settings = values.map(({ server, value }) => ({
        server,
        least: Number(settingIn(value, ...LEAST_REPLICAS) ?? 0),
      }));
      const without = settings.filter((s) => s.least === 0).map((s) => s.server);
      if (without.length > 0 && replicas.length > 0) {
        const few = replicas.length < 2;
        seen.push({
          subject: idsOf(without),
          // Redis's own default, and a choice between losing writes and refusing them.
          severity: 'info',
          message: `a cut-off master keeps accepting writes: min-replicas-to-write 0${few ? '; with one replica, 1 would refuse all writes while that replica is down' : ''}`,
          fix: without.flatMap((n) => setConfig(n, LEAST_REPLICAS[0], 1)),
          ...(!few && {
            repairs: without.map((n) => ({
              kind: 'config-set',
              node: n.id,
              name: LEAST_REPLICAS[0],
              value: '1',
              was: '0',
            })),
          }),
        });
      }
      for (const { server, least } of settings) {
        // A master that refuses every write now is writes-refused.
        const isRefused = server === master && (goodReplicas(server) ?? least) < least;
        if (!isRefused && least > 0 && replicas.length > 1 && least > replicas.length - 1) {
          seen.push({
            subject: server.id,
            message: `min-replicas-to-write ${least} of ${replicas.length} replicas: after a failover only ${replicas.length - 1} are left`,
            consequence: ASKS_FOR_ALL,
            fix: setConfig(server, LEAST_REPLICAS[0], replicas.length - 1),
          });
        }
      }
    }
    return judged(seen, missing);
  },
  files: (project) =>
    judgeNodeGroups(project, (group) => {
      const replicas = replicasOf(group) ?? 0;
      if (replicas === 0) return [];
      const least = (n: FileServer): number => Number(settingOf(n, 'min-replicas-to-write') ?? 0);
      const without = group.nodes.filter((n) => least(n) === 0);
      const tooMany = group.nodes.filter((n) => replicas > 1 && least(n) === replicas);
      const [first] = without;
      return [
        ...(first === undefined
          ? []
          : [
              {
                subject: idsOf(without),
                // A choice between losing writes and refusing them.
                severity: 'info' as const,
                message: `min-replicas-to-write is 0${replicas < 2 ? '; with one replica, 1 would refuse all writes while that replica is down' : ''}`,
                fix: ['min-replicas-to-write 1', 'min-replicas-max-lag 10'],
                at: lineOr(first, 'min-replicas-to-write'),
              },
            ]),
        ...tooMany.map((n) => ({
          subject: n.id,
          consequence: ASKS_FOR_ALL,
          message: `min-replicas-to-write ${least(n)} of ${replicas} replicas: after a failover only ${replicas - 1} are left, and every write is refused`,
          fix: [`min-replicas-to-write ${replicas - 1}`],
          at: lineOr(n, 'min-replicas-to-write'),
        })),
      ];
    }),
} satisfies Check;
