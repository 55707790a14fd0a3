import type { FileServer } from '../project.js';
import { sentinelFiles } from '../project.js';
import { idsOf, noSentinelFile, type Rule } from './rule.js';

/** The servers of each file that more than one reads, counting copies of a service. */
function sharing(servers: FileServer[]): FileServer[][] {
  const byFile = new Map<string, FileServer[]>();
  for (const server of servers) {
    // A copy that a script makes is each container's own.
    if (server.conf === null || (server.service !== null && server.conf.mount === null)) continue;
    const { identity } = server.conf;
    byFile.set(identity, [...(byFile.get(identity) ?? []), server]);
  }
  return [...byFile.values()].filter((of) => of.reduce((sum, s) => sum + s.copies, 0) > 1);
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const dirName = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** A directory for each service, and how it gets into the container. */
const aFileEach = (servers: FileServer[]): string[] =>
  servers.flatMap(({ id, conf, service, copies, at }) => {
    if (conf === null) return [];
    if (service === null) {
      return [
        `cp ${conf.file} ${conf.file.replace(/(\.\w+)?$/, '-2$1')}, and so on: start each with its own`,
      ];
    }
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

const placeOf = (server: FileServer): { file: string; line: number } => ({
  file: server.conf?.mount == null ? (server.conf?.file ?? server.at.file) : server.at.file,
  line: server.conf?.mount?.line ?? server.at.line,
});

export const confShared: Rule = {
  id: 'conf-shared',
  judge(project) {
    const sentinels = sentinelFiles(project);
    if (sentinels.length === 0) return noSentinelFile;
    return sharing(sentinels).flatMap((of) => {
      const [first] = of;
      if (first === undefined) return [];
      const count = of.reduce((sum, s) => sum + s.copies, 0);
      return [
        {
          subject: idsOf(of),
          message: `${first.conf?.file} is the configuration of ${count} sentinels`,
          fix: first.service === null ? aFileEach([first]) : aFileEach(of),
          at: placeOf(first),
        },
      ];
    });
  },
};

export const confFilemount: Rule = {
  id: 'conf-filemount',
  judge(project) {
    if (project.compose === null) return { skip: 'needs a compose file: only that tells what is mounted' };
    const mounted = sentinelFiles(project).filter((s) => s.conf?.mount?.kind === 'file');
    const [first] = mounted;
    if (first === undefined) return [];
    return [
      {
        subject: idsOf(mounted),
        message: `${first.conf?.file} is mounted as a single file at ${first.conf?.inside}`,
        fix: aFileEach(mounted.map((s) => ({ ...s, copies: 1 }))),
        at: placeOf(first),
      },
    ];
  },
};

export const confUnwritable: Rule = {
  id: 'conf-unwritable',
  judge(project) {
    if (project.compose === null) return { skip: 'needs a compose file: only that tells what is mounted' };
    return sentinelFiles(project)
      .filter((s) => s.conf?.mount?.kind === 'directory' && s.conf.mount.readOnly)
      .map((s) => ({
        subject: s.id,
        message: `${s.conf?.inside} is on a mount that is read-only`,
        fix: [`- ${s.conf?.mount?.source}:${s.conf?.mount?.target}`],
        at: placeOf(s),
      }));
  },
};
