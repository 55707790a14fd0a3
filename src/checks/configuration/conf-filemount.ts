import type { Check } from '../check.js';
import { sentinelFiles } from '../files/project.js';
import { fileOf } from '../fixes.js';
import { idsOf, judged, readAll } from '../group.js';
import { aFileEach, confPlace } from './conf-shared.js';

export default {
  id: 'conf-filemount',
  severity: 'critical',
  group: 'configuration',
  title: 'a sentinel’s configuration is mounted as a single file',
  consequence:
    'every write of it fails (rename: device or resource busy), so that a restart forgets the master, the peers and the id itself (measured)',
  explanation:
    'A file that is a mount of its own can not be replaced by rename, which is how Sentinel writes. It works on with ' +
    'what it has in memory; after a restart it monitors the master of the first day, under a new id, and the others ' +
    'keep the old one as a ghost that counts for the majority.',
  remedy: ['mount the directory, one for each sentinel, instead of the file'],
  sources: ['config.c: rewriteConfigOverwriteFile', 'measured'],
  causes: ['conf-unwritable', 'ghost-sentinel', 'myid-dup'],
  live(gathered) {
    const { values, missing } = readAll(gathered.sentinels, (s) => s.life);
    const seen = values.flatMap(({ server, value }) => {
      if (value.confIsFileMount !== true) return [];
      const path = (server.info.ok && server.info.value.config_file) || fileOf(server);
      const dir = path.replace(/\/[^/]*$/, '') || '/';
      return [
        {
          subject: server.id,
          message: `${path} is a mount of its own`,
          fix:
            value.kind === 'container'
              ? [
                  `# in the compose file, service of ${server.id}, with sentinel.conf in that directory:`,
                  `volumes: ["./${server.id.replace(/[^\w.-]/g, '-')}:${dir}"]`,
                ]
              : [`umount ${path}`],
        },
      ];
    });
    const untold = values.flatMap(({ server, value }) =>
      value.confIsFileMount === null ? [`${server.id}: its mounts can not be seen from here`] : [],
    );
    return judged(seen, [...missing, ...untold]);
  },
  files(project) {
    if (project.compose === null) return { skip: 'needs a compose file: only that tells what is mounted' };
    const mounted = sentinelFiles(project).filter((s) => s.conf?.mount?.kind === 'file');
    const [first] = mounted;
    if (first === undefined) return [];
    return [
      {
        subject: idsOf(mounted),
        message: `${first.conf?.file} is mounted as a single file at ${first.conf?.inside}`,
        fix: aFileEach(mounted.map((s) => ({ ...s, copies: 1 }))),
        at: confPlace(first),
      },
    ];
  },
} satisfies Check;
