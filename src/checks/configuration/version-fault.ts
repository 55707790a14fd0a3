import type { Check, RawFinding } from '../check.js';
import { judgeSentinelFiles } from '../files/judge.js';
import type { FileServer } from '../files/project.js';
import { dataNodes, idsOf, judged, readAll } from '../group.js';
import { compareReleases, releaseOf } from '../releases.js';

/** Where every failover sends FAILOVER ABORT, which a user of the sentinels may need a new right for. */
const SENDS_ABORT = '9.0.0';
/** Where SENTINEL FAILOVER … COORDINATED came, and where it no longer ends the sentinel. */
const COORDINATED = { since: '9.0.0', fixedIn: '9.1.1' };

const UPGRADE = `start them with Valkey ${COORDINATED.fixedIn} or newer, one sentinel at a time`;

export default {
  id: 'version-fault',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'starts',
  title: 'sentinels run a release with a known fault in failovers',
  consequence:
    'SENTINEL FAILOVER NAME COORDINATED ends the sentinel with a segmentation fault when its connection to the old master closes at that moment',
  explanation:
    'Valkey 9.0 brought coordinated failovers. Up to 9.1.0 a sentinel that cleans up after one uses the connection to ' +
    'the old master without looking whether it is still there. And in 9.0.0 every failover, coordinated or not, sends ' +
    'FAILOVER ABORT first: where the sentinels log in as a user that may not do that, each one ends with ' +
    '-failover-abort-slave-timeout. It is the release of the sentinels that counts, not that of the data nodes.',
  remedy: [
    'run the sentinels with Valkey 9.1.1 or newer: restart one after the other',
    'until then no SENTINEL FAILOVER NAME COORDINATED; with 9.0.0 also ACL SETUSER USER +failover at every data node',
  ],
  sources: [
    'https://github.com/valkey-io/valkey/issues/4066',
    'https://github.com/valkey-io/valkey/pull/4068',
    'https://github.com/valkey-io/valkey/issues/2779',
    'https://github.com/valkey-io/valkey/pull/2780',
  ],
  causes: ['failover-stuck'],
  live(gathered) {
    const { values, missing } = readAll(gathered.sentinels, (s) => s.info);
    const running = values.flatMap(({ server, value }) => {
      const { engine, version } = releaseOf(value);
      return engine === 'Valkey' ? [{ server, version }] : [];
    });
    const users = new Set(dataNodes(gathered).flatMap((n) => n.sentinelsUser ?? []));
    users.delete('default');
    return judged(
      [...new Set(running.map((r) => r.version))].filter(mayCrash).map((version): RawFinding => {
        const at = idsOf(running.filter((r) => r.version === version).map((r) => r.server));
        const [user] = users;
        const aborts = version === SENDS_ABORT && user !== undefined;
        return {
          subject: at,
          message: `${at} ${at.includes(',') ? 'run' : 'runs'} Valkey ${version}: ${aborts ? `every failover sends FAILOVER ABORT, which the user "${user}" must be allowed` : 'a coordinated failover can crash the sentinel'}`,
          ...(aborts && {
            consequence:
              'where it is not allowed, every failover ends with -failover-abort-slave-timeout and the master stays down',
          }),
          fix: [UPGRADE],
        };
      }),
      missing,
    );
  },
  files: (project) =>
    judgeSentinelFiles(project, (sentinels) =>
      sentinels.flatMap((sentinel): RawFinding[] => {
        const version = imageRelease(sentinel);
        if (version === undefined || !mayCrash(version)) return [];
        return [
          {
            subject: sentinel.id,
            message: `Valkey ${version}: a coordinated failover can crash the sentinel${version === SENDS_ABORT ? ', and every failover needs +failover for the user of the sentinels' : ''}`,
            fix: [`image: valkey/valkey:${COORDINATED.fixedIn}`],
            at: sentinel.at,
          },
        ];
      }),
    ),
} satisfies Check;

const mayCrash = (version: string): boolean =>
  compareReleases(version, COORDINATED.since) >= 0 && compareReleases(version, COORDINATED.fixedIn) < 0;

/** The release of Valkey's own image, where its tag names one to the last number: `9.0` is another one tomorrow. */
const imageRelease = ({ service }: FileServer): string | undefined =>
  /(?:^|\/)valkey(?:-sentinel)?:v?(\d+\.\d+\.\d+)(?:[-@]|$)/.exec(service?.image ?? '')?.[1];
