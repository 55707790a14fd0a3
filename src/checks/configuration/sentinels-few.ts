import { count } from '../../model/words.js';
import type { SnapshotCheck } from '../check.js';
import type { FileServer } from '../files/project.js';
import { notHeard, refusesAll } from '../live/refused-by-master.js';
import { judgeMasters, sentinelsOf } from '../snapshot.js';
import { furtherSentinel, monitoredBy, UNHEARD } from '../voters.js';

export default {
  id: 'sentinels-few',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'settings',
  title: 'there are fewer than 3 sentinels',
  consequence:
    'the loss of one sentinel, or of the machine that it shares with the master, leaves no majority: no failover happens',
  explanation:
    'A leader is elected by a majority of all known sentinels, including those that are down. The majority of 2 ' +
    'is 2, so with one of them down no leader is elected. With a single sentinel, one wrong observation starts a ' +
    'failover, and while it is down there is no failover at all.',
  remedy: ['run 3 sentinels on 3 machines, with quorum 2'],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Example 1: just two Sentinels, DON’T DO THIS)',
  ],
  causes: ['quorum-lt-majority', 'sentinels-even', 'sentinels-colocated'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master, missing) => {
      const { name, known, sentinelViews, expectation } = master;
      if (sentinelViews.length === 0 || known >= 3) return [];
      const node = refusesAll(master);
      if (node !== null) {
        missing.push(notHeard(master, node));
        return [];
      }
      const planned = expectation.nodes?.filter((n) => n.kind === 'sentinel').length ?? known;
      const asked = sentinelsOf(sentinelViews).map((s) => s.id);
      return [
        {
          subject: name,
          servers: asked,
          // Created so, it does what was asked for: a risk that is known.
          ...(expectation.own && planned < 3 && { severity: 'warning' as const, impact: 'risk' as const }),
          brief: `there ${known === 1 ? 'is' : 'are'} only ${count(known, 'sentinel')}`,
          message: fewWords(known, name, asked, Math.max(...sentinelViews.map((w) => w.view.quorum))),
          evidence: `the sentinels of ${name} are ${asked.join(', ')}`,
          fix: [
            ...(known === 1 && !expectation.own ? UNHEARD : []),
            ...furtherSentinel(expectation, monitoredBy(master), 3),
          ],
        },
      ];
    }),
  files: (project, { judgeCountedGroups, placeOf }) =>
    judgeCountedGroups(project, (group) =>
      group.sentinels >= 3
        ? []
        : [
            {
              subject: group.name,
              message: fewWords(
                group.sentinels,
                group.name,
                group.monitors.map((m) => m.server.id),
                Math.max(...group.monitors.map((m) => m.quorum)),
              ),
              fix: [
                'run 3 sentinels, each on its own machine, with quorum 2',
                ...group.monitors.flatMap(({ server }) => copiesMeant(server)),
              ],
              ...placeOf(group),
            },
          ],
    ),
} satisfies SnapshotCheck;

/**
 * A range of ports of the machine for one of the container is for `docker compose up --scale`. Not where the copies would
 * share one configuration file: each sentinel writes its own.
 */
function copiesMeant({ service, conf }: FileServer): string[] {
  const meant = service?.ports.find(({ ofCopies }) => (ofCopies ?? 0) >= 3)?.ofCopies;
  const isShared = conf !== null && (conf.mount !== null || conf.made !== undefined);
  return service === null || meant === undefined || service.copies > 1 || isShared
    ? []
    : [
        `${service.name}: deploy: {replicas: ${meant}}  # its range of ports is for ${meant} copies; without this: docker compose up --scale ${service.name}=${meant}`,
      ];
}

function fewWords(known: number, name: string, ids: readonly string[], quorum: number): string {
  const never = quorum > known ? `, and a quorum of ${quorum}: the master can never be objectively down` : '';
  return `${count(known, 'sentinel')} for ${name}: ${ids.join(', ')}${never}`;
}
