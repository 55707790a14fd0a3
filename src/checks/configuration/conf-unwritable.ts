import { isIp } from '../../model/address.js';
import type { Gathered, GatheredSentinel } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { bareStart } from '../files/bare-start.js';
import { noSentinelFile } from '../files/judge.js';
import { isUnder } from '../files/paths.js';
import { type FileServer, sentinelFiles } from '../files/project.js';
import { sentinelLines } from '../files/settings.js';
import { confOf, mayNotWrite } from '../files/unit.js';
import { containerOf, fileOf } from '../fixes.js';
import { judged, num } from '../group.js';
import { linesOf } from '../sentinels.js';
import { confPlace } from './conf-shared.js';

/** The directory of a path. */
const directoryOf = (file: string): string => file.replace(/\/[^/]*$/, '') || '/';

/** Gives the directory to the user that the server runs as. */
function fixOf(gathered: Gathered, sentinel: GatheredSentinel): string[] {
  const path = (sentinel.info.ok && sentinel.info.value.config_file) || fileOf(sentinel);
  const dir = directoryOf(path);
  const pid = sentinel.info.ok ? sentinel.info.value.process_id : undefined;
  const inContainer = sentinel.life.ok && sentinel.life.value.kind === 'container';
  const user = pid === undefined ? '<the user it runs as>' : `$(ps -o user= -p ${pid})`;
  return [
    inContainer
      ? `docker exec -u 0 ${containerOf(gathered, sentinel)} sh -c 'mkdir -p ${dir} && chown $(stat -c %u /proc/1) ${dir}'`
      : `mkdir -p ${dir} && chown ${user} ${dir}`,
    cli(sentinel, 'SENTINEL FLUSHCONFIG'),
  ];
}

/**
 * The switch to another master that it knows and its file does not have: that is written at once, and the file was read
 * after the sentinel was asked. An epoch alone may be new without a line in the file: a sentinel that hears of a newer
 * one at the address it monitors keeps it in memory until its next write.
 * Source: sentinel.c, sentinelProcessHelloMessage and sentinelResetMasterAndChangeAddress.
 */
function unwrittenIn(sentinel: GatheredSentinel): string | null {
  const lines = linesOf(sentinel);
  if (lines === null || !sentinel.masters.ok) return null;
  for (const { name, fields } of sentinel.masters.value) {
    const written = sentinelLines(lines, 'config-epoch', name)[0]?.args[2];
    const [host, port] = sentinelLines(lines, 'monitor', name)[0]?.args.slice(2) ?? [];
    const knows = num(fields, 'config-epoch');
    if (written === undefined || host === undefined || knows === null || Number(written) >= knows) continue;
    const moved = fields.port !== port || (isIp(host) && isIp(fields.ip ?? '') && fields.ip !== host);
    if (moved)
      return `has ${host}:${port} as the master of ${name} (config-epoch ${written}), and the sentinel is at ${fields.ip}:${fields.port} (${knows}): it could not write the last failover`;
  }
  return null;
}

