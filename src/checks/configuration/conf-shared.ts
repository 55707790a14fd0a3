import type { GatheredSentinel } from '../../model/gathered.js';
import { listed } from '../../model/words.js';
import type { Check } from '../check.js';
import { comparing, noSentinelFile } from '../files/judge.js';
import { type FileServer, sentinelFiles } from '../files/project.js';
import { sentinelLine } from '../files/settings.js';
import { changeFile, fileOf, pathOf } from '../fixes.js';
import { idsOf } from '../group.js';
import { linesOf } from '../sentinels.js';

/**
 * What tells files apart: the inode on one machine. Where the machine cannot be inspected, one path at one address
 * together with one id says the same, since an id is made once and kept in the file.
 */
function fileKeys(sentinel: GatheredSentinel): string[] {
  const { life, info, myid, announce } = sentinel;
  // The number of a file that was just replaced goes to the next one that is written: the id in the file must be one too.
  const lines = linesOf(sentinel);
  const written = lines === null ? '' : (sentinelLine(lines, 'myid')?.args[1] ?? '');
  const inode =
    life.ok && life.value.confInode !== null
      ? `${life.value.hostKey} ${life.value.confInode} ${written}`
      : null;
  const path = info.ok ? info.value.config_file : undefined;
  const said =
    path && myid.ok && (!life.ok || inode === null) ? `${announce.host} ${path} ${myid.value}` : null;
  return [inode, said].flatMap((key) => key ?? []);
}

/** A container's mounts decide which file it has, and only recreating it changes them. */
function ownDirectory(sentinel: GatheredSentinel): string[] {
  const directory = pathOf(sentinel).replace(/\/[^/]*$/, '') || '/';
  const name = sentinel.id.replace(/[^\w.-]/g, '-');
  return [
    `# in the compose file, service of ${sentinel.id}, with a sentinel.conf in that directory that has no sentinel myid:`,
    `volumes: ["./${name}:${directory}"]`,
  ];
}

export default {
  id: 'conf-shared',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'files',
  title: 'several sentinels share one configuration file',
  consequence:
    'they have the same id and ignore each other: 0 peers each, so no quorum and no failover (measured), and each overwrites what the others wrote',
  explanation:
    'A sentinel keeps its id and everything it learns in its configuration file, and rewrites that file all ' +
    'the time. Sentinels that share a file read the same id from it, ignore each other’s messages as their ' +
    'own, and overwrite each other’s state. It happens when one sentinel.conf is mounted into three ' +
    'containers.',
  remedy: ['give each sentinel its own file, in its own directory, without a sentinel myid line'],
  sources: ['sentinel.c: sentinelReceiveHelloMessages, rewriteConfigSentinelOption', 'measured'],
  causes: [
    'myid-dup',
    'address-shared',
    'address-switching',
    'conf-filemount',
    'conf-unwritable',
    'settings-skew',
    'no-quorum',
    'master-disagree',
    'ghost-sentinel',
    'ghost-replica',
    'not-monitored',
    'sentinel-isolated',
    'epoch-disagree',
  ],
  live(gathered) {
    const known = gathered.sentinels.map((sentinel) => ({ sentinel, keys: fileKeys(sentinel) }));
    const keys = [...new Set(known.flatMap((k) => k.keys))];
    const seen = keys.flatMap((key) => {
      const sharing = known.filter((k) => k.keys.includes(key)).map((k) => k.sentinel);
      const [first, ...others] = sharing;
      if (first === undefined || others.length === 0) return [];
      const file = fileOf(first);
      return [
        {
          subject: idsOf(sharing),
          message: `${sharing.length} sentinels share one configuration file: ${file} (${listed(sharing.map((s) => s.id))})`,
          // The first one keeps the file; from it the others get one of their own, with an id that they make themselves.
          fix: others.flatMap((sentinel) => {
            if (sentinel.life.ok && sentinel.life.value.kind === 'container') return ownDirectory(sentinel);
            const { port } = sentinel.announce;
            const own = `${file.replace(/\.conf$/, '')}-${port}.conf`;
            return changeFile(gathered, { ...sentinel, conf: { ok: true, value: { file: own, text: '' } } }, [
              () => `sed -e '/^sentinel myid/d' -e 's/^port .*/port ${port}/' ${file} > ${own}`,
            ]);
          }),
        },
      ];
    });
    if (seen.length > 0) return seen;
    const unread = gathered.sentinels.find((s) => !s.life.ok || s.life.value.confInode === null);
    if (unread === undefined || gathered.sentinels.length < 2) return [];
    // Different ids prove nothing: two that started at the same moment have each created one.
    const why = unread.life.ok ? `its file cannot be identified` : unread.life.why;
    return { skip: `whether sentinels share a file is visible only on their machine: ${unread.id}: ${why}` };
  },
  files(project) {
    const sentinels = sentinelFiles(project);
    if (sentinels.length === 0) return noSentinelFile;
    return comparing(
      sentinels,
      sharing(sentinels).flatMap((of) => {
        const [first] = of;
        if (first === undefined) return [];
        const count = of.reduce((sum, s) => sum + s.copies, 0);
        return [
          {
            subject: idsOf(of),
            message:
              first.conf?.made === undefined
                ? `${first.conf?.file} is the configuration file of ${count} sentinels`
                : `${first.conf.inside} in ${first.conf.made.in} is the configuration file of ${count} sentinels`,
            // A script that writes it at each start leaves no id of another one in it.
            ...(first.conf?.made !== undefined && {
              severity: 'warning' as const,
              consequence:
                'started at the same moment they mix what they write there, and a line that is there twice stops them; where a script keeps a file that it finds, they have one id',
            }),
            fix: first.service === null ? aFileEach([first]) : aFileEach(of),
            at: confPlace(first),
          },
        ];
      }),
    );
  },
} satisfies Check;

