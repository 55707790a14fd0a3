import type { Check } from '../check.js';
import { isOlderRedis } from '../files/compose/images.js';
import { noSentinelFile } from '../files/judge.js';
import { sentinelFiles } from '../files/project.js';
import { fileOf } from '../fixes.js';
import { idsOf, judged, readAll } from '../group.js';
import { aFileEach, confPlace } from './conf-shared.js';

export default {
  id: 'conf-filemount',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'files',
  title: 'a sentinel’s configuration is mounted as a single file',
  consequence:
    'every write to it fails (rename: device or resource busy), so after a restart the sentinel has lost the master, the peers and its own id (measured)',
  explanation:
    'Sentinel writes its file by renaming a temporary one over it, which fails where the file itself is a ' +
    'mount. The sentinel keeps working from memory; after a restart it monitors the original master under a ' +
    'new id, and its peers keep the old id as a ghost that counts toward the majority.',
  remedy: ['mount a directory instead of the file, a separate one for each sentinel'],
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
          message: `${path} is mounted as a single file`,
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
    const unknown = values.flatMap(({ server, value }) =>
      value.confIsFileMount === null ? [`${server.id}: its mounts cannot be read from here`] : [],
    );
    return judged(seen, [...missing, ...unknown]);
  },
  files(project) {
    if (project.compose === null)
      return { skip: 'needs a compose file: it shows what is mounted', applies: false };
    const sentinels = sentinelFiles(project);
    if (sentinels.length === 0) return noSentinelFile;
    const mounted = sentinels.filter(
      // What is read-only is not written at all: that is conf-unwritable.
      ({ conf, service }) =>
        conf?.mount?.kind === 'file' &&
        !conf.mount.readOnly &&
        // Before 6.0.9 the file was written in place (redis/redis#7824).
        !isOlderRedis(service?.image ?? null, '6.0.9'),
    );
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