export default {
  id: 'conf-unwritable',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'files',
  title: 'a sentinel cannot write its configuration',
  consequence:
    'its votes and everything it learned are lost at a restart: it starts with the old master and an old epoch, and may vote twice in one election',
  explanation:
    'Sentinel writes each change (a new master, an epoch, a peer) to a temporary file beside its own and ' +
    'renames it. So its user needs write access to the directory, not only to the file. Without it the ' +
    'sentinel keeps working, and only its log shows the fault: WARNING: Sentinel was not able to save the new ' +
    'configuration on disk.',
  remedy: [
    'make the directory of its file writable for the user that it runs as',
    'check with SENTINEL FLUSHCONFIG whether it can write',
  ],
  sources: ['sentinel.c: sentinelFlushConfig', 'config.c: rewriteConfigOverwriteFile'],
  live(gathered) {
    const missing: string[] = [];
    const seen = gathered.sentinels.flatMap((sentinel) => {
      const { flushConfig, life } = sentinel;
      const writable = life.ok ? life.value.dirWritable : null;
      const said = flushConfig.ok ? flushConfig.value : null;
      const place = fileOf(sentinel);
      const found = (message: string, fix: string[]) => [{ subject: sentinel.id, message, fix }];
      if (said !== null)
        return found(`SENTINEL FLUSHCONFIG says "${said}" for ${place}`, fixOf(gathered, sentinel));
      if (writable === false)
        return found(`its user has no write access to the directory of ${place}`, fixOf(gathered, sentinel));
      if (flushConfig.ok) return [];
      const flush = cli(sentinel, 'SENTINEL FLUSHCONFIG');
      if (life.ok && life.value.dirFull === true)
        return found(`the disk under ${place} is full`, [
          `# make room on the disk under ${directoryOf(place)}; then:`,
          flush,
        ]);
      const old = unwrittenIn(sentinel);
      if (old !== null)
        return found(`${place} ${old}`, [
          `# its log says why it cannot write the file (WARNING: Sentinel was not able to save); then:`,
          flush,
        ]);
      if (writable === null) missing.push(`${sentinel.id}: ${flushConfig.why}`);
      return [];
    });
    return judged(seen, missing);
  },
  files(project) {
    if (project.compose === null && project.kube === null && project.servers.every((s) => !s.unit))
      return {
        skip: 'needs a compose file, a manifest or a systemd unit: they show what may be written',
        applies: false,
      };
    const sentinels = sentinelFiles(project);
    if (sentinels.length === 0) return noSentinelFile;
    const started = sentinels.flatMap(protectedFile);
    const mounted = sentinels
      .filter((s) => s.conf?.mount?.readOnly === true)
      .map((s) => ({
        subject: s.id,
        message: `${s.conf?.inside} is on a read-only mount${s.conf?.mount?.kind === 'file' ? ` (${s.conf.file})` : ''}: the sentinel exits at start (not writable)`,
        consequence: 'it does not run at all, and a restart policy starts it again and again',
        fix: writableFix(s),
        at: confPlace(s),
      }));
    return [
      ...started,
      ...mounted,
      ...sentinels.flatMap(onReadOnlyRoot),
      ...sentinels.flatMap((s) => bareStart(s, project)),
    ];
  },
} satisfies Check;

/** A file that a script makes, or the image has, in a container of which only the mounts can be written. */
function onReadOnlyRoot({ id, conf, service, at }: FileServer): RawFinding[] {
  const inside = conf?.inside ?? null;
  if (service?.readOnlyRoot === undefined || inside === null) return [];
  const places = [...service.mounts.map(({ target }) => target), ...(service.tmpfs ?? []), '/data'];
  if (places.some((place) => isUnder(inside, place))) return [];
  const says = service.pod === undefined ? 'read_only: true' : 'readOnlyRootFilesystem: true';
  return [
    {
      subject: id,
      message: `${inside} is in the container's own file system, which is read-only (${says}): the sentinel exits at start (not writable)`,
      consequence: 'it does not run at all, and a restart policy starts it again and again',
      fix: [`# ${id}: its file in a volume instead of ${inside}, for instance /data/sentinel.conf`],
      at: { file: at.file, line: service.readOnlyRoot },
    },
  ];
}

/** A file whose directory the systemd service may not write. */
function protectedFile({ id, unit }: FileServer): RawFinding[] {
  const path = unit === undefined ? null : confOf(unit);
  if (unit === undefined || path === null || !mayNotWrite(unit, directoryOf(path))) return [];
  return [
    {
      subject: id,
      message: `${directoryOf(path)} is read-only for its unit (${unit.readOnly?.says}): the sentinel exits at start (not writable)`,
      consequence: 'it does not run at all, and systemd starts it again and again',
      fix: [`ReadWritePaths=${directoryOf(path)}`, 'systemctl daemon-reload'],
      at: { file: unit.file, line: unit.readOnly?.line ?? unit.start.line },
    },
  ];
}

/** A directory that may be written, or a copy in the container where what is mounted is one file. */
function writableFix({ id, conf, service }: FileServer): string[] {
  if (service?.pod !== undefined)
    return [
      `${service.pod.container}: command: [sh, -c, "[ -f /data/sentinel.conf ] || cp ${conf?.inside} /data/sentinel.conf; exec redis-sentinel /data/sentinel.conf"]`,
      service.pod.workload.startsWith('StatefulSet ')
        ? '# with a volumeClaimTemplate at /data'
        : service.copies > 1 || service.pod.workload.startsWith('DaemonSet ')
          ? '# in a StatefulSet with a volumeClaimTemplate at /data: one PersistentVolumeClaim is one file and one id for all of its pods'
          : '# with a PersistentVolumeClaim at /data',
    ];
  if (conf?.mount?.kind === 'directory') return [`- ${conf.mount.source}:${conf.mount.target}`];
  const inside = conf?.inside ?? '/etc/redis/sentinel.conf';
  return [
    `${id}: command: sh -c "[ -f /data/sentinel.conf ] || cp ${inside} /data/sentinel.conf; exec redis-sentinel /data/sentinel.conf"`,
  ];
}
