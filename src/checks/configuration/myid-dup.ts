import { cli } from '../../model/hints.js';
import type { GatheredCheck } from '../check.js';
import { changeFile, withoutLines } from '../fixes.js';
import { idsOf, judged, readAll } from '../group.js';

export default {
  id: 'myid-dup',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'settings',
  title: 'several sentinels have the same id',
  consequence:
    'the other sentinels see one sentinel that changes its address every 2 s, so one vote is missing: CKQUORUM reports 2 usable of 3 (measured)',
  explanation:
    'A sentinel creates its id at its first start and keeps it in its file as sentinel myid. Two sentinels ' +
    'with the same id, because a file or a machine image was copied afterwards, ignore each other, and the ' +
    'others log +sentinel-address-switch at each of their messages.',
  remedy: [
    'stop one of them, delete its sentinel myid line, start it: it creates a new id',
    'then SENTINEL RESET NAME at the others, one at a time',
  ],
  sources: ['sentinel.c: sentinelProcessHelloMessage, getSentinelRedisInstanceByAddrAndRunID', 'measured'],
  causes: [
    'address-switching',
    'sentinels-few',
    'sentinels-even',
    'no-quorum',
    'ghost-sentinel',
    'sentinel-isolated',
    'seen-down',
  ],
  live(gathered) {
    const { values, missing } = readAll(gathered.sentinels, (s) => s.myid);
    const ids = [...new Set(values.map(({ value }) => value))];
    const seen = ids.flatMap((id) => {
      const same = values.filter(({ value }) => value === id).map(({ server }) => server);
      const [, ...others] = same;
      if (others.length === 0) return [];
      return [
        {
          subject: idsOf(same),
          message: `${idsOf(same)} have the same id ${id}`,
          fix: [
            ...others.flatMap((s) => changeFile(gathered, s, [withoutLines('^sentinel myid')])),
            ...gathered.sentinels
              .filter((s) => !others.includes(s))
              .flatMap((s) =>
                s.masters.ok ? s.masters.value.map((m) => cli(s, `SENTINEL RESET ${m.name}`)) : [],
              ),
          ],
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies GatheredCheck;