/** How many copies of a server can have one file of a machine. */
const onOneMachine = ({ service, copies }: FileServer): number => (service?.perNode ? 1 : copies);

/** The servers of each file that more than one reads, counting copies of a service. */
function sharing(servers: FileServer[]): FileServer[][] {
  const byFile = new Map<string, FileServer[]>();
  for (const server of servers) {
    if (server.conf === null) continue;
    // A copy that a script makes is each container's own, unless it is in a volume that several have.
    const isOwn = server.conf.mount === null && server.conf.made === undefined;
    if (server.service !== null && isOwn) continue;
    // What no sentinel can write is another fault, and stops each of them.
    if (server.conf.mount?.readOnly === true) continue;
    // Each pod has an emptyDir of its own; a claim has a name.
    if (server.service?.pod !== undefined && server.conf.mount?.source === '') continue;
    const { identity } = server.conf;
    byFile.set(identity, [...(byFile.get(identity) ?? []), server]);
  }
  return [...byFile.values()].filter((of) => of.reduce((sum, s) => sum + onOneMachine(s), 0) > 1);
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const dirName = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** A directory for each service, and how it gets into the container. */
export const aFileEach = (servers: FileServer[]): string[] =>
  servers.flatMap(({ id, conf, service, copies, at }) => {
    if (conf === null) return [];
    if (service === null) {
      return [
        `cp ${conf.file} ${conf.file.replace(/(\.\w+)?$/, '-2$1')}, and so on: start each with its own`,
      ];
    }
    if (service.pod !== undefined)
      return [
        `${service.pod.workload}: volumeClaimTemplates of a StatefulSet: a volume of its own for each pod`,
      ];
    if (conf.made !== undefined && copies === 1)
      return [`${id}: volumes: a volume of its own, instead of ${conf.made.in}`];
    if (copies > 1)
      return [`${id}: a service for each of the ${copies}, instead of deploy: replicas: ${copies}`];
    const inside = conf.inside ?? '/etc/redis/sentinel.conf';
    // The system's own directories are not to be mounted over.
    const own = dirName(inside).split('/').length > 2 ? dirName(inside) : '/sentinel';
    const name = baseName(inside);
    const beside = `${dirName(at.file) === '' ? '' : `${dirName(at.file)}/`}${id}`;
    return [
      `mkdir -p ${beside} && cp ${conf.file} ${beside}/${name}`,
      `${id}: volumes: ["./${id}:${own}"]${own === dirName(inside) ? '' : `, and in its command ${own}/${name}`}`,
    ];
  });

export const confPlace = (server: FileServer): { file: string; line: number } => ({
  file:
    server.conf?.mount == null && server.conf?.made === undefined
      ? (server.conf?.file ?? server.at.file)
      : server.at.file,
  line: server.conf?.mount?.line ?? server.conf?.made?.line ?? server.at.line,
});
